/**
 * Destinations in the SQLite driver: their numbers, and every count of their deliveries (of all
 * time, per hour, and skips by reason), so that no page ever counts rows. Used by the outbox files.
 */
import type { SQLInputValue, StatementSync } from 'node:sqlite'
import type {
  DeliveryAudit,
  DeliveryState,
  DestinationStatus,
  HourlyDeliveries,
} from '../outbox.ts'
import type { Connection } from './sqlite-connection.ts'

/** Stored by position: append only. `delivered` ones are no rows. */
export const ROW_STATES = ['pending', 'leased', 'retrying', 'held', 'rejected'] as const
export type RowState = (typeof ROW_STATES)[number]

type Counted = DeliveryState | 'created' | 'created_further' | 'exchanges' | 'let_go'
export type CountDeltas = Partial<Record<Counted, number>>
type Hour = Pick<HourlyDeliveries, 'delivered' | 'rejected' | 'retried'>

const STATES: readonly DeliveryState[] = [...ROW_STATES, 'delivered']
const COUNTED: readonly Counted[] = [
  ...STATES,
  ...(['created', 'created_further', 'exchanges', 'let_go'] as const),
]
const HOUR_MS = 3_600_000

export class Destinations {
  readonly #numbers = new Map<string, number>()
  readonly #sql: ReturnType<typeof prepare>

  constructor(connection: Connection) {
    this.#sql = prepare(connection)
    connection.onForeignChange(() => this.#numbers.clear())
  }

  /** Inside write, after one was retired: its number is somebody else's from now on. */
  forgetNumbers(): void {
    this.#numbers.clear()
  }

  datasetNo(datasetId: string): number | undefined {
    return this.#sql.dataset.get(datasetId)?.no as number | undefined
  }

  find(datasetId: string, id: string): number | undefined {
    const datasetNo = this.datasetNo(datasetId)
    return datasetNo === undefined ? undefined : this.#known(datasetNo, id)
  }

  /** Inside write: gives a new destination a number. */
  intern(datasetNo: number, id: string): number {
    const known = this.#known(datasetNo, id)
    if (known !== undefined) return known
    const no = Number(this.#sql.insert.run(datasetNo, id).lastInsertRowid)
    this.#numbers.set(`${datasetNo}\n${id}`, no)
    return no
  }

  /** Of a dataset, or the one asked for; by id. */
  list(datasetNo: number, id?: string): { no: number; id: string }[] {
    const rows = this.#sql.list.all(datasetNo) as { no: number; id: string }[]
    return id === undefined ? rows : rows.filter((row) => row.id === id)
  }

  /** Whose destination this is; undefined when it was erased. */
  whereOf(no: number): { dataset_id: string; destination_id: string } | undefined {
    return this.#sql.where.get(no) as { dataset_id: string; destination_id: string } | undefined
  }

  /** Inside write: a number no lease of this destination had. */
  nextLease(no: number): number {
    return this.#sql.nextLease.get(no)?.leases as number
  }

  /** Inside write. */
  count(no: number, deltas: CountDeltas): void {
    this.#sql.count.run(...COUNTED.map((name): SQLInputValue => deltas[name] ?? 0), no)
  }

  /** Inside write. */
  skip(no: number, reason: string, n: number): void {
    this.#sql.skip.run(no, reason, n)
  }

  /** Inside write. */
  countHour(no: number, nowMs: number, { delivered, rejected, retried }: Hour): void {
    if (delivered + rejected + retried === 0) return
    const hourS = Math.floor(nowMs / HOUR_MS) * 3600
    this.#sql.countHour.run(no, hourS, delivered, rejected, retried)
  }

  hours(datasetNo: number, fromS: number, toS: number): HourlyDeliveries[] {
    return this.#sql.hours.all(datasetNo, fromS - 3600, toS) as unknown as HourlyDeliveries[]
  }

  statuses(datasetNo: number): DestinationStatus[] {
    return this.#sql.statuses.all(datasetNo).map((row) => {
      const oldest = this.#sql.oldest.get(row.no as number)?.created_ms as number | null
      const skipped = this.#sql.skips.all(row.no as number)
      return {
        ...countsOf(row),
        skipped: Object.fromEntries(skipped.map(({ reason, n }) => [reason, Number(n)])),
        ...(oldest === null ? {} : { oldest_waiting_ms: oldest }),
      }
    })
  }

