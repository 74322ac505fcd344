/**
 * The rows of deliveries in the SQLite driver. What one commit creates for one destination, due
 * time and hour of expiry is one row (three bytes a delivery); what failed is a row of its own.
 * `ready` says that the due time has come (1), is awaited (0) or does not matter (2): so the most
 * urgent of those that are due are found by index. Used by the outbox files, always inside a
 * transaction.
 */
import type { StatementSync } from 'node:sqlite'
import { DELIVERY_URGENCY_STEP_MS } from '../../limits.ts'
import { positionOf } from '../delivery-order.ts'
import { type DeliveryWrite, keptDueMs, keptExpiryMs, urgencyOf } from '../outbox.ts'
import type { Connection } from './sqlite-connection.ts'
import { ROW_STATES, type RowState } from './sqlite-outbox-destinations.ts'
import { chunkOf, type PackedKey, pack, unpack } from './sqlite-outbox-pack.ts'

export interface Entry extends PackedKey {
  readonly expires_ms: number
}

/** What all deliveries of a row have in common. */
export interface RowHead {
  readonly destination_no: number
  readonly state: RowState
  readonly due_ms: number
  readonly created_ms: number
  readonly attempts: number
  readonly lease: number | null
  readonly settled_ms: number | null
  readonly code: string | null
  readonly detail: string | null
  readonly exchange_no: number | null
  /** 1: to leave under the rules in force then. */
  readonly under_rules: number
  /** When a try may have arrived of which nobody heard. */
  readonly maybe_sent_ms: number | null
}

export interface Row extends RowHead {
  readonly id: number
  readonly urgency: number
  readonly chunk: number
  readonly entries: readonly Entry[]
}

/** A row of deliveries that were never tried. */
export const FRESH = {
  state: 'pending',
  attempts: 0,
  lease: null,
  settled_ms: null,
  code: null,
  detail: null,
  exchange_no: null,
  under_rules: 0,
  maybe_sent_ms: null,
} as const satisfies Partial<RowHead>

const READY = { waiting: 0, due: 1, still: 2 } as const
const STILL: readonly RowState[] = ['held', 'rejected']
const STATE_NO = Object.fromEntries(ROW_STATES.map((state, no) => [state, no])) as Record<
  RowState,
  number
>

type Times = Pick<DeliveryWrite, 'seq' | 'leg_seq' | 'due_ms' | 'expires_ms'>

interface Group {
  readonly due_ms: number
  readonly urgency: number
  readonly chunk: number
  readonly entries: Entry[]
}

export class Rows {
  readonly #sql: ReturnType<typeof prepare>

  constructor(connection: Connection) {
    this.#sql = prepare(connection)
  }

  /** Writes new deliveries in as few rows as their times allow. */
  create(
    destinationNo: number,
    writes: readonly Times[],
    { nowMs, underRules = 0 }: { readonly nowMs: number; readonly underRules?: number },
  ): void {
    for (const { due_ms, entries } of grouped(writes, nowMs)) {
      const own = { due_ms, created_ms: nowMs, under_rules: underRules }
      const head = { ...FRESH, destination_no: destinationNo, ...own }
      this.insert(head, entries, nowMs)
    }
  }

  /** `entries` are of one chunk and one hour of expiry. */
  insert(head: RowHead, entries: readonly Entry[], nowMs: number): void {
    const [first] = entries
    if (!first) return
    const chunk = chunkOf(positionOf(first))
    const urgency = urgencyOf(first.expires_ms)
    this.#sql.insert.run(
      head.destination_no,
      STATE_NO[head.state],
      readyOf(head, nowMs),
      head.due_ms,
      urgency,
      chunk,
      head.created_ms,
      head.attempts,
      entries.length,
      packed(chunk, urgency, entries),
      head.lease,
      head.settled_ms,
      head.code,
      head.detail,
      head.exchange_no,
      head.under_rules,
      head.maybe_sent_ms,
    )
  }

  /** What is left of a row; none removes it. */
  keep({ id, chunk, urgency, entries: before }: Row, entries: readonly Entry[]): void {
    if (entries.length === before.length) return
    if (entries.length === 0) this.#sql.remove.run(id)
    else this.#sql.keep.run(entries.length, packed(chunk, urgency, entries), id)
  }

  /** The whole row changes its state; everything else follows. */
  change(id: number, head: RowHead, nowMs: number): void {
    this.#sql.change.run(
      STATE_NO[head.state],
      readyOf(head, nowMs),
      head.due_ms,
      head.attempts,
      head.lease,
      head.settled_ms,
      head.code,
      head.detail,
      head.exchange_no,
      head.under_rules,
      head.maybe_sent_ms,
      id,
    )
  }

  /** Marks up to `limit` rows whose time has come. */
  awaken(destinationNo: number, nowMs: number, limit: number): void {
    this.#sql.awaken.run(destinationNo, nowMs, limit)
  }

  /** The most urgent rows that are due, enough for `limit` deliveries. */
  due(destinationNo: number, limit: number): Row[] {
    const rows: Row[] = []
    let found = 0
    for (const row of this.#sql.due.iterate(destinationNo)) {
      if (found >= limit) break
      found += row.n as number
      rows.push(read(row))
    }
    return rows
  }

  /** Returns how many deliveries were leased and not free again already. */
  endLeases(nowMs: number): number {
    const n = Number(this.#sql.leasedNow.get(nowMs)?.n)
    if (n > 0) this.#sql.endLeases.run(nowMs, nowMs)
    return n
  }

  leased(destinationNo: number, lease: number): Row[] {
    return this.#sql.leased.all(destinationNo, lease).map(read)
  }

  /** All rows of a chunk, or those that failed with `code`. */
  inChunk(destinationNo: number, state: RowState, chunk: number, code?: string): Row[] {
    const where = [destinationNo, STATE_NO[state], chunk]
    const rows =
      code === undefined
        ? this.#sql.inChunk.all(...where)
        : this.#sql.inChunkWith.all(...where, code)
    return rows.map(read)
  }

  /** The highest chunk with a row of this state, up to `chunk`. */
  chunkUpTo(destinationNo: number, state: RowState, chunk: number): number | undefined {
    const row = this.#sql.chunkUpTo.get(destinationNo, STATE_NO[state], chunk)
    return (row?.chunk as number | null) ?? undefined
  }

  /** Rows of one state by chunk and id, from `after` (exclusive). */
  after(
    destinationNo: number,
    state: RowState,
    after: { chunk: number; id: number; limit: number },
  ): Row[] {
    const { chunk, id, limit } = after
    return this.#sql.after.all(destinationNo, STATE_NO[state], chunk, id, limit).map(read)
  }
}

