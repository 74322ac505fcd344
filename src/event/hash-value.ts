/**
 * One value of a hashed key: is it hashed already, and if not, what are its hashes? The part of the
 * hash step that the pixel needs too. hash.ts adds the keys that only servers send, the findings
 * and the refusal of placeholders, which the pixel leaves to the server.
 */
import { type FormList, isMatchKey, matchKeyForms } from './match-keys.ts'
import type { Hashed } from './shape.ts'

export interface HashContext {
  /** The dataset's setting: send the parameter builder's form beside the documented one. */
  readonly builderForms: boolean
  /** Digits such as "49", for phones written without a country code. */
  readonly defaultCallingCode?: string
  /** SHA-256 of a text (UTF-8) as 64 lower-case hex digits. */
  readonly sha256: (text: string) => string
}

/**
 * For the pixel: the hashes to send for a value as typed or as hashed by the page. None when the
 * value is unusable or the key is not one of the eleven of match-keys.ts.
 */
export function hashValue(key: string, value: string, context: HashContext): readonly Hashed[] {
  if (!isMatchKey(key)) return []
  const hashed = existingHash(value)
  if (hashed) return [hashed]
  if (isMd5(key, value)) return []
  return hashForms(matchKeyForms(key, value, context.defaultCallingCode), context)
}

/**
 * The hash that a value already is: lower-cased, without spaces around it, without the appendix of
 * a parameter builder. The clean case, by far the most frequent, returns the very same string.
 */
export function existingHash(value: string): Hashed | undefined {
  if (value.length < 64) return undefined
  if (CLEAN.test(value)) return value as Hashed
  return DRESSED.exec(value.trim())?.[1]?.toLowerCase() as Hashed | undefined
}

/** 32 hex digits are MD5, except in an id, where they are a UUID without dashes. */
export const isMd5 = (key: string, value: string): boolean => !/_id$/.test(key) && MD5.test(value)

/** One hash for every different form, the documented one first; none without a documented form. */
export function hashForms(forms: FormList, context: HashContext): readonly Hashed[] {
  if (!forms[0]) return []
  const kept = new Set(context.builderForms ? forms.filter(Boolean) : forms.slice(0, 1))
  return [...kept].map((form) => context.sha256(form as string) as Hashed)
}

const CLEAN = /^[0-9a-f]{64}$/
/** Any appendix: after 64 hex digits there is no mistaking it, whichever library wrote it. */
const DRESSED = /^([0-9a-f]{64})(\.[\w-]{2}|\.[\w-]{8})?$/i
const MD5 = /^\s*[0-9a-f]{32}(\.[\w-]{2,8})?\s*$/i
