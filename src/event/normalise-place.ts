/**
 * Where somebody lives, as far as a rule says it: city, postcode, state and country from the
 * trimmed lower-case text to the texts that are hashed. Shared by pixel and server. What only a
 * table can say (texas is tx, germany is de) stands in normalise-region.ts, on the server alone.
 */

/** The documented form, then the parameter builder's. */
export type Pair = readonly [documented: string | null, builder: string | null]

/** Letters of any script; the parameter builder keeps a-z and 0-9 and wants a letter first. */
export function cityForms(text: string): Pair {
  const kept = text.replace(/[^a-z\d]/g, '')
  return [lettersOf(text), /^[a-z]/.test(kept) ? kept : null]
}

/** The name in letters; the parameter builder takes two of them. */
export const stateForms = (text: string): Pair => [
  lettersOf(text),
  text.replace(/[^a-z]/g, '').slice(0, 2),
]

/**
 * Nothing after a dash and no spaces; nine digits are a US code of which the first five count. The
 * parameter builder leaves spaces inside.
 */
export function postcodeForms(text: string): Pair {
  const kept = text.replace(/-.*/s, '').trim()
  if (!kept[1]) return [null, null]
  return [kept.replace(/\s/g, '').replace(/^(\d{5})\d{4}$/, '$1'), kept]
}

/** Two letters are a code, which the parameter builder takes as it is; more are a name. */
export function countryForms(text: string): Pair {
  const letters = plainLetters(text)
  return [letters === 'uk' ? 'gb' : letters[1] ? letters : null, letters]
}

/** Marks are part of letters, an emoji's variation selector is not. */
export const lettersOf = (text: string): string => text.replace(/[^\p{L}\p{M}]|\ufe0f/gu, '')

/** a-z, accents taken off. */
export const plainLetters = (text: string): string => text.normalize('NFD').replace(/[^a-z]/g, '')
