/**
 * The rules of the eleven keys that a browser can know, as one table: from a value as typed to the
 * texts that are hashed. Shared by the pixel and by normalise.ts, which adds the rest.
 */
import { birthDate, email, gender, personName } from './normalise-person.ts'
import { normalisePhone } from './normalise-phone.ts'
import {
  builderCity,
  builderCountry,
  builderPostcode,
  builderState,
  country,
  lettersOf,
  postcode,
  state,
} from './normalise-place.ts'

/**
 * The documented form, the parameter builder's form where the rule is another one, and for an
 * external_id also the form with its capitals. null or empty: nothing usable is left.
 */
export type FormList = readonly (string | null)[]

type Rule = (text: string, callingCode: string | undefined, asTyped: string) => FormList

const withoutSpaces = (text: string): string => text.replace(/\s/g, '')

const name: Rule = (text) => {
  const kept = personName(text)
  return [kept, withoutSpaces(kept)]
}

const RULES = {
  em: (text) => [email(text)],
  ph: normalisePhone,
  fn: name,
  ln: name,
  ge: (text) => [gender(text)],
  db: (text) => [birthDate(text)],
  ct: (text) => [lettersOf(text), builderCity(text)],
  st: (text) => [state(text), builderState(text)],
  zp: (text) => [postcode(text), builderPostcode(text)],
  country: (text) => [country(text), builderCountry(text)],
  external_id: (text, _code, asTyped) => [text, withoutSpaces(text), asTyped],
} satisfies { readonly [key: string]: Rule }

export type MatchKey = keyof typeof RULES

export const isMatchKey = (key: string): key is MatchKey => Object.hasOwn(RULES, key)

export function matchKeyForms(key: MatchKey, value: string, callingCode?: string): FormList {
  const asTyped = value.trim()
  return (RULES[key] as Rule)(asTyped.toLowerCase(), callingCode, asTyped)
}
