/**
 * The unpacked bytes of recent blocks, or of their purchases, one after the other in a ring of
 * fixed size: the oldest make room. One allocation for ever, because many of this size, made and
 * dropped, tear holes in the memory that cost as much again. Used by sqlite-blocks.ts only.
 */

interface Place {
  readonly start: number
  readonly end: number
  /** Where each line begins; made when a line is asked for. */
  starts?: readonly number[]
}

/** Which seqs a block holds. */
export interface BlockSpan {
  readonly first_seq: number
  readonly n: number
}

/** How every line begins. */
export const SEQ_FIRST = '{"seq":'

const NEWLINE = 10
/** Of one UTF-16 unit. */
const UTF8_BYTES_MAX = 3

export class BlockCache {
  readonly #ring: Buffer
  /** By block id, oldest first, which is also their order in the ring. */
  readonly #places = new Map<number, Place>()
  #next = 0

  constructor(bytes: number) {
    this.#ring = Buffer.alloc(bytes)
  }

  /** Copies `bytes`; a block larger than a quarter of the ring is not remembered. */
  put(id: number, bytes: Buffer): void {
    if (bytes.length > this.#ring.length / 4 || this.#places.has(id)) return
    this.#makeRoom(bytes.length)
    bytes.copy(this.#ring, this.#next)
    this.#keep(id, bytes.length)
  }

  /**
   * The lines as one text, written where they stay: a block's bytes put together anew for every
   * block cost more than all the rest of a commit where fresh memory is dear. A view for at once;
   * `keepWritten` remembers it. Lines that do not fit into a quarter of the ring get a buffer of
   * their own.
   */
  write(lines: readonly string[]): Buffer {
    let bytesMax = 0
    for (const line of lines) bytesMax += line.length * UTF8_BYTES_MAX + 1
    if (bytesMax > this.#ring.length / 4) return Buffer.from(lines.join('\n'))
    this.#makeRoom(bytesMax)
    let at = this.#next
    for (const line of lines) {
      if (at > this.#next) this.#ring[at++] = NEWLINE
      at += this.#ring.write(line, at)
    }
    return this.#ring.subarray(this.#next, at)
  }

  /** Remembers what `write` wrote last; nothing may have been put in between. */
  keepWritten(id: number, written: Buffer): void {
    if (written.buffer === this.#ring.buffer) this.#keep(id, written.length)
    else this.put(id, written)
  }

  /** Nothing is remembered any more. */
  clear(): void {
    this.#places.clear()
  }

  delete(id: number): void {
    const place = this.#places.get(id)
    // Erased values must not stay in memory either.
    if (place) this.#ring.fill(0, place.start, place.end)
    this.#places.delete(id)
  }

  /** A view for at once: the next `put` may overwrite it. */
  bytes(id: number): Buffer | undefined {
    const place = this.#places.get(id)
    return place && this.#ring.subarray(place.start, place.end)
  }

  line(id: number, block: BlockSpan, seq: number): string | undefined {
    const place = this.#places.get(id)
    if (!place) return undefined
    const bytes = this.#ring.subarray(place.start, place.end)
    place.starts ??= lineStarts(bytes)
    return lineOf(bytes, place.starts, block, seq)
  }

  /** Frees this much from where the next block begins. */
  #makeRoom(bytes: number): void {
    if (this.#next + bytes > this.#ring.length) {
      // The tail stays unused; whoever stands in it would be out of order for the next round.
      this.#dropWhile(({ start }) => start >= this.#next)
      this.#next = 0
    }
    const end = this.#next + bytes
    this.#dropWhile((place) => place.start < end && place.end > this.#next)
  }

  #keep(id: number, bytes: number): void {
    const start = this.#next
    this.#next += bytes
    this.#places.set(id, { start, end: this.#next })
  }

  #dropWhile(inTheWay: (place: Place) => boolean): void {
    for (const [id, place] of this.#places) {
      if (!inTheWay(place)) return
      this.#places.delete(id)
    }
  }
}

export function lineStarts(bytes: Buffer): number[] {
  const starts = [0]
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) {
    starts.push(at + 1)
  }
  return starts
}

/** The line of this seq, where it is among them: some of its block may stand apart. */
export function lineOf(
  bytes: Buffer,
  starts: readonly number[],
  { first_seq, n }: BlockSpan,
  seq: number,
): string | undefined {
  const index = starts.length === n ? seq - first_seq : indexOf(bytes, starts, seq)
  const start = starts[index]
  if (start === undefined) return undefined
  const next = starts[index + 1]
  return bytes.toString('utf8', start, next === undefined ? bytes.length : next - 1)
}

/** -1 where it is not there. */
function indexOf(bytes: Buffer, starts: readonly number[], seq: number): number {
  let low = 0
  let high = starts.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const found = seqAt(bytes, (starts[middle] ?? 0) + SEQ_FIRST.length)
    if (found === seq) return middle
    if (found < seq) low = middle + 1
    else high = middle - 1
  }
  return -1
}

function seqAt(bytes: Buffer, start: number): number {
  let seq = 0
  for (let at = start; ; at++) {
    const digit = (bytes[at] ?? 0) - 48
    if (digit < 0 || digit > 9) return seq
    seq = 10 * seq + digit
  }
}
