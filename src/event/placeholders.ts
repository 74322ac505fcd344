/**
 * Values that stand for "nobody": the word null, a test address, a row of zeros. As a match key
 * each would make one person of many, so hash.ts refuses them, in clear and already hashed. Kept
 * apart from hash-value.ts so that the pixel, which reports to a server that checks, goes without.
 */
import type { HashedKey } from './shape.ts'

export type Refusal = 'placeholder_value' | 'empty_hash'

/** Is a clear value a placeholder? Asked before normalising, which turns n/a into a name. */
export function isPlaceholder(key: HashedKey, value: string): boolean {
  const text = value.trim().toLowerCase()
  if (ANYWHERE.includes(text) || PER_KEY[key]?.includes(text)) return true
  if (key === 'em') return /^(no-?reply|do-?not-?reply)@/.test(text)
  return key === 'ph' && PER_KEY.ph?.includes(text.replace(/\D/g, '')) === true
}

/** Why a digest is refused under this key, if it is: one lookup per value that came hashed. */
export function refusedHash(
  key: HashedKey,
  hash: string,
  sha256: (text: string) => string,
): Refusal | undefined {
  digests ??= makeDigests(sha256)
  const found = digests.get(hash)
  return found && (found.keys === 'all' || found.keys.has(key)) ? found.refusal : undefined
}

/** No value of any key, and no name either: people are called Nan, Nil and Na. */
const NOTHING = ['', 'null', 'undefined']
const ANYWHERE = [
  ...NOTHING,
  ' ',
  'none',
  'n/a',
  'unknown',
  'not set',
  '(not set)',
  '(none)',
  'not provided',
  'not available',
  '[object object]',
  '-',
  '.',
]

/** Never an address, a number or an id of somebody, although it may be a name or a town. */
const WORDS = ['na', 'nan', 'nil', 'no', 'test', 'guest', 'anonymous', 'false', 'true', '0', '1']

const repeated = (digit: string): string[] => [7, 8, 9, 10, 11, 12].map((n) => digit.repeat(n))

const PER_KEY: { readonly [K in HashedKey]?: readonly string[] } = {
  em: [
    ...WORDS,
    'test@test.com',
    'test@test.test',
    'test@example.com',
    'test@email.com',
    'test@mail.com',
    'test@gmail.com',
    'user@example.com',
    'email@example.com',
    'example@example.com',
    'name@example.com',
    'noreply@example.com',
    'no-reply@example.com',
    'email@email.com',
    'user@user.com',
    'a@a.com',
    'a@b.com',
    'asdf@asdf.com',
    'na@na.com',
    'no@no.com',
    'none@none.com',
    'null@null.com',
    'noemail@noemail.com',
  ],
  ph: [
    ...WORDS,
    ...[...'0123456789'].flatMap(repeated),
    '123456789',
    '1234567890',
    '0123456789',
    '01234567890',
    '11234567890',
    '12345678901',
    '12345678910',
  ],
  external_id: [...WORDS.filter((word) => word !== '1'), '-1'],
  app_user_id: [...WORDS.filter((word) => word !== '1'), '-1'],
  db: [...WORDS, '00000000', '19000101'],
  zp: ['na', 'nan', 'nil', 'test', '0', '0000', '00000', '000000'],
}

interface Entry {
  readonly refusal: Refusal
  readonly keys: 'all' | Set<string>
}

/** Made on first use and kept: a digest does not depend on who computes it. */
let digests: Map<string, Entry> | undefined

function makeDigests(sha256: (text: string) => string): Map<string, Entry> {
  const made = new Map<string, Entry>()
  for (const [key, texts] of Object.entries(PER_KEY)) {
    for (const text of texts) {
      const hash = sha256(text)
      const known = made.get(hash)?.keys
      if (known instanceof Set) known.add(key)
      else made.set(hash, { refusal: 'placeholder_value', keys: new Set([key]) })
    }
  }
  for (const text of [...ANYWHERE, ...AS_WRITTEN]) {
    const refusal = NOTHING.includes(text) ? 'empty_hash' : 'placeholder_value'
    made.set(sha256(text), { refusal, keys: 'all' })
  }
  return made
}

/** Hashed by somebody who did not lower-case first. */
const AS_WRITTEN = ['NULL', 'Null', 'None', 'N/A', 'NaN', 'Unknown', '[object Object]']
