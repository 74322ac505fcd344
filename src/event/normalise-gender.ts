/**
 * Words for a gender, and the letter that is hashed for them. On the server only: the pixel hashes
 * the word as it stands, and known-words.ts puts the hash of the letter in its place.
 */

/** The words that Meta's parameter builder knows, and the forms of address of English forms. */
const FEMALE = (
  "f female woman girl girlfriend lady mrs ms miss ma'am she mother mom daughter wife gal chick " +
  'dame duchess queen goddess'
).split(' ')
const MALE = (
  'm male man boy boyfriend gentleman mr mister sir he father dad daddy papa son brother husband ' +
  'widower guy dude chap fellow lad'
).split(' ')
/** What forms offer besides: no letter stands for them, and their hash would match nobody. */
const NEITHER = 'x o d u n other unknown divers diverse nonbinary non-binary none'.split(' ')

export const gender = (text: string): string | null =>
  FEMALE.includes(text) ? 'f' : MALE.includes(text) ? 'm' : null

export const genderWords = (): (readonly [word: string, forms: readonly string[]])[] => [
  ...FEMALE.map((word) => [word, ['f']] as const),
  ...MALE.map((word) => [word, ['m']] as const),
  ...NEITHER.map((word) => [word, []] as const),
]
