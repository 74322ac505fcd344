/**
 * Where somebody lives: city, state, postcode, country; from the trimmed lower-case text to the
 * text that is hashed. Names of countries come from the runtime's own Intl data, so that no list of
 * 250 names travels in the pixel; place-names.ts holds what Intl lacks.
 */
import { CANADIAN_PROVINCES, COUNTRY_ALIASES, US_STATES } from './place-names.ts'

/** "texastx ohiooh" -> texas: tx, ohio: oh. */
const codes = (list: string): Map<string, string> =>
  new Map(list.split(' ').map((entry) => [entry.slice(0, -2), entry.slice(-2)]))
const states = codes(US_STATES)
const statesAndProvinces = codes(`${US_STATES} ${CANADIAN_PROVINCES}`)

/** Letters of any script. Marks are part of letters, an emoji's variation selector is not. */
export const lettersOf = (text: string): string => text.replace(/[^\p{L}\p{M}]|\ufe0f/gu, '')

/** The parameter builder keeps a-z and 0-9 only and wants a letter first. */
export function builderCity(text: string): string | null {
  const kept = text.replace(/[^a-z\d]/g, '')
  return /^[a-z]/.test(kept) ? kept : null
}

/** Two letters for a state of the USA; the name of any other in letters. */
export function state(text: string): string {
  const letters = lettersOf(text)
  return states.get(letters) ?? letters
}

/** The parameter builder finds American and Canadian ones inside the text, else takes two letters. */
export function builderState(text: string): string {
  const letters = text.replace(/[^a-z]/g, '')
  for (const [name, code] of statesAndProvinces) {
    if (letters.includes(name)) return code
  }
  return letters.slice(0, 2)
}

/** No spaces, nothing after a dash; nine digits are a US code of which the first five count. */
export const postcode = (text: string): string | null =>
  builderPostcode(text)
    ?.replace(/\s/g, '')
    .replace(/^(\d{5})\d{4}$/, '$1') ?? null

/** The parameter builder leaves spaces inside. */
export function builderPostcode(text: string): string | null {
  const kept = text.replace(/-.*/s, '').trim()
  return kept[1] ? kept : null
}

/** ISO 3166 alpha-2 from two letters (uk is gb) or from an English name; else null. */
export function country(text: string): string | null {
  const letters = asciiLetters(text)
  if (letters.length === 2) return letters === 'uk' ? 'gb' : letters
  // "Iran, Islamic Republic of", "Republic of Serbia": the longest name that stands at the start.
  const start = letters.replace(/^(republic|kingdom|state)(?=.)/, '')
  names ??= countryNames()
  let best = ''
  for (const name of names.keys()) {
    if (name.length > best.length && start.startsWith(name)) best = name
  }
  return names.get(best) ?? null
}

/** The parameter builder takes any two letters as they are. */
export function builderCountry(text: string): string | null {
  const letters = asciiLetters(text)
  return letters.length === 2 ? letters : country(text)
}

/** a-z without accents and without the words on which lists of countries differ. */
const asciiLetters = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\b(and|the|of|sar china)\b/g, '')
    .replace(/\bsaint\b/g, 'st')
    .replace(/[^a-z]/g, '')

let names: Map<string, string> | undefined

/** Made when the first name comes: what Intl calls the regions, and what else people write. */
function countryNames(): Map<string, string> {
  const found = codes(COUNTRY_ALIASES)
  const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
  for (let i = 0; i < 26 * 26; i++) {
    const code = String.fromCharCode(65 + i / 26, 65 + (i % 26))
    const name = regions.of(code)?.toLowerCase()
    // Retired codes have the name of their successor. "Myanmar (Burma)" counts under both names.
    if (name && new Intl.Locale(`und-${code}`).region === code) {
      for (const part of name.split(' (')) found.set(asciiLetters(part), code.toLowerCase())
    }
  }
  return found
}
