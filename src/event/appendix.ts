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

/** Is this text, without its dot, an appendix? */
export function isAppendix(text: string): boolean {
  if (text.length === 8) return VERSION_2.test(text)
  return text.length === 2 && VERSION_1.test(text)
}

/**
 * Base64url of the bytes 1, language (1..6), type, major, minor, patch. The first two bytes fix the
 * first two characters and leave E..b for the third, so nothing needs decoding.
 */
const VERSION_2 = /^AQ[E-Za-b][A-Za-z0-9_-]{5}$/
/** One byte, the language. */
const VERSION_1 = /^(?:A[Qgw]|B[AQg])$/

const DOT = 46
const FIRST_LETTER_A = 65
const FIRST_LETTER_B = 66

/** Where the appendix's dot stands, or -1. Two character reads decide for nearly every value. */
function appendixDot(value: string): number {
  const { length } = value
  if (length > 9 && value.charCodeAt(length - 9) === DOT) {
    return VERSION_2.test(value.slice(length - 8)) ? length - 9 : -1
  }
  if (length < 4 || value.charCodeAt(length - 3) !== DOT) return -1
  const first = value.charCodeAt(length - 2)
  if (first !== FIRST_LETTER_A && first !== FIRST_LETTER_B) return -1
  return VERSION_1.test(value.slice(length - 2)) ? length - 3 : -1
}
