/**
 * Pages of deliveries in the SQLite driver: walks down the chunks that hold a state asked for,
 * reads each whole, and leaves the decision to matchesDelivery. Reads a bounded amount per call.
 * Used by sqlite-outbox.ts.
 */
import type { StatementSync } from 'node:sqlite'
import {
  comparePlaces,
  cursorOf,
  type DeliveryPlace,
  matchesDelivery,
  placeAt,
  placeOf,
} from '../delivery-order.ts'
import type { DeliveryPage, DeliveryQuery, DeliveryRow } from '../outbox.ts'
import type { Connection } from './sqlite-connection.ts'
import { type Destinations, ROW_STATES, type RowState } from './sqlite-outbox-destinations.ts'
import type { Exchanges } from './sqlite-outbox-exchanges.ts'
import { CHUNK_POSITIONS, chunkOf } from './sqlite-outbox-pack.ts'
import type { Row, Rows } from './sqlite-outbox-rows.ts'

interface Parts {
  readonly connection: Connection
  readonly destinations: Destinations
  readonly rows: Rows
  readonly exchanges: Exchanges
}

/** A row of the page before its exchange is looked up. */
interface Found {
  readonly row: DeliveryRow
  readonly at: DeliveryPlace
  readonly exchangeNo: number | null
}

interface Asked {
  readonly query: DeliveryQuery
  readonly destinations: readonly { no: number; id: string }[]
  readonly states: readonly RowState[]
  readonly withDelivered: boolean
}

/** Deliveries looked at in one call: about 50 ms. To find a chunk costs as much as some of them. */
const LOOKED_AT_MAX = 20_000
const CHUNK_COST = 20

export class Lists {
  readonly #parts: Parts
  readonly #sql: Record<'merged', StatementSync>

  constructor(parts: Parts) {
    const { db } = parts.connection
    this.#parts = parts
    this.#sql = {
      merged: db.prepare('SELECT seq FROM merged WHERE dataset_no = ? AND kept_seq = ?'),
    }
  }

  /** Inside read. */
  page(query: DeliveryQuery): DeliveryPage {
    const { destinations } = this.#parts
    const after = query.cursor === undefined ? undefined : placeAt(query.cursor)
    const datasetNo = destinations.datasetNo(query.dataset_id)
    if (datasetNo === undefined) return { deliveries: [] }
    const asked: Asked = {
      query,
      destinations: destinations.list(datasetNo, query.destination_id),
      states: ROW_STATES.filter((state) => query.states?.includes(state) ?? true),
      // A delivered one has no code.
      withDelivered: query.code === undefined && (query.states?.includes('delivered') ?? true),
    }
    const chunks = query.seq === undefined ? undefined : this.#chunksOf(datasetNo, query.seq)
    return this.#walk(asked, after, chunks)
  }

  /** Where the deliveries of an event's legs are, highest first. */
  #chunksOf(datasetNo: number, seq: number): number[] {
    const later = this.#sql.merged.all(datasetNo, seq).map((row) => row.seq as number)
    return [...new Set([seq, ...later].map(chunkOf))].sort((a, b) => b - a)
  }

  #walk(asked: Asked, after?: DeliveryPlace, chunks?: readonly number[]): DeliveryPage {
    const { limit } = asked.query
    const found: Found[] = []
    let lookedAt = 0
    let bound = after ? chunkOf(after.position) : Number.MAX_SAFE_INTEGER
    for (;;) {
      const chunk = this.#nextChunk(asked, bound, chunks)
      if (chunk === undefined) return this.#finish(found)
      const { all, wanted } = this.#inChunk(asked, chunk)
      const further = wanted.filter(({ at }) => !after || comparePlaces(after, at) < 0)
      found.push(...further.sort((a, b) => comparePlaces(a.at, b.at)))
      if (found.length > limit) return this.#finish(found.slice(0, limit), found[limit - 1]?.at)
      lookedAt += all
      bound = chunk - 1
      if (lookedAt > LOOKED_AT_MAX && bound >= 0) return this.#finish(found, startOf(chunk))
    }
  }

  #finish(found: readonly Found[], last?: DeliveryPlace): DeliveryPage {
    const { exchanges } = this.#parts
    const deliveries = found.map(({ row, exchangeNo }) => {
      const exchange = exchangeNo === null ? undefined : exchanges.find(exchangeNo)
      return exchange ? { ...row, exchange } : row
    })
    return last ? { deliveries, next_cursor: cursorOf(last) } : { deliveries }
  }

  #nextChunk(
    { destinations, states, withDelivered }: Asked,
    bound: number,
    chunks?: readonly number[],
  ): number | undefined {
    if (chunks) return chunks.find((chunk) => chunk <= bound)
    const { rows, exchanges } = this.#parts
    const highest = destinations.flatMap(({ no }) => [
      ...states.map((state) => rows.chunkUpTo(no, state, bound)),
      ...(withDelivered ? [exchanges.chunkUpTo(no, bound)] : []),
    ])
    const max = Math.max(-1, ...highest.map((chunk) => chunk ?? -1))
    return max < 0 ? undefined : max
  }

  #inChunk(asked: Asked, chunk: number): { all: number; wanted: Found[] } {
    const { rows, exchanges } = this.#parts
    const { query, states, withDelivered } = asked
    const wanted: Found[] = []
    let all = CHUNK_COST
    const look = (found: Found): void => {
      all += 1
      if (query.seq !== undefined && found.row.seq !== query.seq) return
      if (matchesDelivery(query, found.row)) wanted.push(found)
    }
    for (const destination of asked.destinations) {
      const where = { dataset_id: query.dataset_id, destination_id: destination.id }
      for (const state of states) {
        for (const row of rows.inChunk(destination.no, state, chunk, query.code)) {
          for (const found of liveOf(where, row)) look(found)
        }
      }
      if (!withDelivered) continue
      for (const { exchangeNo, settledMs, entries } of exchanges.inChunk(destination.no, chunk)) {
        const times = { due_ms: settledMs, settled_ms: settledMs }
        for (const { seq, leg_seq, attempts, created_ms } of entries) {
          const key = { ...where, seq, leg_seq }
          const row = { ...key, state: 'delivered', attempts, created_ms, ...times } as const
          look({ row, at: placeOf(key, exchangeNo), exchangeNo })
        }
      }
    }
    return { all, wanted }
  }
}

function* liveOf(
  where: { dataset_id: string; destination_id: string },
  { entries, state, attempts, created_ms, due_ms, ...row }: Row,
): Iterable<Found> {
  const known = {
    ...{ state, attempts, created_ms, due_ms },
    ...(row.settled_ms === null ? {} : { settled_ms: row.settled_ms }),
    ...(row.code === null ? {} : { code: row.code }),
    ...(row.detail === null ? {} : { detail: row.detail }),
    ...(row.under_rules ? ({ under_rules: true } as const) : {}),
  }
  for (const { seq, leg_seq } of entries) {
    const key = { ...where, seq, leg_seq }
    yield { row: { ...key, ...known }, at: placeOf(key), exchangeNo: row.exchange_no }
  }
}

/** Before everything of the next lower chunk: no destination has an empty id. */
function startOf(chunk: number): DeliveryPlace {
  const position = chunk * CHUNK_POSITIONS - 1
  return { position, isLeg: true, destinationId: '', exchangeNo: Number.POSITIVE_INFINITY }
}
