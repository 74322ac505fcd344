/**
 * Which deliveries were delivered, one bit each, for ever: so that to enqueue an event again says
 * truly whether it was sent, at the cost of a bit. Used by the outbox files, inside a transaction.
 */
import type { StatementSync } from 'node:sqlite'
import { positionOf } from '../delivery-order.ts'
import type { Connection } from './sqlite-connection.ts'
import { CHUNK_POSITIONS, chunkOf, type PackedKey } from './sqlite-outbox-pack.ts'

/** Merged events and single legs have bits of their own. */
const kindOf = ({ leg_seq }: PackedKey): 0 | 1 => (leg_seq === 0 ? 0 : 1)

export class Delivered {
  readonly #sql: Record<'get' | 'put', StatementSync>

  constructor({ db }: Connection) {
    this.#sql = {
      get: db.prepare(
        'SELECT bits FROM delivered WHERE destination_no = ? AND kind = ? AND chunk = ?',
      ),
      put: db.prepare('INSERT OR REPLACE INTO delivered VALUES (?, ?, ?, ?)'),
    }
  }

  mark(destinationNo: number, keys: readonly PackedKey[]): void {
    for (const [kind, ofKind] of Map.groupBy(keys, kindOf)) {
      for (const [chunk, ofChunk] of Map.groupBy(ofKind, (key) => chunkOf(positionOf(key)))) {
        const bits = this.#bits(destinationNo, kind, chunk)
        for (const key of ofChunk) {
          const { byte, mask } = placeOf(key)
          bits[byte] = (bits[byte] ?? 0) | mask
        }
        this.#sql.put.run(destinationNo, kind, chunk, bits)
      }
    }
  }

  /** Says of keys of one chunk whether they were delivered. */
  inChunk(destinationNo: number, chunk: number): (key: PackedKey) => boolean {
    const kinds = [this.#bits(destinationNo, 0, chunk), this.#bits(destinationNo, 1, chunk)]
    return (key) => {
      const { byte, mask } = placeOf(key)
      return ((kinds[kindOf(key)]?.[byte] ?? 0) & mask) !== 0
    }
  }

  #bits(destinationNo: number, kind: number, chunk: number): Uint8Array {
    const row = this.#sql.get.get(destinationNo, kind, chunk)
    return (row?.bits as Uint8Array | undefined) ?? new Uint8Array(CHUNK_POSITIONS / 8)
  }
}

function placeOf(key: PackedKey): { byte: number; mask: number } {
  const at = positionOf(key) % CHUNK_POSITIONS
  return { byte: Math.floor(at / 8), mask: 1 << (at % 8) }
}
