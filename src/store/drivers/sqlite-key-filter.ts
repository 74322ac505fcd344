/**
 * Says of most keys that a segment does not hold them, without touching the disk: a split-block
 * Bloom filter (as in Apache Parquet). A key's eight bits lie in one block of 32 bytes, so a look
 * costs one cache miss. Never wrong about a key that was added.
 */
import type { KeyHash } from './sqlite-key-hash.ts'

/** About one false "maybe" in six hundred; each costs the read of a page. */
const BITS_PER_KEY = 16
const WORDS = 8

export class KeyFilter {
  readonly words: Uint32Array
  /** Written so that the reads of `candidates` are not optimised away. */
  touched = 0
  readonly #blocks: number

  constructor(words: Uint32Array) {
    this.words = words
    this.#blocks = words.length / WORDS
  }

  static for(keys: number): KeyFilter {
    return new KeyFilter(new Uint32Array(WORDS * Math.ceil((keys * BITS_PER_KEY) / 256 + 1)))
  }

  static from(data: Uint8Array): KeyFilter {
    const words = new Uint32Array(data.byteLength / 4)
    new Uint8Array(words.buffer).set(data)
    return new KeyFilter(words)
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.words.buffer)
  }

  add({ a, b }: KeyHash): void {
    const start = this.#start(a)
    for (let i = 0; i < WORDS; i++) {
      const at = start + i
      this.words[at] = (this.words[at] ?? 0) | bit(b, i)
    }
  }

  mayHave({ a, b }: KeyHash): boolean {
    const start = this.#start(a)
    for (let i = 0; i < WORDS; i++) {
      if (((this.words[start + i] ?? 0) & bit(b, i)) === 0) return false
    }
    return true
  }

  /**
   * Those of `open` (indexes of keys) that may be here. Touches all their blocks first: many cache
   * misses then wait at the same time, which halves the cost of a look at a large filter.
   */
  candidates(keys: readonly KeyHash[], open: readonly number[]): number[] {
    let touched = 0
    for (const index of open) touched ^= this.words[this.#start(keys[index]?.a ?? 0)] ?? 0
    this.touched = touched
    return open.filter((index) => {
      const key = keys[index]
      return key !== undefined && this.mayHave(key)
    })
  }

  #start(a: number): number {
    return WORDS * Math.floor((a / 0x1_0000_0000) * this.#blocks)
  }
}

/** Odd constants of the Parquet format. */
const SALTS = new Int32Array([
  0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31,
])

const bit = (b: number, word: number): number => 1 << (Math.imul(b, SALTS[word] ?? 1) >>> 27)
