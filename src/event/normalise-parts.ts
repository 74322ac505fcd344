/**
 * Keys that only Meta's business SDKs know: parts of names and of the date of birth, the user id of
 * an app. They come from servers, so the pixel goes without this file.
 */
import type { HashedKey } from './shape.ts'

/** The text that is hashed, from the trimmed lower-case text; null when nothing usable is left. */
export function partForm(key: HashedKey, text: string): string | null {
  switch (key) {
    case 'f5first':
    case 'f5last':
      return firstCharacters(text, 5)
    case 'fi':
      return firstCharacters(text, 1)
    case 'dobd':
      return datePart(text, 31)
    case 'dobm':
      return datePart(text, 12)
    case 'doby':
      return /^\d{4}$/.test(text) ? text : null
    default:
      return text
  }
}

/** Whole characters, so that no half of an emoji is hashed. */
const firstCharacters = (text: string, count: number): string =>
  Array.from(text).slice(0, count).join('')

/** A day or a month with two digits. */
const datePart = (text: string, max: number): string | null =>
  /^\d\d?$/.test(text) && +text > 0 && +text <= max ? text.padStart(2, '0') : null
