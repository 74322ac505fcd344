/**
 * Streams a file to a reader, as JSON or CSV, one line for each row: a page at a time and no faster
 * than the reader reads, so that years need no more memory than a day. Knows nothing of what the
 * rows are. Called by event-stream.ts and history.ts.
 */
import type { ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { EXPORT_STALLED_MS } from '../export-limits.ts'
import { csvCell } from './csv.ts'
import type { ExportJob } from './export-book.ts'

export interface ExportReader {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

type Cell = string | number | boolean | null | object | undefined

interface Export<Row> {
  /** What it is an export of, for the log: events, history. */
  readonly name: string
  /** Without its ending. */
  readonly fileName: string
  readonly format: 'ndjson' | 'csv'
  readonly columns: readonly (keyof Row & string)[]
  /** Throws RightEnded where the reader may not read on. */
  readonly pages: AsyncIterable<readonly Row[]>
  /** Told how far it is; absent: nobody watches. */
  readonly job?: ExportJob
}

/** The reader may not read any more. */
export class RightEnded extends Error {}

/** Sends headers and all lines; what goes wrong from then on cuts the connection. */
export async function exportRows<Row extends object>(
  { request, reply }: ExportReader,
  { name, fileName, format, columns, pages, job }: Export<Row>,
): Promise<void> {
  const { raw } = reply
  const isCsv = format === 'csv'
  reply.hijack()
  raw.writeHead(200, {
    'content-type': isCsv ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
    'content-disposition': `attachment; filename="${fileName}.${format}"`,
    'cache-control': 'no-store',
  })
  job?.onCancel(() => raw.destroy())
  if (isCsv) raw.write(`${columns.join(',')}\r\n`)
  const line = (row: Row): string => {
    if (!isCsv) return `${JSON.stringify(row)}\n`
    return `${columns.map((column) => cellOf(row[column] as Cell)).join(',')}\r\n`
  }
  try {
    for await (const page of pages) {
      if (raw.destroyed) break
      const text = page.map(line).join('')
      const isTaken = raw.write(text)
      job?.wrote(page.length, Buffer.byteLength(text))
      if (!isTaken) await drained(raw)
    }
    const isWhole = await endWhole(raw)
    job?.end(isWhole ? 'done' : 'reader_left')
  } catch (error) {
    request.log.warn({ err: error }, `an export of ${name} ended early`)
    job?.end(error instanceof RightEnded ? 'right_ended' : 'failed')
    // So that nobody takes a part for the whole.
    raw.destroy()
  }
}

/** Ends it; false where the reader left before everything was handed over. */
function endWhole(raw: ServerResponse): Promise<boolean> {
  if (raw.destroyed) return Promise.resolve(false)
  // Set back by Node when all of it has gone.
  closeWhenStill(raw, EXPORT_STALLED_MS)
  return new Promise((resolve) => {
    raw.on('close', () => resolve(raw.writableFinished)).end(() => resolve(true))
  })
}

/** Until the reader has taken what was written, or has gone. */
function drained(raw: ServerResponse): Promise<void> {
  if (raw.destroyed) return Promise.resolve()
  closeWhenStill(raw, EXPORT_STALLED_MS)
  return new Promise((resolve) => {
    const done = (): void => {
      // While the log is searched nothing has to move.
      closeWhenStill(raw, 0)
      raw.off('drain', done).off('close', done)
      resolve()
    }
    raw.on('drain', done).on('close', done)
  })
}

/** The socket closes itself; an answer that stays in memory has none. */
function closeWhenStill({ socket }: ServerResponse, idleMs: number): void {
  if (socket instanceof Socket) socket.setTimeout(idleMs)
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
