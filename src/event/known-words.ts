/**
 * Hashes of names where a code belongs: texas for tx, germany for de, female for f. The pixel
 * carries no tables of names and some of Meta's SDKs hash the word as it stands; the words are few
 * and public, so their digests can be listed and replaced by those of the code. Called by hash.ts.
 */
import { type HashContext, hashForms } from './hash-value.ts'
import type { FormList } from './match-keys.ts'
import { genderWords } from './normalise-gender.ts'
import { countryNames, stateNames } from './normalise-region.ts'
import type { Hashed, HashedKey } from './shape.ts'

/** What stands in for a known hash: `all` with the builder's forms, `documented` without. */
export interface KnownWord {
  readonly all: readonly Hashed[]
  readonly documented: readonly Hashed[]
  /** The hash that the pixel sends beside a state's, made of its first two letters. */
  readonly dropped: readonly Hashed[]
}

export function knownWord(
  key: HashedKey,
  hash: string,
  sha256: HashContext['sha256'],
): KnownWord | undefined {
  if (key !== 'ge' && key !== 'st' && key !== 'country') return undefined
  known[key] ??= digestsOf(key, sha256)
  return known[key].get(hash)
}

type WordKey = 'ge' | 'st' | 'country'

/** Made on first use and kept: a digest does not depend on who computes it. */
const known: { [K in WordKey]?: ReadonlyMap<string, KnownWord> } = {}

type Words = Iterable<readonly [letters: string, forms: FormList]>
const WORDS: { readonly [K in WordKey]: () => Words } = {
  ge: genderWords,
  st: stateNames,
  country: countryNames,
}

function digestsOf(key: WordKey, sha256: HashContext['sha256']): ReadonlyMap<string, KnownWord> {
  const made = new Map<string, KnownWord>()
  for (const [letters, forms] of WORDS[key]()) {
    const all = hashForms(forms, { builderForms: true, sha256 })
    const hash = sha256(letters) as Hashed
    const firstTwo = key === 'st' ? [sha256(letters.slice(0, 2)) as Hashed] : []
    const dropped = firstTwo.filter((one) => !all.includes(one))
    if (all[0] === hash && dropped.length === 0) continue
    made.set(hash, { all, documented: all.slice(0, 1), dropped })
  }
  return made
}
