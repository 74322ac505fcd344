/**
 * Sending again in the SQLite driver: dead letters made pending (requeue), stored events written
 * into the outbox anew (enqueue), and how deliveries stand. The first two work in short
 * transactions, so that commits go on in between. Used by sqlite-outbox.ts.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { positionOf } from '../delivery-order.ts'
import {
  type DeliveryKey,
  type DeliveryStanding,
  type DeliveryWrite,
  type EnqueueOptions,
  type RequeueRequest,
  wholeMs,
} from '../outbox.ts'
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

const placeOf = (key: DeliveryKey): string =>
  `${key.dataset_id}\n${key.destination_id}\n${chunkOf(positionOf(key))}`

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

  async enqueue(writes: readonly Write[], options: EnqueueOptions): Promise<number> {
    let written = 0
    for (const ofPlace of Map.groupBy(writes, placeOf).values()) {
      written += this.#parts.connection.write(() => this.#enqueueInChunk(ofPlace, options))
      await turn()
    }
    return written
  }

  /** Inside read. */
  standings(keys: readonly DeliveryKey[]): DeliveryStanding[] {
    const found = new Map<DeliveryKey, DeliveryStanding>()
    for (const ofPlace of Map.groupBy(keys, placeOf).values()) this.#standingsIn(ofPlace, found)
    return keys.map((key) => found.get(key) ?? { delivered: false })
  }

  #standingsIn(keys: readonly DeliveryKey[], found: Map<DeliveryKey, DeliveryStanding>): void {
    const { destinations, rows, delivered } = this.#parts
    const [first] = keys
    const no = first && destinations.find(first.dataset_id, first.destination_id)
    if (!first || no === undefined) return
    const chunk = chunkOf(positionOf(first))
    const states = new Map(
      ROW_STATES.flatMap((state) =>
        rows
          .inChunk(no, state, chunk)
          .flatMap(({ entries }) => entries.map((entry) => [keyOf(entry), state] as const)),
      ),
    )
    const wasDelivered = delivered.inChunk(no, chunk)
    for (const key of keys) {
      const state = states.get(keyOf(key))
      found.set(key, { ...(state ? { state } : {}), delivered: wasDelivered(key) })
    }
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
  #requeueRows({ code, now_ms, under_rules }: RequeueRequest, all: readonly Row[]): number {
    const { rows, destinations } = this.#parts
    const nowMs = Math.floor(now_ms)
    const found = all.filter((row) => code === undefined || row.code === code)
    const [first] = found
    if (!first) return 0
    for (const row of found) {
      const { destination_no, created_ms, settled_ms, code: failed, detail, exchange_no } = row
      const form = under_rules === undefined ? row.under_rules : Number(under_rules)
      // Who sends a dead letter again means it, whatever may have arrived.
      const maybe_sent_ms = row.state === 'rejected' ? null : row.maybe_sent_ms
      const own = { destination_no, created_ms, due_ms: nowMs, under_rules: form, maybe_sent_ms }
      const last = { settled_ms, code: failed, detail, exchange_no }
      rows.change(row.id, { ...FRESH, ...own, ...last }, nowMs)
    }
    const n = found.reduce((sum, { entries }) => sum + entries.length, 0)
    destinations.count(first.destination_no, { [first.state]: -n, pending: n })
    return n
  }

  #enqueueInChunk(
    writes: readonly Write[],
    { again = false, under_rules = false }: EnqueueOptions,
  ): number {
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
    const underRules = Number(under_rules)
    rows.create(no, fresh, { nowMs: wholeMs(connection.nowMs()), underRules })
    destinations.count(no, { created_further: fresh.length, pending: fresh.length })
    return fresh.length
  }
}
