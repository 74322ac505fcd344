/**
 * The history of changes in SQLite: rows that are only ever added, read from the newest back. The
 * caller of `append` holds the transaction of the change. Called by sqlite.ts.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { HistoryEntry, HistoryQuery, HistoryRow } from '../store.ts'

export class History {
  readonly #db: DatabaseSync
  readonly #insert: StatementSync

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#insert = db.prepare(
      'INSERT INTO history (at_ms, business_id, dataset_id, value) VALUES (?, ?, ?, ?)',
    )
  }

  append(entries: readonly HistoryEntry[]): void {
    for (const { at_ms, business_id, dataset_id, value } of entries) {
      this.#insert.run(at_ms, business_id, dataset_id, JSON.stringify(value))
    }
  }

  page({ business_id, dataset_id, before_no, limit }: HistoryQuery): HistoryRow[] {
    const filters: [string, string | number | undefined][] = [
      ['business_id = ?', business_id],
      ['dataset_id = ?', dataset_id],
      ['no < ?', before_no],
    ]
    const used = filters.flatMap(([test, value]) => (value === undefined ? [] : [{ test, value }]))
    const where = used.length > 0 ? ` WHERE ${used.map(({ test }) => test).join(' AND ')}` : ''
    return this.#db
      .prepare(`SELECT * FROM history${where} ORDER BY no DESC LIMIT ?`)
      .all(...used.map(({ value }) => value), limit)
      .map((row) => ({
        no: Number(row.no),
        at_ms: Number(row.at_ms),
        business_id: row.business_id as string | null,
        dataset_id: row.dataset_id as string | null,
        value: JSON.parse(String(row.value)) as unknown,
      }))
  }
}
