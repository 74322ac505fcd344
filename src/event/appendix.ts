/**
 * The suffix that Meta's parameter builder adds to a value: a dot and 8 characters (2 in its first
 * version) that tell which library made it. It never takes part in a comparison, a hash or a parse.
 * Called by parse, hash, fbp-fbc and dedup-key.
 *
 * What is kept: fbc, fbp, event_source_url and referrer_url stay in the event as they were sent,
 * suffix included, because Meta asks to pass them on unchanged; whoever compares or reads one takes
 * `bare(value)`. Hashed keys and client_ip_address have a strict form of their own and lose it.
 */

export interface Split {
  readonly value: string
  readonly appendix?: string
}

/** `fb.1.1700000000000.123.AQQCAQMC` -> value `fb.1.1700000000000.123`, appendix `AQQCAQMC`. */
export function splitAppendix(value: string): Split {
  const dot = appendixDot(value)
  if (dot < 0) return { value }
  return { value: value.slice(0, dot), appendix: value.slice(dot + 1) }
}

/** The value without its appendix. */
export function bare(value: string): string {
  const dot = appendixDot(value)
  return dot < 0 ? value : value.slice(0, dot)
}

/**
 * An appendix at the end of a text. Version 2 is base64url of the bytes 1, language (1..6), type,
 * major, minor, patch: the first two bytes fix the first two characters and leave E..b for the
 * third, so nothing needs decoding. Version 1 is one byte, the language.
 */
export const APPENDIX = /\.(AQ[E-Za-b][\w-]{5}|A[Qgw]|B[AQg])$/

const DOT = 46

/** Where the appendix's dot stands, or -1. Two character reads decide for nearly every value. */
function appendixDot(value: string): number {
  const dot = value.length - (value.charCodeAt(value.length - 9) === DOT ? 9 : 3)
  if (dot < 1 || value.charCodeAt(dot) !== DOT) return -1
  return APPENDIX.test(value.slice(dot)) ? dot : -1
}
