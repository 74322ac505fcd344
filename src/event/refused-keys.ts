/**
 * Which keys of user_data came with an event and hold nothing usable: what parse and hash refused,
 * read from the findings. Pure; ingest counts it (`invalid:<key>`), quality/ shows it as validity.
 */
import type { ClearKey, Finding, HashedKey, UserData } from './shape.ts'

/** Findings that mean: a value of this key was kept out. */
const REFUSALS: ReadonlySet<string> = new Set([
  'invalid_user_data',
  'value_too_long',
  'unsafe_integer',
  'invalid_ip',
  'invalid_fbc',
  'invalid_fbp',
  'invalid_lead_id',
  'placeholder_value',
  'empty_hash',
  'md5_hash',
  'normalises_to_nothing',
])

/** The keys that are counted: those a person is matched by on the web. Bounds the counters. */
export const WEB_KEYS = [
  'em',
  'ph',
  'external_id',
  'fbc',
  'fbp',
  'client_ip_address',
  'client_user_agent',
  'fn',
  'ln',
  'ct',
  'st',
  'zp',
  'country',
  'db',
  'ge',
] as const satisfies readonly (HashedKey | ClearKey)[]

export type WebKey = (typeof WEB_KEYS)[number]

const counted: ReadonlySet<string> = new Set(WEB_KEYS)

const NONE: readonly WebKey[] = []

/** Each key once; a key of which another value is good is not among them. */
export function refusedKeys(
  findings: readonly Finding[] | undefined,
  kept: UserData,
): readonly WebKey[] {
  if (!findings) return NONE
  const keys = new Set<WebKey>()
  for (const { code, key } of findings) {
    if (!key || !REFUSALS.has(code)) continue
    const name = key.replace('user_data.', '')
    if (counted.has(name) && kept[name as WebKey] === undefined) keys.add(name as WebKey)
  }
  return keys.size === 0 ? NONE : [...keys]
}
