/**
 * Google's Consent Mode, given as its fields or as the parameters that Google's tags send (`gcs`,
 * `gcd`). Pure; called by read-consent.ts.
 */
import type { ConsentMode } from '../../event/shape.ts'

type Word = 'granted' | 'denied'

/** `G1` and a digit each for ad_storage and analytics_storage; `-` where it does not apply. */
const GCS = /^G1([01-])([01-])$/
/** A letter each for ad_storage, analytics_storage, ad_user_data, ad_personalization. */
const GCD = /^1\d([a-z])\d([a-z])\d([a-z])\d([a-z])\d/

const FIELDS = ['ad_storage', 'analytics_storage', 'ad_user_data', 'ad_personalization'] as const

/** Undefined where nothing of it can be read. Of two answers for one field, denied wins. */
export function readConsentMode(given: {
  readonly consent_mode?: unknown
  readonly gcs?: unknown
  readonly gcd?: unknown
}): ConsentMode | undefined {
  const mode: { -readonly [K in keyof ConsentMode]: Word } = {}
  const put = (field: keyof ConsentMode, word: Word | undefined): void => {
    if (word && mode[field] !== 'denied') mode[field] = word
  }
  const fields = Object(given.consent_mode) as Readonly<Record<string, unknown>>
  for (const field of FIELDS) put(field, wordOf(fields[field]))
  const gcs = GCS.exec(String(given.gcs ?? ''))
  put('ad_storage', DIGITS[gcs?.[1] ?? ''])
  put('analytics_storage', DIGITS[gcs?.[2] ?? ''])
  const gcd = GCD.exec(String(given.gcd ?? ''))
  for (const [index, field] of FIELDS.entries()) put(field, LETTERS[gcd?.[index + 1] ?? ''])
  return Object.keys(mode).length > 0 ? mode : undefined
}

function wordOf(value: unknown): Word | undefined {
  if (value === 'granted' || value === true) return 'granted'
  return value === 'denied' || value === false ? 'denied' : undefined
}

const DIGITS: Readonly<Record<string, Word>> = { 0: 'denied', 1: 'granted' }
/** By default and by update, as tags were observed to write it; l says nothing. */
const LETTERS: Readonly<Record<string, Word>> = {
  ...{ t: 'granted', r: 'granted', n: 'granted', v: 'granted' },
  ...{ p: 'denied', q: 'denied', m: 'denied', u: 'denied' },
}
