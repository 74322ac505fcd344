/**
 * What happens to one value of a hashed key, step by step: for `twofold explain em " Foo@X.com "`
 * and for anybody who wonders why a hash is not the one he expected. Shows the value it was given,
 * so it is called with what a person typed, never with stored data.
 */
import { FINDINGS } from './findings.ts'
import { hashOne, type RefusedCode } from './hash.ts'
import { existingHash, type HashContext, isMd5 } from './hash-value.ts'
import { normalise } from './normalise.ts'
import type { Hashed, HashedKey } from './shape.ts'

export interface ExplainedForm {
  /** By Meta's documentation, by Meta's parameter builder, or as it was typed. */
  readonly name: 'documented' | 'builder' | 'unchanged'
  /** The exact text that is hashed. */
  readonly text: string
  readonly sha256: string
  /** False for a form that equals an earlier one, is switched off, or of a refused value. */
  readonly sent: boolean
}

export interface Explanation {
  readonly key: HashedKey
  readonly input: 'empty' | 'clear' | 'sha256' | 'md5'
  /** What is done to a clear value of this key, in words. */
  readonly rule: string
  readonly forms: readonly ExplainedForm[]
  /** What goes into user_data under the key, in this order. */
  readonly sent: readonly Hashed[]
  /** Something about the result that its parts do not show. */
  readonly note?: string
  readonly refused?: { readonly code: RefusedCode; readonly title: string; readonly fix: string }
}

export function explain(key: HashedKey, value: string, context: HashContext): Explanation {
  const outcome = hashOne(key, value, context)
  const sent = 'hashes' in outcome ? outcome.hashes : []
  const input = kindOf(key, value)
  return {
    key,
    input,
    rule: RULES[key],
    forms: input === 'clear' ? formsOf(key, value, { context, sent }) : [],
    sent,
    ...noteOf({ key, value, input, outcome, context }),
    ...('refused' in outcome && {
      refused: { code: outcome.refused, ...FINDINGS[outcome.refused] },
    }),
  }
}

interface Noted {
  readonly key: HashedKey
  readonly value: string
  readonly input: Explanation['input']
  readonly outcome: object
  readonly context: HashContext
}

function noteOf({ key, value, input, outcome, context }: Noted): { note?: string } {
  if ('dropped' in outcome) return { note: KNOWN_WORD }
  const isOpen = key === 'ph' && input === 'clear' && !context.defaultCallingCode
  return isOpen && !INTERNATIONAL.test(value) ? { note: NO_COUNTRY } : {}
}

/** A number that says itself that it begins with a country code. */
const INTERNATIONAL = /^\D*(?:[+\uff0b]|00)/
const NO_COUNTRY =
  'It does not begin with + or 00 and no default country is given. If it lacks its country code, ' +
  'nobody can match this hash: write the number with + or choose the default country.'

const KNOWN_WORD =
  'This is the hash of a well-known word. The hash of the code that it stands for is sent instead.'

/** For a key that a person typed. */
export const isHashedKey = (key: string): key is HashedKey => Object.hasOwn(RULES, key)

function kindOf(key: HashedKey, value: string): Explanation['input'] {
  if (existingHash(value)) return 'sha256'
  if (isMd5(key, value)) return 'md5'
  return value.trim() === '' ? 'empty' : 'clear'
}

function formsOf(
  key: HashedKey,
  value: string,
  { context, sent }: { context: HashContext; sent: readonly string[] },
): ExplainedForm[] {
  const { documented, builder, unchanged } = normalise(key, value, context)
  const shown: ExplainedForm[] = []
  const show = (name: ExplainedForm['name'], text: string | null | undefined) => {
    if (!text) return
    const sha256 = context.sha256(text)
    const repeated = shown.some((form) => form.text === text)
    shown.push({ name, text, sha256, sent: !repeated && sent.includes(sha256) })
  }
  show('documented', documented)
  show('builder', builder)
  show('unchanged', unchanged)
  return shown
}

const NAME =
  'Trimmed, lower-cased, without ASCII punctuation; letters of every script stay. The builder ' +
  'takes the spaces inside out as well.'
const PART_OF_NAME = 'Trimmed, lower-cased, cut. Only the business SDKs know this key.'

const RULES: { readonly [K in HashedKey]: string } = {
  em: 'Trimmed, lower-cased; must look like an address.',
  ph:
    'Digits only, with the country code and without leading zeros; 7 to 16 of them. The default ' +
    'country completes a number that has no country code.',
  fn: NAME,
  ln: NAME,
  ge: 'f or m, from the letter or an English word; anything else is left out.',
  db: 'YYYYMMDD; other notations are read by size, month before day when both fit.',
  ct: 'Lower-case letters of every script, nothing else. The builder keeps a-z and 0-9 only.',
  st:
    'Two letters for a state of the USA, else the name in lower-case letters. The builder takes ' +
    'two letters of any.',
  zp:
    'Lower-case without spaces, up to the dash; five digits for the USA. The builder leaves spaces ' +
    'inside.',
  country: 'ISO 3166 alpha-2 in lower case, from a code or an English name.',
  external_id:
    'Trimmed and lower-cased; beside it without spaces, as the builder does, and with its ' +
    'capitals, as the business SDKs send it.',
  f5first: PART_OF_NAME,
  f5last: PART_OF_NAME,
  fi: PART_OF_NAME,
  dobd: 'The day of birth with two digits, 01 to 31. Only the business SDKs know this key.',
  dobm: 'The month of birth with two digits, 01 to 12. Only the business SDKs know this key.',
  doby: 'The year of birth with four digits. Only the business SDKs know this key.',
  app_user_id: 'Trimmed, lower-cased. Only the business SDKs know this key.',
}
