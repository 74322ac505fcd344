/**
 * The session cookie, and the proof that a change made with it comes from our own page and not from
 * another site the visitor has open. Called by api.ts and the session routes.
 */
import type { FastifyRequest } from 'fastify'
import { TwofoldError } from '../errors.ts'
import { SESSION_MS } from '../limits.ts'

const NAME = 'twofold_session'

export function readSessionCookie(request: FastifyRequest): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = part.trim().split('=')
    if (name === NAME && value) return value
  }
  return undefined
}

/** Lax, not Strict: a link to the Events Manager from elsewhere still finds one signed in. */
export function sessionCookie(session: string, secure: boolean): string {
  const maxAgeS = session === '' ? 0 : Math.floor(SESSION_MS / 1000)
  const text = `${NAME}=${session}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeS}`
  return secure ? `${text}; Secure` : text
}

/**
 * Throws `cross_site` unless the browser says that the request comes from our own origin. A body
 * must be JSON too: no form of another site can send that without asking first.
 */
export function requireSameOrigin(request: FastifyRequest, publicUrl: string | undefined): void {
  const { 'content-type': type, 'sec-fetch-site': site, origin } = request.headers
  const hasBody = type !== undefined || Number(request.headers['content-length'] ?? 0) > 0
  if (hasBody && !/^application\/json\b/i.test(type ?? '')) {
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
