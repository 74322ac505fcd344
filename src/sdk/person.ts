/**
 * Who did it: values in clear become SHA-256 here, before anything is queued, kept or sent, by the
 * very rules of the server (event/). Known hashes of nobody are left to the server, which looks at
 * every hash. Says which keys were left out, never a value.
 */
import { USER_DATA_VALUES_PER_KEY_MAX } from '../event/bounds.ts'
import { isClearKey } from '../event/clear-keys.ts'
import { existingHash, type HashContext, hashForms, isMd5 } from '../event/hash-value.ts'
import { isMatchKey } from '../event/match-keys.ts'
import { formList } from '../event/normalise.ts'
import { isPartKey } from '../event/normalise-parts.ts'
import { isPlaceholder } from '../event/placeholders.ts'
import type { Hashed, HashedKey } from '../event/shape.ts'
import type { User } from './event-types.ts'

export interface HashedPerson {
  readonly userData: { readonly [key: string]: string | readonly Hashed[] }
  /** Keys that are no key of user_data: what stands under them is not sent. */
  readonly unknownKeys: readonly string[]
}

export function hashPerson(user: User, context: HashContext): HashedPerson {
  const userData: Record<string, string | readonly Hashed[]> = {}
  const unknownKeys: string[] = []
  for (const [key, value] of Object.entries(user)) {
    const values = (Array.isArray(value) ? value : [value]).filter(isGiven).map(String)
    if (values.length === 0) continue
    if (isClearKey(key)) userData[key] = values[0] as string
    else if (isMatchKey(key) || isPartKey(key)) {
      const bounded = values.slice(0, USER_DATA_VALUES_PER_KEY_MAX)
      const hashes = new Set(bounded.flatMap((one) => hashesOf(key, one, context)))
      if (hashes.size > 0) userData[key] = [...hashes]
    } else unknownKeys.push(key)
  }
  return { userData, unknownKeys }
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== ''

function hashesOf(key: HashedKey, value: string, context: HashContext): readonly Hashed[] {
  const hashed = existingHash(value)
  if (hashed) return [hashed]
  if (isMd5(key, value) || isPlaceholder(key, value)) return []
  return hashForms(formList(key, value, context), context)
}
