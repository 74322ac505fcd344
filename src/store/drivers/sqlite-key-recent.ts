/**
 * The newest key entries, in memory: a hash table in typed arrays, because sixty thousand small
 * objects would cost the garbage collector more than the work itself. Entries are replaced, never
 * removed one by one. Used by sqlite-keys.ts only.
 */
import type { KeyHash } from './sqlite-key-hash.ts'
import { compareKeys, type KeyEntry } from './sqlite-key-pages.ts'

/** Stands in `seq` where the seqs are none or several and lie in #lists. */
const LIST = 0
const CAPACITY_MIN = 1024

export class RecentKeys {
  size = 0
  #table = tableOf(CAPACITY_MIN)
  /** By place, for entries with no seq or more than one. */
  readonly #lists = new Map<number, readonly number[]>()

  get(key: KeyHash): KeyEntry | undefined {
    const place = this.#placeOf(key)
    return this.#table.used[place] ? this.#entryAt(place) : undefined
  }

  set(entry: KeyEntry): void {
    if (2 * (this.size + 1) > this.#table.used.length) this.#grow()
    const place = this.#placeOf(entry)
    const { used, a, b, c, at, seq } = this.#table
    if (!used[place]) this.size += 1
    used[place] = 1
    a[place] = entry.a
    b[place] = entry.b
    c[place] = entry.c
    at[place] = entry.at_s
    seq[place] = entry.seqs.length === 1 ? (entry.seqs[0] ?? LIST) : LIST
    if (seq[place] === LIST) this.#lists.set(place, entry.seqs)
    else this.#lists.delete(place)
  }

  clear(): void {
    this.size = 0
    this.#table.used.fill(0)
    this.#lists.clear()
  }

  /**
   * All entries in the order of their hashes, made one at a time: sixty thousand that live together
   * would all be taken for old objects. Nothing may be set meanwhile.
   */
  *sorted(): Generator<KeyEntry> {
    const { used, a } = this.#table
    const capacity = used.length
    // The first hash word and the place in one number, because numbers alone sort fast.
    const order = new Float64Array(this.size)
    let count = 0
    for (let place = 0; place < capacity; place++) {
      if (used[place]) order[count++] = (a[place] ?? 0) * capacity + place
    }
    order.sort()
    // Only entries that share a first word are out of order still.
    let alike: KeyEntry[] = []
    for (const word of order) {
      const entry = this.#entryAt(word - Math.floor(word / capacity) * capacity)
      if (alike.length > 0 && alike[0]?.a !== entry.a) {
        yield* alike.length > 1 ? alike.sort(compareKeys) : alike
        alike = []
      }
      alike.push(entry)
    }
    yield* alike.sort(compareKeys)
  }

  /** Unix seconds. */
  newestS(): number {
    const { used, at } = this.#table
    let newest = 0
    for (let place = 0; place < used.length; place++) {
      if (used[place]) newest = Math.max(newest, at[place] ?? 0)
    }
    return newest
  }

  #entryAt(place: number): KeyEntry {
    const { a, b, c, at, seq } = this.#table
    const one = seq[place] ?? LIST
    return {
      a: a[place] ?? 0,
      b: b[place] ?? 0,
      c: c[place] ?? 0,
      at_s: at[place] ?? 0,
      seqs: one === LIST ? (this.#lists.get(place) ?? []) : [one],
    }
  }

  /** Where the key stands, or the free place where it would. */
  #placeOf(key: KeyHash): number {
    const { used, a, b, c } = this.#table
    const mask = used.length - 1
    let place = key.b & mask
    while (used[place] && (a[place] !== key.a || b[place] !== key.b || c[place] !== key.c)) {
      place = (place + 1) & mask
    }
    return place
  }

  #grow(): void {
    const entries = [...this.sorted()]
    this.#table = tableOf(2 * this.#table.used.length)
    this.size = 0
    this.#lists.clear()
    for (const entry of entries) this.set(entry)
  }
}

/** `capacity` is a power of two. */
function tableOf(capacity: number) {
  return {
    used: new Uint8Array(capacity),
    a: new Uint32Array(capacity),
    b: new Uint32Array(capacity),
    c: new Uint16Array(capacity),
    at: new Uint32Array(capacity),
    seq: new Float64Array(capacity),
  }
}
