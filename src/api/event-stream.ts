/**
 * Streams events of a dataset to a reader: which events, as export-stream.ts takes them, and how
 * far through the log it is. Called by the exports (consents.ts, event-export.ts).
 */
import type { StoredEvent } from '../event/shape.ts'
import type { EventPage, EventQuery, Store } from '../store/store.ts'
import type { ExportAsked, ExportJob } from './export-book.ts'
import { type ExportReader, exportRows, RightEnded } from './export-stream.ts'
import { byOf, filtersOf } from './exports.ts'
import type { Context } from './ports.ts'
import type { Call } from './route.ts'

type Reader = ExportReader & Pick<Call<unknown, unknown>, 'id' | 'caller' | 'mayStill'>

interface Export<Row> {
  /** Of the file, too. */
  readonly name: ExportAsked['kind']
  readonly format: 'ndjson' | 'csv'
  readonly columns: readonly (keyof Row & string)[]
  readonly rowOf: (event: StoredEvent) => Row
  readonly query: EventQuery
  /** As they were asked for, to be shown; absent: nobody needs to watch it. */
  readonly filters?: object
}

/** Throws `too_many_exports`, before anything is sent. */
export async function exportEvents<Row extends object>(
  reader: Reader,
  { name, format, columns, rowOf, query, filters }: Export<Row>,
  { store, exports, history }: Pick<Context, 'store' | 'exports' | 'history'>,
): Promise<void> {
  const { id, caller } = reader
  const asked = { dataset_id: id, kind: name, format, by: byOf(caller) }
  const job = filters && exports.start({ ...asked, filters: filtersOf(filters) })
  try {
    // Before the first line: what was read of one that never ends was read, too.
    await history.recordNow()
  } catch (error) {
    job?.end('failed')
    throw error
  }
  const pages = rowsOf(reader, { query, rowOf, store, job })
  const watched = job ? { job } : {}
  await exportRows(reader, { name, fileName: `${name}-${id}`, format, columns, pages, ...watched })
}

interface Reading<Row> {
  readonly query: EventQuery
  readonly rowOf: (event: StoredEvent) => Row
  readonly store: Store
  readonly job: ExportJob | undefined
}

/** Every event of the query, a page at a time; throws when the reader may not read any more. */
async function* rowsOf<Row>(
  { mayStill }: Reader,
  { query, rowOf, store, job }: Reading<Row>,
): AsyncGenerator<readonly Row[]> {
  let before: number | undefined
  let shareOf: ((page: EventPage) => number | null) | undefined
  do {
    if (!mayStill()) throw new RightEnded('the token was revoked or the dataset deleted')
    const cursor = before === undefined ? {} : { before_seq: before }
    const page = await store.events({ ...query, ...cursor })
    before = page.next_before_seq
    if (before !== undefined && job) shareOf ??= await shareFrom(page, query, store)
    if (before !== undefined && shareOf) job?.reached(shareOf(page))
    yield page.events.map((event) => rowOf(event))
  } while (before !== undefined)
}

/**
 * How much of the search is done after a page, from the place in the log where it began. Without a
 * beginning in time by number, which goes with the work; else by when things were received.
 */
async function shareFrom(
  first: EventPage,
  { dataset_id, from_s }: EventQuery,
  store: Store,
): Promise<(page: EventPage) => number | null> {
  const newest = first.events[0]?.legs[0]
  if (from_s === undefined) {
    const top = newest?.seq ?? first.next_before_seq ?? 0
    return ({ next_before_seq: next = 1 }) => shareIn({ top, end: 1, at: next })
  }
  const top = newest?.envelope.received_at_ms ?? first.reached_ms ?? 0
  const end = Math.max(from_s * 1000, await oldestMs(store, dataset_id))
  return ({ reached_ms: at }) => (at === undefined ? null : shareIn({ top, end, at }))
}

function shareIn({ top, end, at }: Readonly<Record<'top' | 'end' | 'at', number>>): number | null {
  if (top <= end) return null
  return Math.min(1, Math.max(0, (top - at) / (top - end)))
}

/** When the log of the dataset begins. */
async function oldestMs(store: Store, datasetId: string): Promise<number> {
  for await (const [leg] of store.scan(datasetId, 1)) return leg?.envelope.received_at_ms ?? 0
  return 0
}
