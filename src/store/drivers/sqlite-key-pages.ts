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
  for (const entry of entries) at = writeEntry(data, at, entry)
  return data
}

/** Returns where it ends. */
function writeEntry(data: Buffer, start: number, { a, b, c, at_s, seqs }: KeyEntry): number {
  data.writeUInt32LE(a, start)
  data.writeUInt32LE(b, start + 4)
  data.writeUInt16LE(c, start + 8)
  data.writeUInt32LE(at_s, start + 10)
  data[start + 14] = seqs.length
  let at = start + HEAD_BYTES
  for (const seq of seqs) at = data.writeUIntLE(seq, at, SEQ_BYTES)
  return at
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

/** Walks over the packed entries of one page after the other without unpacking them. */
export class EntryCursor implements KeyHash {
  a = 0
  b = 0
  c = 0
  at_s = 0
  isDone = false
  readonly #nextPage: () => Uint8Array | undefined
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  #end = 0

  /** Stands on the first entry afterwards. */
  constructor(nextPage: () => Uint8Array | undefined) {
    this.#nextPage = nextPage
    this.next()
  }

  next(): void {
    this.#at = this.#end
    if (this.#at >= this.#bytes.length) {
      const page = this.#nextPage()
      this.isDone = page === undefined
      if (!page) return
      this.#bytes = Buffer.from(page.buffer, page.byteOffset, page.byteLength)
      this.#at = 0
    }
    const [bytes, at] = [this.#bytes, this.#at]
    this.a = bytes.readUInt32LE(at)
    this.b = bytes.readUInt32LE(at + 4)
    this.c = bytes.readUInt16LE(at + 8)
    this.at_s = bytes.readUInt32LE(at + 10)
    this.#end = at + HEAD_BYTES + SEQ_BYTES * (bytes[at + 14] ?? 0)
  }

  entry(): KeyEntry {
    return entryAt(this.#bytes, this.#at)
  }

  /** The packed entry; a view. */
  packed(): Uint8Array {
    return this.#bytes.subarray(this.#at, this.#end)
  }
}

/**
 * Cuts sorted entries into pages, named by the first `a` on them. Entries with the same `a` stay
 * together, so that a key can only stand on the last page that begins at or below it.
 */
export class PageWriter {
  readonly #write: (firstA: number, data: Uint8Array) => void
  #page: Buffer = Buffer.alloc(2 * PAGE_BYTES)
  #bytes = 0
  #firstA = 0
  #lastA = 0

  constructor(write: (firstA: number, data: Uint8Array) => void) {
    this.#write = write
  }

  add(a: number, packed: Uint8Array): void {
    const at = this.#place(a, packed.length)
    this.#page.set(packed, at)
  }

  addEntry(entry: KeyEntry): void {
    const at = this.#place(entry.a, sizeOf(entry))
    writeEntry(this.#page, at, entry)
  }

  /** Where on the page so many bytes may be written. */
  #place(a: number, bytes: number): number {
    if (this.#bytes + bytes > PAGE_BYTES && a !== this.#lastA) this.flush()
    if (this.#bytes === 0) this.#firstA = a
    if (this.#bytes + bytes > this.#page.length) {
      this.#page = Buffer.concat([this.#page, Buffer.alloc(this.#page.length)])
    }
    const at = this.#bytes
    this.#bytes += bytes
    this.#lastA = a
    return at
  }

  flush(): void {
    if (this.#bytes > 0) this.#write(this.#firstA, this.#page.subarray(0, this.#bytes))
    this.#bytes = 0
  }
}
