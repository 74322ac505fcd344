/**
 * Meta's two first-party ids: `fb.<subdomain index>.<made at, ms>.<payload>[.<appendix>]`. fbp names
 * a browser, fbc a click on an ad. Makes, reads and refreshes them; ships in the pixel, so it is
 * small and pure. Whoever writes the cookie (pixel, collector) decides where it is written.
 */
import { APPENDIX } from './appendix.ts'
import { FBCLID_CHARS_MAX } from './bounds.ts'

export interface CookieId {
  /** Dots in the cookie's domain: 0 localhost, 1 example.com, 2 www.example.com. */
  readonly subdomainIndex: number
  readonly createdAtMs: number
  /** fbp: a random number. fbc: the fbclid, case-sensitive. */
  readonly payload: string
  /** Which library of Meta's wrote it; kept, never compared. */
  readonly appendix?: string
}

export interface NewFbp {
  readonly nowMs: number
  readonly random: () => number
  readonly subdomainIndex: number
}

export interface NewFbc {
  readonly fbclid: string
  readonly nowMs: number
  readonly subdomainIndex: number
}

export interface FbcVisit {
  /** The cookie the browser sent, if any. */
  readonly cookie?: string | undefined
  /** Of the page's address, if any. */
  readonly fbclid?: string | undefined
  readonly nowMs: number
  readonly subdomainIndex: number
}

/** Two numbers below 999,999,999 side by side, as Meta's own script writes them. */
export function makeFbp({ nowMs, random, subdomainIndex }: NewFbp): string {
  const number = () => Math.floor(random() * 999_999_999)
  return `fb.${subdomainIndex}.${nowMs}.${number()}${number()}`
}

/** Undefined for what is no click id. A dot would end the payload: it becomes `__DOT__`. */
export function makeFbc({ fbclid, nowMs, subdomainIndex }: NewFbc): string | undefined {
  const fbc = `fb.${subdomainIndex}.${nowMs}.${fbclid.replaceAll('.', '__DOT__')}`
  return fbclid.length <= FBCLID_CHARS_MAX && FORM.test(fbc) ? fbc : undefined
}

/** Would Meta's libraries keep this value? */
export function isCookieId(value: string): boolean {
  return FORM.test(value)
}

/** Undefined for whatever Meta's libraries would throw away. */
export function parseCookieId(value: string): CookieId | undefined {
  const [, index, time, payload, appendix] = FORM.exec(value) ?? []
  if (!index || !time || !payload) return undefined
  const id = { subdomainIndex: +index, createdAtMs: +time, payload }
  return appendix ? { ...id, appendix } : id
}

/** The two cookies share one form. */
export const parseFbp = parseCookieId
export const parseFbc = parseCookieId

/**
 * The _fbc a visit should have: the cookie as it is while its click is the same (its time is the
 * click's own and is never renewed), a new one for another click, none for a malformed cookie.
 */
export function refreshFbc({ cookie, fbclid, ...visit }: FbcVisit): string | undefined {
  const known = cookie && FORM.test(cookie) ? cookie : undefined
  const clicked = fbclid && makeFbc({ fbclid, ...visit })
  if (!clicked) return known
  return known?.split('.')[3] === clicked.split('.')[3] ? known : clicked
}

/** The payload may hold what a cookie may hold, so that no click id can add to a Set-Cookie. */
const FORM = new RegExp(`^fb\\.(\\d+)\\.(\\d+)\\.([!#-+\\-/-:<-[\\]-~]+)(?:${APPENDIX.source})?$`)
