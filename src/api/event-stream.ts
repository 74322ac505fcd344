/**
 * Streams events to a reader, as JSON or CSV, one line each: a page of the store at a time and no
 * faster than the reader reads, so that years need no more memory than a day. Called by the exports
 * (consents.ts, event-export.ts).
 */
import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { StoredEvent } from '../event/shape.ts'
import type { EventQuery, Store } from '../store/store.ts'
import { csvCell } from './csv.ts'

interface Reader {
  /** Of the dataset. */
  readonly id: string
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly mayStill: () => boolean
  readonly store: Store
}

type Cell = string | number | boolean | null | object | undefined

interface Export<Row> {
  /** Of the file: consents, events. */
  readonly name: string
  readonly format: 'ndjson' | 'csv'
  readonly columns: readonly (keyof Row & string)[]
  readonly rowOf: (event: StoredEvent) => Row
  readonly query: EventQuery
}

/** Sends headers and all lines; what goes wrong from then on cuts the connection. */
export async function exportEvents<Row extends object>(
  { id, request, reply, mayStill, store }: Reader,
  { name, format, columns, rowOf, query }: Export<Row>,
): Promise<void> {
  const { raw } = reply
  const isCsv = format === 'csv'
  reply.hijack()
  raw.writeHead(200, {
    'content-type': isCsv ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
    'content-disposition': `attachment; filename="${name}-${id}.${format}"`,
    'cache-control': 'no-store',
  })
  if (isCsv) raw.write(`${columns.join(',')}\r\n`)
  const line = (event: StoredEvent): string => {
    const row = rowOf(event)
    if (!isCsv) return `${JSON.stringify(row)}\n`
    return `${columns.map((column) => cellOf(row[column] as Cell)).join(',')}\r\n`
  }
  try {
    for await (const page of pages(store, query, mayStill)) {
      if (raw.destroyed) return
      if (!raw.write(page.map(line).join(''))) await drained(raw)
    }
    raw.end()
  } catch (error) {
    request.log.warn({ err: error }, `an export of ${name} ended early`)
    // So that nobody takes a part for the whole.
    raw.destroy()
  }
}

/** Every event of the query, a page at a time; throws when the reader may not read any more. */
async function* pages(
  store: Store,
  query: EventQuery,
  mayStill: () => boolean,
): AsyncGenerator<readonly StoredEvent[]> {
  let before: number | undefined
  do {
    if (!mayStill()) throw new Error('the token was revoked or the dataset deleted')
    const cursor = before === undefined ? {} : { before_seq: before }
    const page = await store.events({ ...query, ...cursor })
    yield page.events
    before = page.next_before_seq
  } while (before !== undefined)
}

/** Until the reader has taken what was written, or has gone. */
function drained(raw: ServerResponse): Promise<void> {
  if (raw.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      raw.off('drain', done).off('close', done)
      resolve()
    }
    raw.on('drain', done).on('close', done)
  })
}

function cellOf(value: Cell): string {
  if (value === null || value === undefined || typeof value === 'number') {
    return csvCell(value ?? null)
  }
  return csvCell(Array.isArray(value) ? value.join(' ') : pairsOf(value))
}

/** `meta=allowed tiktok=not_consented`. */
function pairsOf(value: string | boolean | object): string {
  if (typeof value !== 'object') return String(value)
  return Object.entries(value)
    .map(([key, word]) => `${key}=${word}`)
    .join(' ')
}
