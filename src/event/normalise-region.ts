/**
 * States and countries that are written as names: their codes. For clear values on the server, and
 * by way of known-words.ts for names that the pixel could only hash. Names of countries come from
 * Intl, what Intl lacks from place-names.ts.
 */
import { lettersOf, type Pair, plainLetters } from './normalise-place.ts'
import { CANADIAN_PROVINCES, COUNTRY_ALIASES, US_STATES } from './place-names.ts'

/**
 * Two letters for a state of the USA, the name of any other in letters. The parameter builder finds
 * American and Canadian ones inside the text, else takes two letters.
 */
export function regionForms(text: string): Pair {
  const letters = lettersOf(text)
  return [US_CODES.get(letters) ?? letters, builderState(text.replace(/[^a-z]/g, ''))]
}

/** ISO 3166 alpha-2 from two letters (uk is gb) or from an English name; else null. */
export function countryCodeForms(text: string): Pair {
  const two = plainLetters(text)
  if (two.length === 2) return [two === 'uk' ? 'gb' : two, two]
  const code = countryByName(text)
  return [code, code]
}

/** Names in plain letters, as the pixel may have hashed them, with the forms they stand for. */
export const stateNames = (): (readonly [name: string, forms: Pair])[] =>
  [...STATE_CODES.keys()].map((name) => [name, regionForms(name)])
export const countryNames = (): (readonly [name: string, forms: Pair])[] =>
  [...countries().written].map(([name, code]) => [name, [code, code]])

function builderState(letters: string): string {
  for (const [name, code] of STATE_CODES) if (letters.includes(name)) return code
  return letters.slice(0, 2)
}

/** "Iran, Islamic Republic of", "Republic of Serbia": the longest name that stands at the start. */
function countryByName(text: string): string | null {
  const { codes } = countries()
  const start = comparable(text).replace(/^(republic|kingdom|state)(?=.)/, '')
  let best = ''
  for (const name of codes.keys()) {
    if (name.length > best.length && start.startsWith(name)) best = name
  }
  return codes.get(best) ?? null
}

/** Letters without the words on which lists of countries differ. */
const comparable = (text: string): string =>
  plainLetters(text.replace(/\b(and|the|of|sar china)\b/g, '').replace(/\bsaint\b/g, 'st'))

interface Countries {
  /** By comparable letters. */
  readonly codes: ReadonlyMap<string, string>
  /** By all letters, in every spelling. */
  readonly written: ReadonlyMap<string, string>
}

let known: Countries | undefined

/** Read when the first name comes: constructing DisplayNames takes milliseconds. */
function countries(): Countries {
  if (known) return known
  const codes = codesOf(COUNTRY_ALIASES)
  const written = new Map(codes)
  const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
  for (let i = 0; i < 26 * 26; i++) {
    const region = String.fromCharCode(65 + i / 26, 65 + (i % 26))
    const name = regions.of(region)?.toLowerCase()
    // Retired codes have the name of their successor. "Myanmar (Burma)" counts under both names.
    if (!name || new Intl.Locale(`und-${region}`).region !== region) continue
    const code = region.toLowerCase()
    for (const part of name.split(' (')) codes.set(comparable(part), code)
    for (const one of spellings(name)) written.set(plainLetters(one), code)
  }
  known = { codes, written }
  return known
}

/** How lists write one name: "St. Lucia", "Saint Lucia"; "A & B", "A and B"; with the code. */
const spellings = (name: string): string[] => [
  ...name.split(' ('),
  name.replace('&', 'and').replace('st. ', 'saint '),
  name.replace('&', 'and'),
  `the ${name}`,
  name.replace(' sar china', ''),
]

/** "texastx ohiooh" -> texas: tx, ohio: oh. */
const codesOf = (list: string): Map<string, string> =>
  new Map(list.split(' ').map((entry) => [entry.slice(0, -2), entry.slice(-2)]))
const US_CODES = codesOf(US_STATES)
const STATE_CODES = codesOf(`${US_STATES} ${CANADIAN_PROVINCES}`)
