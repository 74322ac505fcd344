/**
 * Keys that only Meta's business SDKs know: parts of names and of the date of birth, the user id of
 * an app. They come from servers, so the pixel goes without this file.
 */
import type { MatchKey } from './match-keys.ts'
import type { HashedKey } from './shape.ts'

export type PartKey = Exclude<HashedKey, MatchKey>

export const isPartKey = (key: string): key is PartKey => Object.hasOwn(RULES, key)

/** The text that is hashed, from the trimmed lower-case text; null when nothing usable is left. */
export const partForm = (key: PartKey, text: string): string | null => RULES[key](text)

const RULES: { readonly [K in PartKey]: (text: string) => string | null } = {
  f5first: (text) => firstCharacters(text, 5),
  f5last: (text) => firstCharacters(text, 5),
  fi: (text) => firstCharacters(text, 1),
  dobd: (text) => datePart(text, 31),
  dobm: (text) => datePart(text, 12),
  doby: (text) => (/^\d{4}$/.test(text) ? text : null),
  app_user_id: (text) => text,
}

/** Whole characters, so that no half of an emoji is hashed. */
const firstCharacters = (text: string, count: number): string =>
  Array.from(text).slice(0, count).join('')

/** A day or a month with two digits. */
const datePart = (text: string, max: number): string | null =>
  /^\d\d?$/.test(text) && +text > 0 && +text <= max ? text.padStart(2, '0') : null
