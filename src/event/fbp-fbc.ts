/**
 * Meta's two first-party ids: `fb.<subdomain index>.<made at, ms>.<payload>[.<appendix>]`. fbp names
 * a browser, fbc a click on an ad. Makes, reads and refreshes them; ships in the pixel, so it is
 * small and pure. Whoever writes the cookie (pixel, collector) decides where it is written.
 */
import { isAppendix } from './appendix.ts'
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

/** Undefined for a click id that is empty or too long. A dot would end the payload: `__DOT__`. */
export function makeFbc({ fbclid, nowMs, subdomainIndex }: NewFbc): string | undefined {
  if (!fbclid || fbclid.length > FBCLID_CHARS_MAX) return undefined
  return `fb.${subdomainIndex}.${nowMs}.${fbclid.replaceAll('.', '__DOT__')}`
}

/** Undefined for whatever Meta's libraries would throw away. */
export function parseCookieId(value: string): CookieId | undefined {
  const [fb, index = '', time = '', payload = '', appendix, more] = value.split('.')
  if (fb !== 'fb' || !DIGITS.test(index) || !DIGITS.test(time) || !payload) return undefined
  if (more !== undefined) return undefined
  const id = { subdomainIndex: +index, createdAtMs: +time, payload }
  if (appendix === undefined) return id
  return isAppendix(appendix) ? { ...id, appendix } : undefined
}

/** The two cookies share one form. */
export const parseFbp = parseCookieId
export const parseFbc = parseCookieId

/**
 * The _fbc a visit should have: the cookie as it is while its click is the same one (its time is the
 * click's own and is never renewed), a new one for another click, none for a malformed cookie.
 */
export function refreshFbc({ cookie, fbclid, ...visit }: FbcVisit): string | undefined {
  const known = cookie && parseCookieId(cookie) ? cookie : undefined
  const clicked = fbclid && makeFbc({ fbclid, ...visit })
  if (!clicked) return known
  return known?.split('.')[3] === clicked.split('.')[3] ? known : clicked
}

const DIGITS = /^\d+$/
