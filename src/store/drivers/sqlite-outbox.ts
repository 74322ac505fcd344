/**
 * The outbox of the SQLite driver: puts its parts together, writes the deliveries of a commit, and
 * gives each function of the port its transaction. Called by sqlite.ts.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { type DeliveryWrite, type Outbox, type SkipWrite, wholeMs } from '../outbox.ts'
import type { Blocks } from './sqlite-blocks.ts'
import type { Connection } from './sqlite-connection.ts'
import { Claimer } from './sqlite-outbox-claim.ts'
import { Delivered } from './sqlite-outbox-delivered.ts'
import { type CountDeltas, Destinations } from './sqlite-outbox-destinations.ts'
import { OutboxEraser } from './sqlite-outbox-erase.ts'
import { Exchanges } from './sqlite-outbox-exchanges.ts'
import { LetGo } from './sqlite-outbox-let-go.ts'
import { Lists } from './sqlite-outbox-list.ts'
import { Repeater } from './sqlite-outbox-repeat.ts'
import { Rows } from './sqlite-outbox-rows.ts'
import { Settler } from './sqlite-outbox-settle.ts'

type Parts = ReturnType<typeof assemble>

export class SqliteOutbox {
  readonly eraser: OutboxEraser
  readonly #parts: Parts

  constructor(connection: Connection, blocks: Blocks) {
    this.#parts = assemble(connection, blocks)
    this.eraser = this.#parts.eraser
  }

  /** The functions of the port; `emptyLog` runs after something was erased. */
  port(emptyLog: () => void): Outbox {
    const { connection, destinations, rows, claimer, settler, lists, repeater, eraser } =
      this.#parts
    const ofDataset = <T>(id: string, read: (datasetNo: number) => T[]): T[] =>
      connection.read(() => {
        const datasetNo = destinations.datasetNo(id)
        return datasetNo === undefined ? [] : read(datasetNo)
      })
    const durably = async <T>(work: Promise<T>): Promise<T> => {
      const done = await work
      await connection.durable()
      return done
    }
    return {
      claim: async (request) => {
        const { rest = [], ...claimed } = await claimer.claim(request)
        if (rest.length === 0) return claimed
        const due = { state: 'pending', due_ms: request.now_ms } as const
        const settlements = rest.map((key) => ({ ...key, ...due }))
        const { lease } = claimed
        const back = { lease, now_ms: request.now_ms, settlements, exchanges: [] }
        await connection.writeDurably(() => settler.settle(back))
        return claimed
      },
      endLeases: (nowMs) => connection.writeDurably(() => rows.endLeases(Math.floor(nowMs))),
      settle: (request) => connection.writeDurably(() => settler.settle(request)),
      dueDeliveries: async (nowMs) => connection.read(() => claimer.due(nowMs)),
      deliveries: async (query) => connection.read(() => lists.page(query)),
      requeue: (request) => durably(repeater.requeue(request)),
      enqueue: (writes, options = {}) => durably(repeater.enqueue(writes, options)),
      standings: async (keys) => connection.read(() => repeater.standings(keys)),
      destinationStatus: async (id) => ofDataset(id, (no) => destinations.statuses(no)),
      auditDeliveries: async (id) => ofDataset(id, (no) => destinations.audits(no)),
      deliveryHours: async (id, fromS, toS) =>
        ofDataset(id, (no) => destinations.hours(no, fromS, toS)),
      eraseDestination: async (datasetId, destinationId) => {
        const waiting = eraser.retire(datasetId, destinationId)
        while (eraser.step()) await turn()
        emptyLog()
        return durably(Promise.resolve(waiting))
      },
    }
  }

  /** Inside write: what a commit creates and skips. */
  write(
    datasetNo: (id: string) => number,
    deliveries: readonly DeliveryWrite[],
    skips: readonly SkipWrite[],
  ): void {
    const { connection, destinations, rows } = this.#parts
    const nowMs = deliveries.length === 0 ? 0 : wholeMs(connection.nowMs())
    for (const { dataset_id, destination_id, writes } of placesOf(deliveries)) {
      const no = destinations.intern(datasetNo(dataset_id), destination_id)
      rows.create(no, writes, { nowMs })
      destinations.count(no, countsOf(writes))
    }
    for (const { dataset_id, destination_id, reason, n } of skips) {
      destinations.skip(destinations.intern(datasetNo(dataset_id), destination_id), reason, n)
    }
  }

  /** One slice of upkeep; true when something was done. */
  step(nowMs: number): boolean {
    return this.#parts.exchanges.step(nowMs) || this.#parts.letGo.step(nowMs)
  }
}

interface Place {
  readonly dataset_id: string
  readonly destination_id: string
  readonly writes: DeliveryWrite[]
}

/** Few places, many deliveries: compared, not named, one after the other. */
function placesOf(deliveries: readonly DeliveryWrite[]): Place[] {
  const places: Place[] = []
  for (const write of deliveries) {
    const { dataset_id, destination_id } = write
    const known = places.find(
      (place) => place.destination_id === destination_id && place.dataset_id === dataset_id,
    )
    if (known) known.writes.push(write)
    else places.push({ dataset_id, destination_id, writes: [write] })
  }
  return places
}

function countsOf(writes: readonly DeliveryWrite[]): CountDeltas {
  const created = writes.reduce((sum, { first }) => sum + (first ? 1 : 0), 0)
  return { created, created_further: writes.length - created, pending: writes.length }
}

function assemble(connection: Connection, blocks: Blocks) {
  const destinations = new Destinations(connection)
  const rows = new Rows(connection)
  const delivered = new Delivered(connection)
  const exchanges = new Exchanges(connection, destinations)
  const parts = { connection, blocks, destinations, rows, delivered, exchanges }
  return {
    ...parts,
    claimer: new Claimer(parts),
    settler: new Settler(parts),
    lists: new Lists(parts),
    repeater: new Repeater(parts),
    eraser: new OutboxEraser(parts),
    letGo: new LetGo(parts),
  }
}
