/**
 * Forgetting, in the SQLite driver: a whole dataset, or one person's user_data. Works in short
 * transactions so that commits go on in between; a dataset is gone with the first of them, and what
 * a crash leaves behind is removed by tidyUp. Freed space is overwritten and the log emptied.
 */
import type { StatementSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'
import { type Blocks, lineFor } from './sqlite-blocks.ts'
import type { Connection } from './sqlite-connection.ts'
import { inOurWords } from './sqlite-errors.ts'
import type { Names } from './sqlite-names.ts'
import type { OutboxEraser } from './sqlite-outbox-erase.ts'

/** One slice stays within a few milliseconds. */
const BLOCKS_PER_SLICE = 32
const ROWS_PER_SLICE = 5000

/** Tables whose rows begin with dataset_no, with their keys. */
const TABLES: readonly (readonly [string, string])[] = [
  ['merged', 'dataset_no, kept_seq, seq'],
  ['conversions', 'dataset_no, name_no, seq'],
  ['hours', 'dataset_no, hour_s'],
  ['names', 'dataset_no, text'],
  ['counters', 'dataset_no, span_s, start_s, name_no, channel, metric_no'],
  ['money', 'dataset_no, span_s, start_s, name_no, currency'],
]

interface Parts {
  readonly connection: Connection
  readonly blocks: Blocks
  readonly names: Names
  readonly outbox: OutboxEraser
}

export class Eraser {
  readonly #connection: Connection
  readonly #blocks: Blocks
  readonly #names: Names
  readonly #outbox: OutboxEraser
  readonly #sql: Record<
    'dataset' | 'removeDataset' | 'begin' | 'next' | 'end' | 'blocks',
    StatementSync
  >
  readonly #removeRows: readonly StatementSync[]

  constructor({ connection, blocks, names, outbox }: Parts) {
    const { db } = connection
    this.#connection = connection
    this.#blocks = blocks
    this.#names = names
    this.#outbox = outbox
    this.#sql = {
      dataset: db.prepare('SELECT no, next_seq FROM datasets WHERE id = ?'),
      removeDataset: db.prepare('DELETE FROM datasets WHERE no = ?'),
      begin: db.prepare('INSERT INTO erasing (dataset_no) VALUES (?)'),
      next: db.prepare('SELECT dataset_no FROM erasing LIMIT 1'),
      end: db.prepare('DELETE FROM erasing WHERE dataset_no = ?'),
      blocks: db.prepare('SELECT id FROM blocks WHERE dataset_no = ? LIMIT ?'),
    }
    this.#removeRows = TABLES.map(([table, key]) =>
      db.prepare(`
        DELETE FROM ${table} WHERE (${key}) IN
          (SELECT ${key} FROM ${table} WHERE dataset_no = ? LIMIT ${ROWS_PER_SLICE})`),
    )
  }

  /** Returns the number of legs it had. */
  async dataset(id: string): Promise<number> {
    const legs = this.#connection.write(() => {
      const row = this.#sql.dataset.get(id) as { no: number; next_seq: number } | undefined
      if (!row) return 0
      this.#sql.removeDataset.run(row.no)
      this.#sql.begin.run(row.no)
      this.#outbox.retireDataset(row.no)
      return row.next_seq - 1
    })
    while (this.step()) await turn()
    this.emptyLog()
    return legs
  }

  /** One slice of what is left of erased datasets; true when something was done. */
  step(): boolean {
    if (this.#outbox.step()) return true
    if (this.#sql.next.get() === undefined) return false
    return this.#connection.write(() => {
      const datasetNo = this.#sql.next.get()?.dataset_no as number | undefined
      if (datasetNo === undefined) return false
      const blocks = this.#sql.blocks.all(datasetNo, BLOCKS_PER_SLICE)
      this.#blocks.remove(blocks.map((row) => row.id as number))
      const isDone =
        blocks.length === 0 &&
        this.#removeRows.every((statement) => Number(statement.run(datasetNo).changes) === 0)
      if (isDone) this.#sql.end.run(datasetNo)
      return true
    })
  }

  /** Empties user_data of every event of which a leg carries one of `values`. */
  async person(id: string, values: readonly string[]): Promise<number> {
    const row = this.#connection.read(() => this.#sql.dataset.get(id))
    if (!row) return 0
    const datasetNo = row.no as number
    const seqs = await this.#carriers(datasetNo, new Set(values))
    const all = new Set(seqs)
    // First, so that nothing of them leaves without the person's data.
    for (const chunk of this.#outbox.chunksOf(seqs)) {
      this.#connection.write(() => this.#outbox.erasePerson(datasetNo, chunk, all))
      await turn()
    }
    for (let at = 0; at < seqs.length; ) {
      at = this.#connection.write(() => this.#scrub(datasetNo, seqs, at))
      await turn()
    }
    this.emptyLog()
    return seqs.length
  }

  /** The seqs of all legs of all events concerned, ascending. */
  async #carriers(datasetNo: number, values: ReadonlySet<string>): Promise<number[]> {
    const seqs = new Set<number>()
    let next: number | undefined = 1
    while (next !== undefined) {
      const from: number = next
      next = this.#connection.read(() => this.#find(datasetNo, from, { values, seqs }))
      await turn()
    }
    return [...seqs].sort((a, b) => a - b)
  }

  /** Looks through one slice from `seq`; returns where to go on. */
  #find(
    datasetNo: number,
    seq: number,
    { values, seqs }: { values: ReadonlySet<string>; seqs: Set<number> },
  ): number | undefined {
    const heads = this.#blocks.headsFrom(datasetNo, seq, BLOCKS_PER_SLICE)
    for (const head of heads) {
      for (const line of this.#blocks.lines(head)) {
        // Most lines are passed by without being parsed.
        if (!values.values().some((value) => line.includes(value))) continue
        const { event, of_seq, ...leg } = this.#blocks.parse(line, head.id)
        if (
          !Object.values(event.user_data)
            .flat()
            .some((value) => values.has(value))
        )
          continue
        for (const one of this.#blocks.event(datasetNo, of_seq ?? leg.seq) ?? []) seqs.add(one.seq)
      }
    }
    const last = heads.at(-1)
    return last && last.first_seq + last.n
  }

  /** Rewrites the blocks that hold seqs[at] and following; returns how far it came. */
  #scrub(datasetNo: number, seqs: readonly number[], at: number): number {
    let done = at
    for (let blocks = 0; blocks < BLOCKS_PER_SLICE && done < seqs.length; blocks++) {
      const head = this.#blocks.headAt(datasetNo, seqs[done] ?? 0)
      if (!head) return seqs.length
      const end = head.first_seq + head.n
      const inside = new Set(seqs.slice(done).filter((seq) => seq < end))
      const lines = this.#blocks.lines(head).map((text) => {
        const leg = this.#blocks.parse(text, head.id)
        const nameNo = this.#names.find(datasetNo, leg.event.event_name)
        if (!inside.has(leg.seq)) return lineFor(leg, nameNo, text)
        return lineFor({ ...leg, event: { ...leg.event, user_data: {} } }, nameNo)
      })
      this.#blocks.remove([head.id])
      this.#blocks.append(datasetNo, head.first_seq, lines)
      done += inside.size
    }
    return done
  }

  /** The log still holds the pages as they were. */
  emptyLog(): void {
    const { db, file } = this.#connection
    inOurWords(file, () => db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get())
  }
}
