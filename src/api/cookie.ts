/**
 * The session cookie, and the proof that a change made with it comes from our own page and not from
 * another site the visitor has open. Called by api.ts and the session routes.
 */
import type { FastifyRequest } from 'fastify'
import { OIDC_FLOW_MS } from '../access/oidc-limits.ts'
import { TwofoldError } from '../errors.ts'
import { SESSION_MS } from '../limits.ts'

export const SESSION_COOKIE = 'twofold_session'
/** Of a Secure one: browsers take it from this very host and by https alone, so that no subdomain
 * and no page without https plants another person's. */
const HOST_COOKIE = `__Host-${SESSION_COOKIE}`

/** The one in force first; a browser may have one of http, or of an earlier version, beside it. */
export function sessionsSent(request: FastifyRequest): string[] {
  const sent = (request.headers.cookie ?? '').split(';').map((part) => part.trim().split('='))
  return [HOST_COOKIE, SESSION_COOKIE].flatMap((wanted) => {
    const value = sent.find(([name, value]) => name === wanted && value)?.[1]
    return value ? [value] : []
  })
}

export const readSessionCookie = (request: FastifyRequest): string | undefined =>
  sessionsSent(request)[0]

/** How a cookie is set: `host` with the prefix, which asks for `secure`. */
export interface CookieKind {
  readonly secure: boolean
  readonly host: boolean
}

/** Values of Set-Cookie: the session, or '' to end it; one under the other name ends with it. */
export function sessionCookies(
  session: string,
  request: FastifyRequest,
  { secure, host }: CookieKind,
): string[] {
  const [name, other] = host ? [HOST_COOKIE, SESSION_COOKIE] : [SESSION_COOKIE, HOST_COOKIE]
  const isOtherSent = (request.headers.cookie ?? '').split(/; */).some((one) => {
    return one.startsWith(`${other}=`)
  })
  const set = cookieText(name, session, secure)
  return isOtherSent ? [set, cookieText(other, '', secure || other === HOST_COOKIE)] : [set]
}

/** Lax, not Strict: a link to the Events Manager from elsewhere still finds one signed in. */
function cookieText(name: string, session: string, secure: boolean): string {
  const maxAgeS = session === '' ? 0 : Math.floor(SESSION_MS / 1000)
  const text = `${name}=${session}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeS}`
  return secure ? `${text}; Secure` : text
}

const flowName = (publicUrl: string | undefined): string =>
  publicUrl?.startsWith('https:') ? '__Host-twofold_oidc' : 'twofold_oidc'

/** What a sign-in under way at a provider must bring back; '' ends it. Lax: it comes from there. */
export function flowCookie(sealed: string, publicUrl: string | undefined): string {
  const name = flowName(publicUrl)
  const maxAgeS = sealed === '' ? 0 : Math.floor(OIDC_FLOW_MS / 1000)
  const text = `${name}=${sealed}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeS}`
  return name.startsWith('__Host-') ? `${text}; Secure` : text
}

export function flowSent(
  { headers }: FastifyRequest,
  publicUrl: string | undefined,
): string | undefined {
  const start = `${flowName(publicUrl)}=`
  const sent = (headers.cookie ?? '').split(';').map((part) => part.trim())
  return sent.find((part) => part.startsWith(start))?.slice(start.length)
}

/**
 * Throws `cross_site` unless the browser says that the request comes from our own origin. A body
 * must be JSON (or a file) too: no form of another site can send that without asking first.
 */
export function requireSameOrigin(request: FastifyRequest, publicUrl: string | undefined): void {
  const { 'content-type': type, 'sec-fetch-site': site, origin } = request.headers
  const hasBody = type !== undefined || Number(request.headers['content-length'] ?? 0) > 0
  if (hasBody && !/^(application\/(json|octet-stream)|text\/csv)\b/i.test(type ?? '')) {
    throw new TwofoldError('cross_site', 'Send content-type: application/json.')
  }
  if (site === undefined ? !isOwn(origin, request, publicUrl) : site !== 'same-origin') {
    throw new TwofoldError('cross_site', `It came from ${origin ?? 'an unknown place'}.`)
  }
}

/** Signing in needs no cookie, yet no other site may do it in the visitor's name. */
export function refuseOtherSites(request: FastifyRequest, publicUrl: string | undefined): void {
  const { 'sec-fetch-site': site, origin } = request.headers
  if (site !== undefined || origin !== undefined) requireSameOrigin(request, publicUrl)
}

function isOwn(
  origin: string | undefined,
  request: FastifyRequest,
  publicUrl: string | undefined,
): boolean {
  if (origin === undefined) return false
  return origin === publicUrl || URL.parse(origin)?.host === request.headers.host
}
