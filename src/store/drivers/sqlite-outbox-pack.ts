/**
 * Many deliveries in few bytes: their keys and columns of numbers, as variable-length differences
 * from one to the next. About three bytes a delivery where neighbours are alike. Used by the outbox
 * files of the SQLite driver.
 */
import { positionOf } from '../delivery-order.ts'

export interface PackedKey {
  readonly seq: number
  readonly leg_seq: number
}

/** Rows hold deliveries of one chunk, so that one event's are found by number. */
export const CHUNK_POSITIONS = 4096

export const chunkOf = (position: number): number => Math.floor(position / CHUNK_POSITIONS)

/** `columns[c][i]` belongs to `keys[i]`; whole numbers of at most 52 bits. */
export function pack(
  chunk: number,
  keys: readonly PackedKey[],
  columns: readonly (readonly number[])[],
): Uint8Array {
  const bytes = new Bytes((2 + columns.length) * keys.length + 8)
  bytes.add(keys.length)
  let last = chunk * CHUNK_POSITIONS
  for (const key of keys) {
    const position = positionOf(key)
    bytes.add(zigzag(position - last))
    bytes.add(key.leg_seq === 0 ? 0 : 1 + zigzag(key.leg_seq - key.seq))
    last = position
  }
  for (const column of columns) {
    let before = 0
    for (const value of column) {
      bytes.add(zigzag(value - before))
      before = value
    }
  }
  return bytes.all()
}

export interface Unpacked {
  readonly keys: readonly PackedKey[]
  readonly columns: readonly (readonly number[])[]
}

/** Throws where `data` ends too early. */
export function unpack(chunk: number, data: Uint8Array, columns: number): Unpacked {
  const reader = new Reader(data)
  const length = reader.next()
  const keys: PackedKey[] = []
  let position = chunk * CHUNK_POSITIONS
  for (let i = 0; i < length; i++) {
    position += unzigzag(reader.next())
    const leg = reader.next()
    if (leg === 0) keys.push({ seq: position, leg_seq: 0 })
    else keys.push({ seq: position - unzigzag(leg - 1), leg_seq: position })
  }
  return { keys, columns: Array.from({ length: columns }, () => readColumn(reader, length)) }
}

function readColumn(reader: Reader, length: number): number[] {
  const column: number[] = []
  let value = 0
  for (let i = 0; i < length; i++) {
    value += unzigzag(reader.next())
    column.push(value)
  }
  return column
}

/** Small numbers of either sign become small ones without. */
const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value)
const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2)

/** Seven bits a byte, lowest first; arithmetic, because times take more than 32 bits. */
class Bytes {
  #data: Uint8Array
  #length = 0

  /** `guess`: how many bytes there will be; more are made room for. */
  constructor(guess: number) {
    this.#data = new Uint8Array(guess)
  }

  add(value: number): void {
    if (this.#length + VALUE_BYTES_MAX > this.#data.length) this.#grow()
    if (value < 128) {
      this.#data[this.#length++] = value
      return
    }
    let rest = value
    while (rest >= 128) {
      this.#data[this.#length++] = (rest % 128) + 128
      rest = Math.floor(rest / 128)
    }
    this.#data[this.#length++] = rest
  }

  #grow(): void {
    const grown = new Uint8Array(2 * this.#data.length + VALUE_BYTES_MAX)
    grown.set(this.#data)
    this.#data = grown
  }

  all(): Uint8Array {
    return this.#data.subarray(0, this.#length)
  }
}

/** Of 53 bits, seven a byte. */
const VALUE_BYTES_MAX = 8

class Reader {
  readonly #data: Uint8Array
  #at = 0

  constructor(data: Uint8Array) {
    this.#data = data
  }

  next(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#data[this.#at++]
      if (byte === undefined) throw new Error('unpack: the row ends too early')
      value += (byte % 128) * scale
      if (byte < 128) return value
    }
  }
}
