/**
 * What destinations were asked and answered, in the SQLite driver, with the deliveries that each
 * exchange brought to their end: the only place where a delivered one is still found. A bounded
 * number for a bounded time. Used by the outbox files.
 */
import type { StatementSync } from 'node:sqlite'
import { EXCHANGE_MS_MAX, EXCHANGES_PER_DESTINATION_MAX } from '../../limits.ts'
import { positionOf } from '../delivery-order.ts'
import { type ExchangeRecord, keptExchange } from '../outbox.ts'
import type { Connection } from './sqlite-connection.ts'
import type { Destinations } from './sqlite-outbox-destinations.ts'
import { chunkOf, type PackedKey, pack, unpack } from './sqlite-outbox-pack.ts'

export interface DeliveredEntry extends PackedKey {
  readonly attempts: number
  readonly created_ms: number
}

/** Deliveries that one exchange brought to their end. */
export interface DeliveredBy {
  readonly exchangeNo: number
  readonly settledMs: number
  readonly entries: readonly DeliveredEntry[]
}

/** Removed in one slice of upkeep: a few milliseconds. */
const EXCHANGES_PER_SLICE = 500

export class Exchanges {
  readonly #connection: Connection
  readonly #destinations: Destinations
  readonly #sql: ReturnType<typeof prepare>

  constructor(connection: Connection, destinations: Destinations) {
    this.#connection = connection
    this.#destinations = destinations
    this.#sql = prepare(connection)
  }

  /** Inside write; returns its number, which never comes back. */
  add(
    destinationNo: number,
    asked: ExchangeRecord,
    delivered: Omit<DeliveredBy, 'exchangeNo'>,
  ): number {
    const { at_ms, url, status, ms, events, answer } = keptExchange(asked)
    const { settledMs, entries } = delivered
    const byChunk = Map.groupBy(entries, (entry) => chunkOf(positionOf(entry)))
    const chunks = JSON.stringify([...byChunk.keys()])
    const inserted = this.#sql.insert.run(
      ...[destinationNo, at_ms, url, status, ms, events, answer, chunks],
    )
    const no = Number(inserted.lastInsertRowid)
    for (const [chunk, of] of byChunk) {
      const columns = [of.map(({ attempts }) => attempts), of.map(({ created_ms }) => created_ms)]
      this.#sql.insertDelivered.run(destinationNo, chunk, no, settledMs, pack(chunk, of, columns))
    }
    this.#destinations.count(destinationNo, { exchanges: 1 })
    return no
  }

  find(no: number): ExchangeRecord | undefined {
    const row = this.#sql.find.get(no)
    return row && ({ ...row } as unknown as ExchangeRecord)
  }

  inChunk(destinationNo: number, chunk: number): DeliveredBy[] {
    return this.#sql.inChunk.all(destinationNo, chunk).map((row) => {
      const { keys, columns } = unpack(chunk, row.data as Uint8Array, 2)
      const [attempts = [], created = []] = columns
      const entries = keys.map((key, i) => ({
        ...key,
        attempts: attempts[i] ?? 0,
        created_ms: created[i] ?? 0,
      }))
      const { exchange_no, settled_ms } = row as { exchange_no: number; settled_ms: number }
      return { exchangeNo: exchange_no, settledMs: settled_ms, entries }
    })
  }

  /** The highest chunk with a delivered one that is still found, up to `chunk`. */
  chunkUpTo(destinationNo: number, chunk: number): number | undefined {
    const row = this.#sql.chunkUpTo.get(destinationNo, chunk)
    return (row?.chunk as number | null) ?? undefined
  }

  /** Inside write: what was answered may name a person. */
  silence(no: number): void {
    this.#sql.silence.run(no)
  }

  /** One slice of removing the too many and the too old; true when something was done. */
  step(nowMs: number): boolean {
    if (this.#surplus(nowMs).length === 0) return false
    return this.#connection.write(() => {
      const surplus = this.#surplus(nowMs)
      for (const { no, destination_no, chunks } of surplus) {
        for (const chunk of JSON.parse(chunks) as number[]) {
          this.#sql.removeDelivered.run(destination_no, chunk, no)
        }
        this.#sql.remove.run(no)
        this.#destinations.count(destination_no, { exchanges: -1 })
      }
      return surplus.length > 0
    })
  }

  #surplus(nowMs: number): { no: number; destination_no: number; chunks: string }[] {
    type Found = { no: number; destination_no: number; chunks: string }[]
    const old = this.#sql.old.all(nowMs - EXCHANGE_MS_MAX, EXCHANGES_PER_SLICE)
    if (old.length > 0) return old as Found
    const full = this.#sql.full.get(EXCHANGES_PER_DESTINATION_MAX)
    if (!full) return []
    const excess = (full.exchanges as number) - EXCHANGES_PER_DESTINATION_MAX
    return this.#sql.oldest.all(full.no as number, Math.min(excess, EXCHANGES_PER_SLICE)) as Found
  }
}

function prepare({ db }: Connection) {
  const surplus = 'SELECT no, destination_no, chunks FROM exchanges'
  return {
    insert: db.prepare(`
      INSERT INTO exchanges (destination_no, at_ms, url, status, ms, events, answer, chunks)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`),
    insertDelivered: db.prepare('INSERT INTO exchange_deliveries VALUES (?, ?, ?, ?, ?)'),
    find: db.prepare('SELECT at_ms, url, status, ms, events, answer FROM exchanges WHERE no = ?'),
    inChunk: db.prepare(
      'SELECT exchange_no, settled_ms, data FROM exchange_deliveries ' +
        'WHERE destination_no = ? AND chunk = ?',
    ),
    chunkUpTo: db.prepare(
      'SELECT max(chunk) AS chunk FROM exchange_deliveries WHERE destination_no = ? AND chunk <= ?',
    ),
    silence: db.prepare("UPDATE exchanges SET answer = '' WHERE no = ?"),
    old: db.prepare(`${surplus} WHERE at_ms < ? ORDER BY at_ms LIMIT ?`),
    full: db.prepare('SELECT no, exchanges FROM destinations WHERE exchanges > ? LIMIT 1'),
    oldest: db.prepare(`${surplus} WHERE destination_no = ? ORDER BY no LIMIT ?`),
    remove: db.prepare('DELETE FROM exchanges WHERE no = ?'),
    removeDelivered: db.prepare(
      'DELETE FROM exchange_deliveries WHERE destination_no = ? AND chunk = ? AND exchange_no = ?',
    ),
  } satisfies Record<string, StatementSync>
}
