/**
 * Claiming in the SQLite driver: leases whole rows, or a part of the last one, and reads the events
 * they carry. Says which destinations have something to claim. Used by sqlite-outbox.ts.
 */
import type { StatementSync } from 'node:sqlite'
import type { Leg, StoredEvent } from '../../event/shape.ts'
import { EVENT_LEGS_READ_MAX, READ_CHARS_MAX } from '../../limits.ts'
import type { Claimed, ClaimedDelivery, ClaimRequest, DeliveryKey, Outbox } from '../outbox.ts'
import type { Blocks } from './sqlite-blocks.ts'
import type { Connection } from './sqlite-connection.ts'
import type { Destinations } from './sqlite-outbox-destinations.ts'
import type { Entry, Row, RowHead, Rows } from './sqlite-outbox-rows.ts'

interface Parts {
  readonly connection: Connection
  readonly blocks: Blocks
  readonly destinations: Destinations
  readonly rows: Rows
}

/** Events read before their size is looked at. */
const SLICE = 50

interface Taken {
  readonly row: Row
  readonly attempts: number
  readonly maybe_sent_ms: number | null
  readonly entries: readonly Entry[]
}

export class Claimer {
  readonly #parts: Parts
  readonly #sql: Record<'due' | 'merged', StatementSync>

