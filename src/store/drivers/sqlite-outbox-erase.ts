/**
 * Forgetting in the outbox of the SQLite driver: a destination with everything, or what concerns
 * the events of one person. Called by sqlite-erase.ts and sqlite-outbox.ts; works in slices.
 */
import type { StatementSync } from 'node:sqlite'
import { positionOf } from '../delivery-order.ts'
import { ERASED_CODE, ERASED_DETAIL, wholeMs } from '../outbox.ts'
import type { Connection } from './sqlite-connection.ts'
import { type Destinations, ROW_STATES } from './sqlite-outbox-destinations.ts'
import type { Exchanges } from './sqlite-outbox-exchanges.ts'
import { chunkOf } from './sqlite-outbox-pack.ts'
import { FRESH, type Row, type Rows } from './sqlite-outbox-rows.ts'

interface Parts {
  readonly connection: Connection
  readonly destinations: Destinations
  readonly rows: Rows
  readonly exchanges: Exchanges
}

const ROWS_PER_SLICE = 2000

/** Tables whose rows begin with destination_no, with their keys. */
const TABLES: readonly (readonly [string, string])[] = [
  ['deliveries', 'id'],
  ['exchanges', 'no'],
  ['exchange_deliveries', 'destination_no, chunk, exchange_no'],
  ['delivered', 'destination_no, kind, chunk'],
  ['skips', 'destination_no, reason'],
  ['delivery_hours', 'destination_no, hour_s'],
]

export class OutboxEraser {
  readonly #parts: Parts
  readonly #sql: Record<'retireAll' | 'retire' | 'waiting' | 'retired' | 'remove', StatementSync>
  readonly #removeRows: readonly StatementSync[]

  constructor(parts: Parts) {
    const { db } = parts.connection
    // No dataset has number 0; the number as id keeps two retired ones of one name apart.
    const retire = 'UPDATE destinations SET dataset_no = 0, id = CAST(no AS TEXT) WHERE'
    this.#parts = parts
    this.#sql = {
      retireAll: db.prepare(`${retire} dataset_no = ?`),
      retire: db.prepare(`${retire} no = ?`),
      waiting: db.prepare(
        'SELECT pending + leased + retrying + held AS n FROM destinations WHERE no = ?',
      ),
      retired: db.prepare('SELECT no FROM destinations WHERE dataset_no = 0 LIMIT 1'),
      remove: db.prepare('DELETE FROM destinations WHERE no = ?'),
    }
    this.#removeRows = TABLES.map(([table, key]) =>
      db.prepare(`
        DELETE FROM ${table} WHERE (${key}) IN
          (SELECT ${key} FROM ${table} WHERE destination_no = ? LIMIT ${ROWS_PER_SLICE})`),
    )
  }

  /** Inside write: at once nothing of the dataset is found any more; step removes it. */
  retireDataset(datasetNo: number): void {
    this.#sql.retireAll.run(datasetNo)
    this.#parts.connection.bump('revision')
  }

  /** As retireDataset, for one destination. Returns how many deliveries still waited. */
  retire(datasetId: string, destinationId: string): number {
    const { connection, destinations } = this.#parts
    return connection.write(() => {
      const no = destinations.find(datasetId, destinationId)
      if (no === undefined) return 0
      const waiting = this.#sql.waiting.get(no)?.n as number
      this.#sql.retire.run(no)
      // Other processes remember the number.
      connection.bump('revision')
      destinations.forgetNumbers()
      return waiting
    })
  }

  /** One slice of what is left of retired destinations; true when something was done. */
  step(): boolean {
    const { connection } = this.#parts
    if (this.#sql.retired.get() === undefined) return false
    return connection.write(() => {
      const no = this.#sql.retired.get()?.no as number | undefined
      if (no === undefined) return false
      const removed = overwriting(connection, () =>
        this.#removeRows.map((statement) => Number(statement.run(no).changes)),
      )
      if (removed.every((n) => n === 0)) this.#sql.remove.run(no)
      return true
    })
  }

  /** The chunks that hold deliveries of these legs. */
  chunksOf(seqs: readonly number[]): number[] {
    return [...new Set(seqs.map(chunkOf))]
  }

  /** Inside write: `seqs` are all legs of all events of one person. */
  erasePerson(datasetNo: number, chunk: number, seqs: ReadonlySet<number>): void {
    const { connection, destinations, rows, exchanges } = this.#parts
    overwriting(connection, () => {
      for (const { no } of destinations.list(datasetNo)) {
        for (const state of ROW_STATES) {
          for (const row of rows.inChunk(no, state, chunk)) this.#eraseIn(row, seqs)
        }
        for (const { exchangeNo, entries } of exchanges.inChunk(no, chunk)) {
          if (entries.some((one) => seqs.has(positionOf(one)))) exchanges.silence(exchangeNo)
        }
      }
    })
  }

  #eraseIn(row: Row, seqs: ReadonlySet<number>): void {
    const { connection, destinations, rows, exchanges } = this.#parts
    const gone = row.entries.filter((entry) => seqs.has(positionOf(entry)))
    if (gone.length === 0) return
    const nowMs = wholeMs(connection.nowMs())
    if (row.exchange_no !== null) exchanges.silence(row.exchange_no)
    if (row.state === 'rejected') {
      rows.change(row.id, { ...row, detail: '' }, nowMs)
      return
    }
    const { destination_no, created_ms, attempts, exchange_no } = row
    const words = { code: ERASED_CODE, detail: ERASED_DETAIL, exchange_no }
    const times = { created_ms, due_ms: nowMs, settled_ms: nowMs }
    const head = { ...FRESH, ...words, ...times, destination_no, attempts }
    rows.keep(
      row,
      row.entries.filter((entry) => !seqs.has(positionOf(entry))),
    )
    for (const entry of gone) rows.insert({ ...head, state: 'rejected' }, [entry], nowMs)
    destinations.count(destination_no, { [row.state]: -gone.length, rejected: gone.length })
    const hour = { delivered: 0, rejected: gone.length, retried: 0 }
    destinations.countHour(destination_no, nowMs, hour)
  }
}

/** What is removed or rewritten does not stay in free pages. */
function overwriting<T>({ db }: Connection, work: () => T): T {
  db.exec('PRAGMA secure_delete = ON')
  try {
    return work()
  } finally {
    db.exec('PRAGMA secure_delete = OFF')
  }
}
