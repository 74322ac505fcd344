/**
 * Dead letters of the SQLite driver are kept for a bounded time and in a bounded number per
 * destination: the oldest are let go, and counted. One slice per step of upkeep. Used by
 * sqlite-outbox.ts.
 */
import type { StatementSync } from 'node:sqlite'
import { DEAD_LETTER_MS_MAX, DEAD_LETTERS_PER_DESTINATION_MAX } from '../../limits.ts'
import type { Connection } from './sqlite-connection.ts'
import { type Destinations, ROW_STATES } from './sqlite-outbox-destinations.ts'

interface Parts {
  readonly connection: Connection
  readonly destinations: Destinations
}

interface Surplus {
  readonly id: number
  readonly destination_no: number
  readonly n: number
}

/** Removed in one slice of upkeep: a few milliseconds. */
const ROWS_PER_SLICE = 1000

export class LetGo {
  readonly #parts: Parts
  readonly #sql: Record<'old' | 'full' | 'oldest' | 'remove', StatementSync>

  constructor(parts: Parts) {
    const { db } = parts.connection
    const rejected = ROW_STATES.indexOf('rejected')
    const rows = `SELECT id, destination_no, n FROM deliveries WHERE state = ${rejected}`
    this.#parts = parts
    this.#sql = {
      old: db.prepare(`${rows} AND settled_ms < ? ORDER BY settled_ms LIMIT ?`),
      full: db.prepare('SELECT no, rejected FROM destinations WHERE rejected > ? LIMIT 1'),
      oldest: db.prepare(`${rows} AND destination_no = ? ORDER BY settled_ms, id LIMIT ?`),
      remove: db.prepare('DELETE FROM deliveries WHERE id = ?'),
    }
  }

  /** True when something was done. */
  step(nowMs: number): boolean {
    if (this.#surplus(nowMs).length === 0) return false
    return this.#parts.connection.write(() => {
      const surplus = this.#surplus(nowMs)
      for (const [no, rows] of Map.groupBy(surplus, ({ destination_no }) => destination_no)) {
        for (const { id } of rows) this.#sql.remove.run(id)
        const n = rows.reduce((sum, row) => sum + row.n, 0)
        this.#parts.destinations.count(no, { rejected: -n, let_go: n })
      }
      return surplus.length > 0
    })
  }

  #surplus(nowMs: number): Surplus[] {
    const old = this.#sql.old.all(nowMs - DEAD_LETTER_MS_MAX, ROWS_PER_SLICE)
    if (old.length > 0) return old as unknown as Surplus[]
    const full = this.#sql.full.get(DEAD_LETTERS_PER_DESTINATION_MAX)
    if (!full) return []
    const excess = (full.rejected as number) - DEAD_LETTERS_PER_DESTINATION_MAX
    const limit = Math.min(excess, ROWS_PER_SLICE)
    return this.#sql.oldest.all(full.no as number, limit) as unknown as Surplus[]
  }
}
