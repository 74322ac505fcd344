/**
 * Who somebody is: e-mail address, names, gender, date of birth. One small function a key, from the
 * trimmed lower-case text to the text that is hashed, or null when nothing usable is left.
 */

/** One @, no spaces or separators, a domain with a dot and no empty label. */
export const email = (text: string): string | null =>
  /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text) && !/["(),:;<>[\]\\]/.test(text) ? text : null

/**
 * ASCII punctuation goes, as documented; typographic hyphens and the spaces inside stay, as all of
 * Meta's business SDKs keep them.
 */
export const personName = (text: string): string => text.replace(/[!-/:-@[-`{-~]/g, '').trim()

/**
 * YYYYMMDD. Eight digits pass as they are, as everywhere at Meta. Otherwise the first three numbers
 * are year, month and day by size: over 31 is the year, over 12 the day; what stays open is read as
 * month before day, as in Meta's own example 2/16/1997.
 */
export function birthDate(text: string): string | null {
  if (/^\d{8}$/.test(text)) return text
  const [a = 0, b = 0, c = 0] = (text.match(/\d+/g) ?? []).map(Number)
  const [year, first, second] = a > 31 ? [a, b, c] : [c, a, b]
  const [month, day] = first > 12 ? [second, first] : [first, second]
  const valid = year >= YEAR_MIN && year <= YEAR_MAX && month && month < 13 && day && day < 32
  return valid ? `${year * 10_000 + month * 100 + day}` : null
}

/** Meta's libraries start at 1800; an upper bound without a clock, far enough from any birth. */
const YEAR_MIN = 1800
const YEAR_MAX = 2100
