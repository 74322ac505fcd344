/**
 * Streams events of a dataset to a reader: which events, as export-stream.ts takes them. Called by
 * the exports (consents.ts, event-export.ts).
 */
import type { StoredEvent } from '../event/shape.ts'
import type { EventQuery, Store } from '../store/store.ts'
import { type ExportReader, exportRows } from './export-stream.ts'

interface Reader extends ExportReader {
  /** Of the dataset. */
  readonly id: string
  readonly mayStill: () => boolean
  readonly store: Store
}

interface Export<Row> {
  /** Of the file: consents, events. */
  readonly name: string
  readonly format: 'ndjson' | 'csv'
  readonly columns: readonly (keyof Row & string)[]
  readonly rowOf: (event: StoredEvent) => Row
  readonly query: EventQuery
}

export function exportEvents<Row extends object>(
  reader: Reader,
  { name, format, columns, rowOf, query }: Export<Row>,
): Promise<void> {
  const pages = rowsOf(reader, query, rowOf)
  return exportRows(reader, { name, fileName: `${name}-${reader.id}`, format, columns, pages })
}

/** Every event of the query, a page at a time; throws when the reader may not read any more. */
async function* rowsOf<Row>(
  { store, mayStill }: Reader,
  query: EventQuery,
  rowOf: (event: StoredEvent) => Row,
): AsyncGenerator<readonly Row[]> {
  let before: number | undefined
  do {
    if (!mayStill()) throw new Error('the token was revoked or the dataset deleted')
    const cursor = before === undefined ? {} : { before_seq: before }
    const page = await store.events({ ...query, ...cursor })
    yield page.events.map((event) => rowOf(event))
    before = page.next_before_seq
  } while (before !== undefined)
}
