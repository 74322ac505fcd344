/**
 * _fbp and _fbc as a server keeps them: read from the request, made where they are missing, set
 * again for 90 days on every hit, because browsers shorten the life of cookies that scripts write.
 * The value of a valid cookie, and so the time of its click, is never changed. Who calls it
 * (collector/hits.ts, the SDK) decides whether cookies may be used at all.
 */
import { COOKIE_AGE_MS_MAX, FBCLID_CHARS_MAX } from './bounds.ts'
import { makeFbp, parseFbc, parseFbp, refreshFbc } from './fbp-fbc.ts'

export interface CookieDomain {
  /** For the cookie's Domain attribute. Absent: no attribute, the cookie is this host's alone. */
  readonly domain?: string
  /** Dots in that domain, the second part of fbp and fbc; 0 for a cookie of the host alone. */
  readonly subdomainIndex: number
}

export interface Visit {
  readonly cookieHeader: string | undefined
  /** What the pixel said; it may know a click that no cookie tells of yet. */
  readonly fbp: string | undefined
  readonly fbc: string | undefined
  readonly pageUrl: string | undefined
  readonly domain: CookieDomain
  readonly secure: boolean
  readonly nowMs: number
  readonly random: () => number
}

export interface VisitIds {
  readonly fbp: string
  readonly fbc?: string
  /** Values of Set-Cookie. */
  readonly setCookie: readonly string[]
}

export function refreshCookies(visit: Visit): VisitIds {
  const { cookieHeader = '', nowMs, random } = visit
  const { subdomainIndex } = visit.domain
  const fbp =
    readCookie(cookieHeader, '_fbp=') ??
    valid(visit.fbp) ??
    makeFbp({ nowMs, random, subdomainIndex })
  const cookie = later(readCookie(cookieHeader, '_fbc='), visit.fbc)
  const fbclid = FBCLID.exec(visit.pageUrl ?? '')?.[1]
  const fbc = fbclid ? refreshFbc({ cookie, fbclid, nowMs, subdomainIndex }) : cookie
  const setCookie = [line('_fbp', fbp, visit)]
  if (fbc) setCookie.push(line('_fbc', fbc, visit))
  return { fbp, setCookie, ...(fbc ? { fbc } : {}) }
}

const FBCLID = /[?&]fbclid=([A-Za-z0-9_-]+)(?=[&#]|$)/
/** Characters a cookie may carry unquoted; what an event claims must not add attributes. */
const SAFE = /^[A-Za-z0-9._~-]+$/
const ID_CHARS_MAX = FBCLID_CHARS_MAX + 60
const MAX_AGE_S = COOKIE_AGE_MS_MAX / 1000

/** The first valid one: the same name can come twice, from a host and from its domain. */
export function readCookie(header: string, start: '_fbp=' | '_fbc='): string | undefined {
  let at = header.indexOf(start)
  while (at >= 0) {
    const from = at + start.length
    const end = header.indexOf(';', from)
    const isName = at === 0 || header[at - 1] === ' ' || header[at - 1] === ';'
    const id = isName ? valid(header.slice(from, end < 0 ? undefined : end)) : undefined
    if (id) return id
    at = header.indexOf(start, from)
  }
  return undefined
}

function valid(id: string | undefined): string | undefined {
  if (!id || id.length > ID_CHARS_MAX || !SAFE.test(id)) return undefined
  return parseFbp(id) ? id : undefined
}

/** The cookie, unless what the event says is of a later click. */
function later(cookie: string | undefined, said: string | undefined): string | undefined {
  if (cookie === said) return cookie
  const other = valid(said)
  if (!cookie || !other) return cookie ?? other
  return createdAtMs(other) > createdAtMs(cookie) ? other : cookie
}

function createdAtMs(id: string): number {
  return parseFbc(id)?.createdAtMs ?? 0
}

/** Readable by scripts on purpose: the pixel, and Meta's own script, read them. */
function line(name: string, value: string, { domain, secure }: Visit): string {
  const place = domain.domain ? `; Domain=${domain.domain}` : ''
  const safe = secure ? '; Secure' : ''
  return `${name}=${value}; Max-Age=${MAX_AGE_S}; Path=/${place}; SameSite=Lax${safe}`
}