  constructor(parts: Parts) {
    const { db } = parts.connection
    const of = 'FROM deliveries WHERE destination_no = d.no AND ready'
    this.#parts = parts
    this.#sql = {
      due: db.prepare(`
        SELECT s.id AS dataset_id, d.id AS destination_id,
          EXISTS (SELECT 1 ${of} = 1) OR EXISTS (SELECT 1 ${of} = 0 AND due_ms <= ?1) AS is_due,
          (SELECT min(due_ms) ${of} = 0 AND due_ms > ?1) AS next_due_ms
        FROM destinations d JOIN datasets s ON s.no = d.dataset_no
        WHERE d.pending + d.leased + d.retrying > 0`),
      merged: db.prepare(
        'SELECT kept_seq, seq FROM merged WHERE dataset_no = ? AND kept_seq >= ? AND kept_seq < ?',
      ),
    }
  }

  due(nowMs: number): Awaited<ReturnType<Outbox['dueDeliveries']>> {
    const rows = this.#sql.due.all(nowMs)
    const due = rows
      .filter(({ is_due }) => is_due === 1)
      .map(({ dataset_id, destination_id }) => ({
        dataset_id: String(dataset_id),
        destination_id: String(destination_id),
      }))
    const next = rows.reduce(
      (min, row) => Math.min(min, (row.next_due_ms as number | null) ?? min),
      Number.POSITIVE_INFINITY,
    )
    return { due, ...(Number.isFinite(next) ? { next_due_ms: next } : {}) }
  }

  /** `rest`: leased too, but too large to be read with the others; to be given back. */
  async claim(request: ClaimRequest): Promise<Claimed & { rest?: readonly DeliveryKey[] }> {
    const { connection, destinations } = this.#parts
    const { dataset_id, destination_id } = request
    const { lease, taken } = connection.write(() => this.#lease(request))
    if (taken.length === 0) return { lease, deliveries: [] }
    // Nothing leaves for a destination that a power cut could still take back: its seq, and with it
    // the id that it was sent under, would belong to another event.
    await connection.durable()
    const seqs = taken.flatMap(({ entries }) => entries.map(({ seq }) => seq))
    const { events, unread } = connection.read(() => {
      const datasetNo = destinations.datasetNo(dataset_id)
      return datasetNo === undefined
        ? { events: new Map(), unread: new Set<number>() }
        : this.#events(datasetNo, seqs)
    })
    const deliveries = taken.flatMap(({ row, attempts, entries, maybe_sent_ms }) =>
      entries.map(({ seq, leg_seq, expires_ms }): ClaimedDelivery => {
        const key = { dataset_id, destination_id, seq, leg_seq }
        const { created_ms, under_rules } = row
        const form = {
          ...(under_rules ? { under_rules: true as const } : {}),
          ...(maybe_sent_ms === null ? {} : { maybe_sent_ms }),
        }
        return { ...key, attempts, created_ms, expires_ms, ...form, event: events.get(seq) }
      }),
    )
    if (unread.size === 0) return { lease, deliveries }
    return {
      lease,
      deliveries: deliveries.filter(({ seq }) => !unread.has(seq)),
      rest: deliveries.filter(({ seq }) => unread.has(seq)),
    }
  }

  #lease(request: ClaimRequest): { lease: string; taken: Taken[] } {
    const { destinations, rows } = this.#parts
    const { dataset_id, destination_id, limit } = request
    const nowMs = Math.floor(request.now_ms)
    const no = destinations.find(dataset_id, destination_id)
    if (no === undefined || limit < 1) return { lease: '', taken: [] }
    // Every row holds one delivery at least, so these suffice.
    rows.awaken(no, nowMs, limit)
    const due = rows.due(no, limit)
    if (due.length === 0) return { lease: '', taken: [] }
    const lease = destinations.nextLease(no)
    const taken: Taken[] = []
    const counts = { pending: 0, retrying: 0, leased: 0 }
    let left = limit
    for (const row of due) {
      const entries = row.entries.slice(0, left)
      left -= entries.length
      const isLate = row.state === 'leased'
      const attempts = row.attempts + (isLate ? 1 : 0)
      const maybe_sent_ms = row.maybe_sent_ms ?? (isLate ? row.due_ms : null)
      const due_ms = Math.ceil(request.lease_until_ms)
      const head: RowHead = { ...row, state: 'leased', due_ms, attempts, lease, maybe_sent_ms }
      if (entries.length === row.entries.length) {
        rows.change(row.id, head, nowMs)
      } else {
        rows.keep(row, row.entries.slice(entries.length))
        rows.insert(head, entries, nowMs)
      }
      taken.push({ row, attempts, entries, maybe_sent_ms })
      counts.leased += entries.length
      if (row.state in counts) counts[row.state as keyof typeof counts] -= entries.length
    }
    destinations.count(no, counts)
    return { lease: `${no}.${lease}`, taken }
  }

  /** Each block is unpacked once, in the order of the file, without pushing out recent ones. */
  #events(
    datasetNo: number,
    keptSeqs: readonly number[],
  ): { events: Map<number, StoredEvent>; unread: Set<number> } {
    const kept = [...new Set(keptSeqs)].sort((a, b) => a - b)
    const later = this.#laterLegs(datasetNo, kept)
    const events = new Map<number, StoredEvent>()
    let chars = 0
    for (let at = 0; at < kept.length; at += SLICE) {
      if (chars > READ_CHARS_MAX) return { events, unread: new Set(kept.slice(at)) }
      const slice = kept.slice(at, at + SLICE)
      const all = new Set([...slice, ...slice.flatMap((seq) => later.get(seq) ?? [])])
      const read = this.#legs(
        datasetNo,
        [...all].sort((a, b) => a - b),
      )
      chars += read.chars
      for (const seq of slice) {
        const first = read.legs.get(seq)
        const rest = (later.get(seq) ?? []).flatMap((one) => read.legs.get(one) ?? [])
        if (first) events.set(seq, { legs: [first, ...rest] })
      }
    }
    return { events, unread: new Set() }
  }

  /** Neighbouring seqs share a look-up. */
  #laterLegs(datasetNo: number, kept: readonly number[]): Map<number, number[]> {
    const later = new Map<number, number[]>()
    const wanted = new Set(kept)
    for (let at = 0; at < kept.length; ) {
      const first = kept[at] ?? 0
      let last = first
      while (at < kept.length && (kept[at] ?? 0) <= last + GAP_MAX) last = kept[at++] ?? 0
      for (const row of this.#sql.merged.all(datasetNo, first, last + 1)) {
        const { kept_seq, seq } = row as { kept_seq: number; seq: number }
        if (!wanted.has(kept_seq)) continue
        const known = later.get(kept_seq)
        if (known && known.length >= EVENT_LEGS_READ_MAX - 1) continue
        if (known) known.push(seq)
        else later.set(kept_seq, [seq])
      }
    }
    return later
  }

  #legs(datasetNo: number, seqs: readonly number[]): { legs: Map<number, Leg>; chars: number } {
    const { blocks } = this.#parts
    const legs = new Map<number, Leg>()
    let head: ReturnType<Blocks['headAt']>
    let lines: string[] = []
    let chars = 0
    for (const seq of seqs) {
      if (!head || seq >= head.first_seq + head.n) {
        head = blocks.headAt(datasetNo, seq)
        if (!head || seq >= head.first_seq + head.n) continue
        lines = blocks.lines(head)
      }
      const line = lines[seq - head.first_seq]
      if (line === undefined) continue
      chars += line.length
      legs.set(seq, blocks.parse(line, head.id))
    }
    return { legs, chars }
  }
}

/** Kept seqs this close are looked up together. */
const GAP_MAX = 64
