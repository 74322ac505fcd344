/**
 * Sending again in the SQLite driver: dead letters made pending (requeue) and stored events written
 * into the outbox anew (enqueue). Both work in short transactions, so that commits go on in
 * between. Used by sqlite-outbox.ts.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { positionOf } from '../delivery-order.ts'
import { type DeliveryWrite, type RequeueRequest, wholeMs } from '../outbox.ts'
import type { Connection } from './sqlite-connection.ts'
import type { Delivered } from './sqlite-outbox-delivered.ts'
import { type Destinations, ROW_STATES, type RowState } from './sqlite-outbox-destinations.ts'
import { chunkOf, type PackedKey } from './sqlite-outbox-pack.ts'
import { FRESH, type Row, type Rows } from './sqlite-outbox-rows.ts'

interface Parts {
  readonly connection: Connection
  readonly destinations: Destinations
  readonly rows: Rows
  readonly delivered: Delivered
}

type Write = Omit<DeliveryWrite, 'first'>

/** One slice stays within some ten milliseconds. */
const ROWS_PER_SLICE = 2000

const keyOf = ({ seq, leg_seq }: PackedKey): string => `${seq}.${leg_seq}`

export class Repeater {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async requeue(request: RequeueRequest): Promise<number> {
    let requeued = 0
    for (const state of new Set(request.states)) {
      requeued += await (request.keys
        ? this.#requeueKeys(request, state, request.keys)
        : this.#requeueAll(request, state))
    }
    return requeued
  }

  async enqueue(writes: readonly Write[], again: boolean): Promise<number> {
    let written = 0
    const places = Map.groupBy(
      writes,
      (write) => `${write.dataset_id}\n${write.destination_id}\n${chunkOf(positionOf(write))}`,
    )
    for (const ofPlace of places.values()) {
      written += this.#parts.connection.write(() => this.#enqueueInChunk(ofPlace, again))
      await turn()
    }
    return written
  }

  /** By chunk and row, so that what fails again meanwhile is not met twice. */
  async #requeueAll(request: RequeueRequest, state: RowState): Promise<number> {
    const { connection, rows, destinations } = this.#parts
    let requeued = 0
    let after = { chunk: -1, id: 0, limit: ROWS_PER_SLICE }
    for (let isDone = false; !isDone; await turn()) {
      isDone = connection.write(() => {
        const no = destinations.find(request.dataset_id, request.destination_id)
        const slice = no === undefined ? [] : rows.after(no, state, after)
        requeued += this.#requeueRows(request, slice)
        const last = slice.at(-1)
        if (last) after = { ...after, chunk: last.chunk, id: last.id }
        return slice.length < ROWS_PER_SLICE
      })
    }
    return requeued
  }

  async #requeueKeys(
    request: RequeueRequest,
    state: RowState,
    keys: NonNullable<RequeueRequest['keys']>,
  ): Promise<number> {
    const { connection, rows, destinations } = this.#parts
    const { dataset_id, destination_id } = request
    const own = keys.filter(
      (key) => key.dataset_id === dataset_id && key.destination_id === destination_id,
    )
    let requeued = 0
    for (const [chunk, ofChunk] of Map.groupBy(own, (key) => chunkOf(positionOf(key)))) {
      const wanted = new Set(ofChunk.map(keyOf))
      requeued += connection.write(() => {
        const no = destinations.find(dataset_id, destination_id)
        const all = no === undefined ? [] : rows.inChunk(no, state, chunk)
        const some = all.filter(({ entries }) => entries.some((one) => wanted.has(keyOf(one))))
        return this.#requeueRows(request, some)
      })
      await turn()
    }
    return requeued
  }

  /** What failed stands in rows of its own, so whole rows change. */
  #requeueRows({ code, now_ms }: RequeueRequest, all: readonly Row[]): number {
    const { rows, destinations } = this.#parts
    const nowMs = Math.floor(now_ms)
    const found = all.filter((row) => code === undefined || row.code === code)
    const [first] = found
    if (!first) return 0
    for (const row of found) {
      const { destination_no, created_ms } = row
      rows.change(row.id, { ...FRESH, destination_no, created_ms, due_ms: nowMs }, nowMs)
    }
    const n = found.reduce((sum, { entries }) => sum + entries.length, 0)
    destinations.count(first.destination_no, { [first.state]: -n, pending: n })
    return n
  }

  #enqueueInChunk(writes: readonly Write[], again: boolean): number {
    const { connection, destinations, rows, delivered } = this.#parts
    const [first] = writes
    const datasetNo = first && destinations.datasetNo(first.dataset_id)
    if (!first || datasetNo === undefined) return 0
    const no = destinations.intern(datasetNo, first.destination_id)
    const chunk = chunkOf(positionOf(first))
    const taken = new Set(
      ROW_STATES.flatMap((state) =>
        rows.inChunk(no, state, chunk).flatMap(({ entries }) => entries.map(keyOf)),
      ),
    )
    const wasDelivered = delivered.inChunk(no, chunk)
    const fresh = writes.filter((write) => {
      if (taken.has(keyOf(write)) || (!again && wasDelivered(write))) return false
      taken.add(keyOf(write))
      return true
    })
    if (fresh.length === 0) return 0
    rows.create(no, fresh, wholeMs(connection.nowMs()))
    destinations.count(no, { created_further: fresh.length, pending: fresh.length })
    return fresh.length
  }
}
