/**
 * _fbp and _fbc as the server keeps them: read from the request, made where they are missing, set
 * again for 90 days on every hit, because browsers shorten the life of cookies that scripts write.
 * The value of a valid cookie, and so the time of its click, is never changed. hits.ts decides
 * whether cookies may be used at all.
 */
import { COOKIE_AGE_MS_MAX, FBCLID_CHARS_MAX } from '../event/bounds.ts'
import { makeFbp, parseFbc, parseFbp, refreshFbc } from '../event/fbp-fbc.ts'
import type { CookieDomain } from './cookie-domain.ts'

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
  const { subdomainIndex } = visit.domain
  const fbp =
    readCookie(visit.cookieHeader, FBP) ?? valid(visit.fbp) ?? makeFbp({ ...visit, subdomainIndex })
  const fbclid = FBCLID.exec(visit.pageUrl ?? '')?.[1]
  const known = later(readCookie(visit.cookieHeader, FBC), valid(visit.fbc))
  const { nowMs } = visit
  const fbc = refreshFbc({ cookie: known, fbclid, nowMs, subdomainIndex })
  const setCookie = [line('_fbp', fbp, visit)]
  if (fbc) setCookie.push(line('_fbc', fbc, visit))
  return { fbp, setCookie, ...(fbc ? { fbc } : {}) }
}

const FBP = /(?:^|; *)_fbp=([^;]*)/g
const FBC = /(?:^|; *)_fbc=([^;]*)/g
const FBCLID = /[?&]fbclid=([A-Za-z0-9_-]+)(?=[&#]|$)/
/** Characters a cookie may carry unquoted; what an event claims must not add attributes. */
const SAFE = /^[A-Za-z0-9._~-]+$/
const ID_CHARS_MAX = FBCLID_CHARS_MAX + 60
const MAX_AGE_S = COOKIE_AGE_MS_MAX / 1000

/** The first valid one: the same name can come twice, from a host and from its domain. */
function readCookie(header: string | undefined, pattern: RegExp): string | undefined {
  if (!header) return undefined
  for (const [, value] of header.matchAll(pattern)) {
    const id = valid(value)
    if (id) return id
  }
  return undefined
}

function valid(id: string | undefined): string | undefined {
  if (!id || id.length > ID_CHARS_MAX || !SAFE.test(id)) return undefined
  return parseFbp(id) ? id : undefined
}

/** The one of the later click. */
function later(a: string | undefined, b: string | undefined): string | undefined {
  if (!a || !b || a === b) return a ?? b
  return (parseFbc(b)?.createdAtMs ?? 0) > (parseFbc(a)?.createdAtMs ?? 0) ? b : a
}

/** Readable by scripts on purpose: the pixel, and Meta's own script, read them. */
function line(name: string, value: string, { domain, secure }: Visit): string {
  const place = domain.domain ? `; Domain=${domain.domain}` : ''
  const safe = secure ? '; Secure' : ''
  return `${name}=${value}; Max-Age=${MAX_AGE_S}; Path=/${place}; SameSite=Lax${safe}`
}