  /** Counts the rows themselves. */
  audits(datasetNo: number): DeliveryAudit[] {
    return this.#sql.statuses.all(datasetNo).map((row) => {
      const stored = { pending: 0, leased: 0, retrying: 0, held: 0, delivered: 0, rejected: 0 }
      for (const { state, n } of this.#sql.stored.all(row.no as number)) {
        const name = ROW_STATES[state as number]
        if (name !== undefined) stored[name] = Number(n)
      }
      return { ...countsOf(row), stored: { ...stored, delivered: Number(row.delivered) } }
    })
  }

  #known(datasetNo: number, id: string): number | undefined {
    const name = `${datasetNo}\n${id}`
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    const no = this.#sql.find.get(datasetNo, id)?.no as number | undefined
    if (no !== undefined) this.#numbers.set(name, no)
    return no
  }
}

function countsOf(row: Record<string, unknown>): {
  destination_id: string
  created: number
  created_further: number
  let_go: number
  states: Record<DeliveryState, number>
} {
  const states = Object.fromEntries(STATES.map((state) => [state, Number(row[state])]))
  return {
    destination_id: String(row.id),
    created: Number(row.created),
    created_further: Number(row.created_further),
    let_go: Number(row.let_go),
    states: states as Record<DeliveryState, number>,
  }
}

function prepare({ db }: Connection) {
  return {
    dataset: db.prepare('SELECT no FROM datasets WHERE id = ?'),
    find: db.prepare('SELECT no FROM destinations WHERE dataset_no = ? AND id = ?'),
    insert: db.prepare('INSERT INTO destinations (dataset_no, id) VALUES (?, ?)'),
    list: db.prepare('SELECT no, id FROM destinations WHERE dataset_no = ? ORDER BY id'),
    where: db.prepare(`
      SELECT s.id AS dataset_id, d.id AS destination_id
      FROM destinations d JOIN datasets s ON s.no = d.dataset_no WHERE d.no = ?`),
    nextLease: db.prepare(
      'UPDATE destinations SET leases = leases + 1 WHERE no = ? RETURNING leases',
    ),
    count: db.prepare(`
      UPDATE destinations SET ${COUNTED.map((name) => `${name} = ${name} + ?`).join(', ')}
      WHERE no = ?`),
    skip: db.prepare(`
      INSERT INTO skips VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n`),
    skips: db.prepare('SELECT reason, n FROM skips WHERE destination_no = ?'),
    countHour: db.prepare(`
      INSERT INTO delivery_hours VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
        delivered = delivered + excluded.delivered, rejected = rejected + excluded.rejected,
        retried = retried + excluded.retried`),
    hours: db.prepare(`
      SELECT d.id AS destination_id, hour_s, h.delivered, h.rejected, h.retried
      FROM destinations d JOIN delivery_hours h ON h.destination_no = d.no
      WHERE dataset_no = ? AND hour_s > ? AND hour_s < ? ORDER BY d.id, hour_s`),
    statuses: db.prepare('SELECT * FROM destinations WHERE dataset_no = ? ORDER BY id'),
    oldest: db.prepare(`
      SELECT min(created_ms) AS created_ms FROM deliveries
      WHERE destination_no = ? AND state <> ${ROW_STATES.indexOf('rejected')}`),
    stored: db.prepare(
      'SELECT state, sum(n) AS n FROM deliveries WHERE destination_no = ? GROUP BY state',
    ),
  } satisfies Record<string, StatementSync>
}