/** Neighbours mostly share their group, so the last one is looked at first. */
function grouped(writes: readonly Times[], nowMs: number): Group[] {
  const groups: Group[] = []
  let last: Group | undefined
  for (const write of writes) {
    const { seq, leg_seq } = write
    const due_ms = keptDueMs(write.due_ms, nowMs)
    const expires_ms = keptExpiryMs(write.expires_ms)
    const urgency = urgencyOf(expires_ms)
    const chunk = chunkOf(leg_seq === 0 ? seq : leg_seq)
    if (last?.due_ms !== due_ms || last.urgency !== urgency || last.chunk !== chunk) {
      last = groups.find(
        (one) => one.due_ms === due_ms && one.urgency === urgency && one.chunk === chunk,
      )
    }
    if (!last) {
      last = { due_ms, urgency, chunk, entries: [] }
      groups.push(last)
    }
    // Mostly it is kept as it is: nothing is made anew for each.
    last.entries.push(expires_ms === write.expires_ms ? write : { seq, leg_seq, expires_ms })
  }
  return groups
}

function readyOf({ state, due_ms }: RowHead, nowMs: number): number {
  if (STILL.includes(state)) return READY.still
  return state !== 'leased' && due_ms <= nowMs ? READY.due : READY.waiting
}

/** Expiries are stored from the start of their hour on, in seconds. */
const baseS = (urgency: number): number => (urgency * DELIVERY_URGENCY_STEP_MS) / 1000

function packed(chunk: number, urgency: number, entries: readonly Entry[]): Uint8Array {
  const base = baseS(urgency)
  return pack(chunk, entries, [entries.map(({ expires_ms }) => expires_ms / 1000 - base)])
}

function read(row: Record<string, unknown>): Row {
  const { chunk, urgency, data } = row as { chunk: number; urgency: number; data: Uint8Array }
  const { keys, columns } = unpack(chunk, data, 1)
  const base = baseS(urgency)
  const entries = keys.map((key, i) => ({
    ...key,
    expires_ms: (base + (columns[0]?.[i] ?? 0)) * 1000,
  }))
  const state = ROW_STATES[row.state as number] ?? 'held'
  return { ...(row as unknown as Row), state, entries }
}

function prepare({ db }: Connection) {
  const all = `SELECT id, destination_no, state, due_ms, urgency, chunk, created_ms, attempts, n,
    data, lease, settled_ms, code, detail, exchange_no, under_rules, maybe_sent_ms
    FROM deliveries WHERE destination_no = ?`
  return {
    insert: db.prepare(`
      INSERT INTO deliveries (destination_no, state, ready, due_ms, urgency, chunk, created_ms,
        attempts, n, data, lease, settled_ms, code, detail, exchange_no, under_rules,
        maybe_sent_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    remove: db.prepare('DELETE FROM deliveries WHERE id = ?'),
    keep: db.prepare('UPDATE deliveries SET n = ?, data = ? WHERE id = ?'),
    change: db.prepare(`
      UPDATE deliveries SET state = ?, ready = ?, due_ms = ?, attempts = ?, lease = ?,
        settled_ms = ?, code = ?, detail = ?, exchange_no = ?, under_rules = ?,
        maybe_sent_ms = ?
      WHERE id = ?`),
    awaken: db.prepare(`
      UPDATE deliveries SET ready = ${READY.due} WHERE id IN (
        SELECT id FROM deliveries WHERE destination_no = ? AND ready = ${READY.waiting}
          AND due_ms <= ? ORDER BY due_ms LIMIT ?)`),
    due: db.prepare(`${all} AND ready = ${READY.due} ORDER BY urgency, created_ms, id`),
    leased: db.prepare(`${all} AND lease = ?`),
    leasedNow: db.prepare(
      'SELECT coalesce(sum(n), 0) AS n FROM deliveries WHERE lease IS NOT NULL AND due_ms > ?',
    ),
    endLeases: db.prepare(
      `UPDATE deliveries SET ready = ${READY.due}, due_ms = ? WHERE lease IS NOT NULL AND due_ms > ?`,
    ),
    inChunk: db.prepare(`${all} AND state = ? AND chunk = ?`),
    inChunkWith: db.prepare(`${all} AND state = ? AND chunk = ? AND code = ?`),
    chunkUpTo: db.prepare(
      'SELECT max(chunk) AS chunk FROM deliveries WHERE destination_no = ? AND state = ? ' +
        'AND chunk <= ?',
    ),
    after: db.prepare(`${all} AND state = ? AND (chunk, id) > (?, ?) ORDER BY chunk, id LIMIT ?`),
  } satisfies Record<string, StatementSync>
}
