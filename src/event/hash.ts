/**
 * The hash step: RawUserData in, UserData out. Here raw personal data ends; nothing that is not a
 * SHA-256 leaves under a hashed key. Says what it refused and why, never with the value. Called by
 * ingest for every event, so user data that is already hashed and clean is returned as it came.
 */
import type { KnownFinding } from './findings.ts'
import { existingHash, type HashContext, hashForms, isMd5 } from './hash-value.ts'
import { knownWord } from './known-words.ts'
import { formList } from './normalise.ts'
import { isPlaceholder, refusedHash } from './placeholders.ts'
import type { Hashed, HashedKey, RawUserData, UserData } from './shape.ts'

export interface HashResult {
  readonly userData: UserData
  readonly findings: readonly KnownFinding[]
  /** Keys that came, at least once, as usable clear text. ingest decides what that means. */
  readonly clearKeys: readonly HashedKey[]
}

export type RefusedCode = 'empty_hash' | 'placeholder_value' | 'md5_hash' | 'normalises_to_nothing'

/** What became of one value: its hashes, or why it has none. */
export type Outcome =
  | { readonly hashes: readonly Hashed[]; readonly clear: boolean }
  | { readonly hashes: readonly Hashed[]; readonly dropped: readonly Hashed[] }
  | { readonly refused: RefusedCode }

/** Findings come once per key and reason. A key of which nothing is left is left out. */
export function hashUserData(raw: RawUserData, context: HashContext): HashResult {
  const findings: KnownFinding[] = []
  const clearKeys: HashedKey[] = []
  let changed: { [key: string]: unknown } | undefined
  for (const name in raw) {
    const values: unknown = raw[name as HashedKey]
    // The keys that are never hashed hold one text, the hashed ones a list.
    if (!Array.isArray(values)) continue
    const key = name as HashedKey
    if (isClean(key, values, context)) continue
    const hashes = new Set<Hashed>()
    const dropped = new Set<Hashed>()
    for (const value of values as readonly string[]) {
      const outcome = hashOne(key, value, context)
      if ('refused' in outcome) addOnce(findings, outcome.refused, key)
      else for (const hash of outcome.hashes) hashes.add(hash)
      if ('clear' in outcome && outcome.clear && !clearKeys.includes(key)) clearKeys.push(key)
      if ('dropped' in outcome) for (const hash of outcome.dropped) dropped.add(hash)
    }
    changed ??= { ...raw }
    for (const hash of dropped) hashes.delete(hash)
    if (hashes.size > 0) changed[key] = [...hashes]
    else delete changed[key]
  }
  return { userData: (changed ?? raw) as UserData, findings, clearKeys }
}

/** One lower-case hash that stands for somebody: nothing to do, nothing to allocate. */
function isClean(key: HashedKey, values: readonly string[], context: HashContext): boolean {
  const [value, second] = values
  if (value === undefined || second !== undefined) return false
  if (existingHash(value) !== value) return false
  const { sha256 } = context
  return !refusedHash(key, value, sha256) && !knownWord(key, value, sha256)
}

function addOnce(findings: KnownFinding[], code: RefusedCode, key: HashedKey): void {
  if (!findings.some((one) => one.key === key && one.code === code)) findings.push({ code, key })
}

/** One value of one key, with the reason when it is refused: for the hash step and for `explain`. */
export function hashOne(key: HashedKey, value: string, context: HashContext): Outcome {
  const hashed = existingHash(value)
  if (hashed) {
    const refused = refusedHash(key, hashed, context.sha256)
    if (refused) return { refused }
    const word = knownWord(key, hashed, context.sha256)
    if (!word) return { hashes: [hashed], clear: false }
    return { hashes: context.builderForms ? word.all : word.documented, dropped: word.dropped }
  }
  if (isMd5(key, value)) return { refused: 'md5_hash' }
  if (value.trim() !== '' && isPlaceholder(key, value)) return { refused: 'placeholder_value' }
  const hashes = hashForms(formList(key, value, context), context)
  const [first] = hashes
  if (first === undefined) return { refused: 'normalises_to_nothing' }
  if (refusedHash(key, first, context.sha256)) return { refused: 'placeholder_value' }
  return { hashes, clear: true }
}
