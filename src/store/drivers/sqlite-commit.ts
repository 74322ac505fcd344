/**
 * The one write of ingest in the SQLite driver: checks that nobody committed since the batch was
 * loaded, then writes legs, keys and counters. Runs inside the transaction that sqlite.ts opens.
 */
import type { StatementSync } from 'node:sqlite'
import { isBrowsing } from '../../event/names.ts'
import type { Leg } from '../../event/shape.ts'
import type { CommitBatch, CommitResult } from '../store.ts'
import { type Blocks, type Line, lineFor } from './sqlite-blocks.ts'
import type { Connection } from './sqlite-connection.ts'
import type { Counters } from './sqlite-counters.ts'
import type { KeyHash } from './sqlite-key-hash.ts'
import type { KeyEntry } from './sqlite-key-pages.ts'
import type { FAMILIES, KeyIndex } from './sqlite-keys.ts'
import type { Names } from './sqlite-names.ts'
import type { SqliteOutbox } from './sqlite-outbox.ts'
import { logKey, refusalKeys } from './sqlite-queries.ts'

interface Parts {
  readonly connection: Connection
  readonly keys: Record<keyof typeof FAMILIES, KeyIndex>
  readonly blocks: Blocks
  readonly names: Names
  readonly counters: Counters
  readonly outbox: SqliteOutbox
  readonly hashOf: (datasetNo: number, key: string) => KeyHash
}

interface DatasetRow {
  readonly no: number
  readonly next_seq: number
}

const HOUR_MS = 3_600_000

export class Committer {
  readonly #parts: Parts
  readonly #sql: Record<
    'dataset' | 'insertDataset' | 'setNextSeq' | 'addHour' | 'addConversion',
    StatementSync
  >

  constructor(parts: Parts) {
    const { db } = parts.connection
    this.#parts = parts
    this.#sql = {
      dataset: db.prepare('SELECT no, next_seq FROM datasets WHERE id = ?'),
      insertDataset: db.prepare(
        'INSERT INTO datasets (id, next_seq, tidied_seq) VALUES (?, 1, 1) RETURNING no, next_seq',
      ),
      setNextSeq: db.prepare('UPDATE datasets SET next_seq = ? WHERE no = ?'),
      addHour: db.prepare(`
        INSERT INTO hours VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET
          first_seq = min(first_seq, excluded.first_seq),
          last_seq = max(last_seq, excluded.last_seq)`),
      addConversion: db.prepare('INSERT INTO conversions VALUES (?, ?, ?)'),
    }
  }

  commit(batch: CommitBatch): CommitResult {
    const { connection, keys, counters, outbox } = this.#parts
    if (batch.revision !== connection.revision) return { conflict: true }
    const datasets = new Map<string, DatasetRow>()
    const noOf = (id: string): number => this.#dataset(id, datasets).no
    for (const delta of batch.counters) counters.add(noOf(delta.dataset_id), delta)
    for (const delta of batch.money) counters.addMoney(noOf(delta.dataset_id), delta)
    const entries: Record<keyof typeof FAMILIES, KeyEntry[]> = { window: [], order: [], log: [] }
    const byDataset = Map.groupBy(batch.legs, ({ envelope }) => envelope.dataset_id)
    for (const [id, legs] of byDataset) {
      this.#addLegs(this.#dataset(id, datasets), legs)
      entries.log.push(...this.#logEntries(noOf(id), legs))
    }
    for (const { dataset_id, family, key, seqs, at_ms } of batch.keys) {
      const hash = this.#parts.hashOf(noOf(dataset_id), key)
      entries[family].push({ ...hash, at_s: Math.ceil(at_ms / 1000), seqs })
    }
    outbox.write(noOf, batch.deliveries, batch.skips)
    const revision = connection.revision + 1
    keys.window.write(revision, entries.window)
    keys.order.write(revision, entries.order)
    keys.log.write(revision, entries.log)
    connection.bump('revision')
    return { conflict: false }
  }

  #dataset(id: string, known: Map<string, DatasetRow>): DatasetRow {
    const row = known.get(id) ?? this.#sql.dataset.get(id) ?? this.#sql.insertDataset.get(id)
    known.set(id, row as unknown as DatasetRow)
    return row as unknown as DatasetRow
  }

  #addLegs({ no, next_seq }: DatasetRow, legs: readonly Leg[]): void {
    const { blocks, names } = this.#parts
    const lines: Line[] = []
    const hours = new Map<number, { first: number; last: number }>()
    for (const leg of legs) {
      const { seq, event, envelope, verdict, of_seq } = leg
      const expected = next_seq + lines.length
      if (seq !== expected) throw new Error(`commit: seq ${seq} where ${expected} is next`)
      const nameNo = names.intern(no, event.event_name)
      lines.push(lineFor(leg, nameNo))
      if (of_seq !== undefined) blocks.merge(no, of_seq, seq)
      if (verdict === 'accepted' && !isBrowsing(event.event_name)) {
        this.#sql.addConversion.run(no, nameNo, seq)
      }
      const hour = Math.floor(envelope.received_at_ms / HOUR_MS) * 3600
      hours.set(hour, { first: hours.get(hour)?.first ?? seq, last: seq })
    }
    blocks.append(no, next_seq, lines)
    for (const [hour, { first, last }] of hours) this.#sql.addHour.run(no, hour, first, last)
    this.#sql.setNextSeq.run(next_seq + lines.length, no)
  }

  /** Conversions are found by event_id for ever, and every event by its order_id. */
  #logEntries(datasetNo: number, legs: readonly Leg[]): KeyEntry[] {
    const entries: KeyEntry[] = []
    for (const { seq, event, verdict, of_seq } of legs) {
      const { event_name, event_id, custom_data } = event
      const isCounted = verdict === 'accepted' || verdict === 'duplicate'
      // Of the others only what an order is looked for under.
      if (!isCounted && event_name !== 'Purchase') continue
      const names = isCounted
        ? [
            ...(event_id !== undefined && !isBrowsing(event_name)
              ? [logKey('event_id', event_id)]
              : []),
            ...(custom_data?.order_id ? [logKey('order_id', custom_data.order_id)] : []),
          ]
        : refusalKeys({ event_id, order_id: custom_data?.order_id })
      for (const name of names) {
        const hash = this.#parts.hashOf(datasetNo, name)
        entries.push({ ...hash, at_s: 0, seqs: [of_seq ?? seq] })
      }
    }
    return entries
  }
}
