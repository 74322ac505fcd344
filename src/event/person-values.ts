/**
 * Under which values of user_data a person is found whom somebody types: every form of an e-mail, a
 * phone number or an id of the shop's own, hashed here, so that the clear text goes no further.
 * For the search of the Events Manager and of the command line; pure.
 */
import { hashOne } from './hash.ts'
import { existingHash, type HashContext } from './hash-value.ts'
import type { HashedKey } from './shape.ts'

/** What the text was taken for; `cookie` is a value of _fbp or _fbc, which is never hashed. */
export type PersonKind = 'em' | 'ph' | 'external_id' | 'hash' | 'cookie'

export interface PersonValues {
  readonly kinds: readonly PersonKind[]
  /** Empty when nothing can be made of it. */
  readonly values: readonly string[]
}

type Context = Omit<HashContext, 'builderForms'>

export function personValues(typed: string, context: Context): PersonValues {
  const text = typed.trim()
  if (text === '') return { kinds: [], values: [] }
  const hash = existingHash(text)
  if (hash) return { kinds: ['hash'], values: [hash] }
  if (COOKIE.test(text)) return { kinds: ['cookie'], values: [text] }
  const tried: readonly HashedKey[] = [
    ...(text.includes('@') ? (['em'] as const) : []),
    ...(PHONE.test(text) ? (['ph'] as const) : []),
    'external_id',
  ]
  const kinds: PersonKind[] = []
  const values = new Set<string>()
  for (const key of tried) {
    const outcome = hashOne(key, text, { ...context, builderForms: true })
    if (!('hashes' in outcome) || outcome.hashes.length === 0) continue
    kinds.push(key as PersonKind)
    for (const value of outcome.hashes) values.add(value)
  }
  return { kinds, values: [...values] }
}

const COOKIE = /^fb\.\d+\.\d+\./
/** Seven digits or more, and nothing that a number is not written with. */
const PHONE = /^\+?(?:[\s()./-]*\d){7,16}[\s()./-]*$/
