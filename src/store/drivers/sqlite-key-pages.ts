/**
 * How key entries lie in a row: sorted by hash, 15 bytes and 6 more per seq, in pages that fill a
 * database page each. The same form serves the log rows of commits (not sorted). Pure.
 */
import type { KeyHash } from './sqlite-key-hash.ts'

export interface KeyEntry extends KeyHash {
  /** When the entry was made, unix seconds rounded up. */
  readonly at_s: number
  /** Empty: the key was cleared, which hides older entries. */
  readonly seqs: readonly number[]
}

/** The count of seqs is one byte. */
export const KEY_SEQS_MAX = 255
/** With its header such a row fills one page of 4096 bytes and needs no overflow page. */
const PAGE_BYTES = 4000
const HEAD_BYTES = 15
const SEQ_BYTES = 6

const sizeOf = (entry: KeyEntry): number => HEAD_BYTES + SEQ_BYTES * entry.seqs.length

export const isSameKey = (x: KeyHash, y: KeyHash): boolean =>
  x.a === y.a && x.b === y.b && x.c === y.c

export const compareKeys = (x: KeyHash, y: KeyHash): number => x.a - y.a || x.b - y.b || x.c - y.c

export function packEntries(entries: readonly KeyEntry[]): Uint8Array {
  const data = Buffer.allocUnsafe(entries.reduce((sum, entry) => sum + sizeOf(entry), 0))
  let at = 0
  for (const { a, b, c, at_s, seqs } of entries) {
    data.writeUInt32LE(a, at)
    data.writeUInt32LE(b, at + 4)
    data.writeUInt16LE(c, at + 8)
    data.writeUInt32LE(at_s, at + 10)
    data[at + 14] = seqs.length
    at += HEAD_BYTES
    for (const seq of seqs) at = data.writeUIntLE(seq, at, SEQ_BYTES)
  }
  return data
}

export function unpackEntries(data: Uint8Array): KeyEntry[] {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const entries: KeyEntry[] = []
  for (let at = 0; at < bytes.length; ) {
    const entry = entryAt(bytes, at)
    entries.push(entry)
    at += sizeOf(entry)
  }
  return entries
}

/** The entry of `key` on a sorted page. */
export function findEntry(data: Uint8Array, key: KeyHash): KeyEntry | undefined {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  for (let at = 0; at < bytes.length; at += HEAD_BYTES + SEQ_BYTES * (bytes[at + 14] ?? 0)) {
    const a = bytes.readUInt32LE(at)
    if (a < key.a) continue
    if (a > key.a) return undefined
    const entry = entryAt(bytes, at)
    if (isSameKey(entry, key)) return entry
  }
  return undefined
}

function entryAt(bytes: Buffer, at: number): KeyEntry {
  const seqs: number[] = []
  const end = at + HEAD_BYTES + SEQ_BYTES * (bytes[at + 14] ?? 0)
  for (let next = at + HEAD_BYTES; next < end; next += SEQ_BYTES) {
    seqs.push(bytes.readUIntLE(next, SEQ_BYTES))
  }
  return {
    a: bytes.readUInt32LE(at),
    b: bytes.readUInt32LE(at + 4),
    c: bytes.readUInt16LE(at + 8),
    at_s: bytes.readUInt32LE(at + 10),
    seqs,
  }
}

/**
 * Cuts sorted entries into pages, named by the first `a` on them. Entries with the same `a` stay
 * together, so that a key can only stand on the last page that begins at or below it.
 */
export class PageWriter {
  readonly #write: (firstA: number, data: Uint8Array) => void
  #entries: KeyEntry[] = []
  #bytes = 0

  constructor(write: (firstA: number, data: Uint8Array) => void) {
    this.#write = write
  }

  add(entry: KeyEntry): void {
    const size = sizeOf(entry)
    if (this.#bytes + size > PAGE_BYTES && entry.a !== this.#entries.at(-1)?.a) this.flush()
    this.#entries.push(entry)
    this.#bytes += size
  }

  flush(): void {
    const [first] = this.#entries
    if (first) this.#write(first.a, packEntries(this.#entries))
    this.#entries = []
    this.#bytes = 0
  }
}
