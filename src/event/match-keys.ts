/**
 * The rules of the eleven keys that a browser can know, as one table: from a value as typed to the
 * texts that are hashed. For the pixel, and for normalise.ts, which adds the tables of genders,
 * states and countries and the keys that only servers send.
 */
import { birthDate, email, personName } from './normalise-person.ts'
import { normalisePhone } from './normalise-phone.ts'
import { cityForms, countryForms, postcodeForms, stateForms } from './normalise-place.ts'

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
  ge: (text) => [text],
  db: (text) => [birthDate(text)],
  ct: cityForms,
  st: stateForms,
  zp: postcodeForms,
  country: countryForms,
  external_id: (text, _code, asTyped) => [text, withoutSpaces(text), asTyped],
} satisfies { readonly [key: string]: Rule }

export type MatchKey = keyof typeof RULES

export const isMatchKey = (key: string): key is MatchKey => Object.hasOwn(RULES, key)

export function matchKeyForms(key: MatchKey, value: string, callingCode?: string): FormList {
  const asTyped = value.trim()
  return (RULES[key] as Rule)(asTyped.toLowerCase(), callingCode, asTyped)
}
