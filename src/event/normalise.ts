/**
 * The text that is hashed, per key, in two forms: as Meta's documentation words it and as Meta's
 * parameter builder makes it. Where all of Meta's libraries agree the two are one. No hashing here,
 * no decision about what is sent. conformance/ holds the vectors, and conformance/disputed.json
 * every rule on which Meta's libraries differ, with our reason.
 */
import { type FormList, isMatchKey, matchKeyForms } from './match-keys.ts'
import { gender } from './normalise-gender.ts'
import { partForm } from './normalise-parts.ts'
import { countryCodeForms, regionForms } from './normalise-region.ts'
import type { HashedKey } from './shape.ts'

export interface Forms {
  /** null: nothing usable is left and the value is refused, whatever the builder makes of it. */
  readonly documented: string | null
  /** null: the builder drops the value, or does not know the key. */
  readonly builder: string | null
  /** external_id only: the id with its capitals, as the business SDKs send it. */
  readonly unchanged?: string
}

export interface NormaliseContext {
  /** Digits such as "49", for phones written without a country code. */
  readonly defaultCallingCode?: string
}

export function normalise(key: HashedKey, value: string, context: NormaliseContext): Forms {
  const [first, second = isMatchKey(key) ? first : null, unchanged] = formList(key, value, context)
  const documented = first || null
  const builder = (documented && second) || null
  return unchanged && documented ? { documented, builder, unchanged } : { documented, builder }
}

/** The same as a list, documented form first, for hash-value.ts. */
export function formList(key: HashedKey, value: string, context: NormaliseContext): FormList {
  const text = value.trim().toLowerCase()
  if (key === 'ge') return [gender(text)]
  if (key === 'st') return regionForms(text)
  if (key === 'country') return countryCodeForms(text)
  return isMatchKey(key)
    ? matchKeyForms(key, value, context.defaultCallingCode)
    : [partForm(key, text)]
}
