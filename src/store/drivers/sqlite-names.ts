/**
 * Event names of a dataset (bounded) and metric names (dataset 0) as small numbers, so that
 * counters stay narrow. Number 0 is "(other)". Remembers what it has seen; another process may add
 * names, so the memory is dropped whenever the file changed under us.
 */
import type { StatementSync } from 'node:sqlite'
import { EVENT_NAMES_PER_DATASET_MAX } from '../../limits.ts'
import { OTHER_EVENT_NAME } from '../store.ts'
import type { Connection } from './sqlite-connection.ts'

/** Metrics come from our own code, so their number is bounded by it. */
export const METRICS = 0
const OTHER = 0

export class Names {
  readonly #known = new Map<number, Map<string, number>>()
  readonly #sql: Record<'all' | 'insert', StatementSync>

  constructor(connection: Connection) {
    const { db } = connection
    this.#sql = {
      all: db.prepare('SELECT no, text FROM names WHERE dataset_no = ?'),
      insert: db.prepare('INSERT INTO names (dataset_no, text) VALUES (?, ?)'),
    }
    connection.onForeignChange(() => this.#known.clear())
  }

  /** The number of a name, or that of "(other)". */
  find(datasetNo: number, text: string): number {
    return this.#of(datasetNo).get(text) ?? OTHER
  }

  /** Inside write: as `find`, and gives a new name a number while there is room. */
  intern(datasetNo: number, text: string): number {
    const known = this.#of(datasetNo)
    const no = known.get(text)
    if (no !== undefined) return no
    if (text === OTHER_EVENT_NAME) return OTHER
    if (datasetNo !== METRICS && known.size >= EVENT_NAMES_PER_DATASET_MAX) return OTHER
    const added = Number(this.#sql.insert.run(datasetNo, text).lastInsertRowid)
    known.set(text, added)
    return added
  }

  texts(datasetNo: number): ReadonlyMap<number, string> {
    const texts = new Map([...this.#of(datasetNo)].map(([text, no]) => [no, text]))
    return texts.set(OTHER, OTHER_EVENT_NAME)
  }

  #of(datasetNo: number): Map<string, number> {
    const known = this.#known.get(datasetNo)
    if (known) return known
    const rows = this.#sql.all.all(datasetNo)
    const read = new Map(rows.map((row) => [row.text as string, row.no as number]))
    this.#known.set(datasetNo, read)
    return read
  }
}
