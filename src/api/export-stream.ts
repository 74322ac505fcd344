/**
 * Streams a file to a reader, as JSON or CSV, one line for each row: a page at a time and no faster
 * than the reader reads, so that years need no more memory than a day. Knows nothing of what the
 * rows are. Called by event-stream.ts and history.ts.
 */
import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { csvCell } from './csv.ts'

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
  /** Throws where the reader may not read on. */
  readonly pages: AsyncIterable<readonly Row[]>
}

/** Sends headers and all lines; what goes wrong from then on cuts the connection. */
export async function exportRows<Row extends object>(
  { request, reply }: ExportReader,
  { name, fileName, format, columns, pages }: Export<Row>,
): Promise<void> {
  const { raw } = reply
  const isCsv = format === 'csv'
  reply.hijack()
  raw.writeHead(200, {
    'content-type': isCsv ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
    'content-disposition': `attachment; filename="${fileName}.${format}"`,
    'cache-control': 'no-store',
  })
  if (isCsv) raw.write(`${columns.join(',')}\r\n`)
  const line = (row: Row): string => {
    if (!isCsv) return `${JSON.stringify(row)}\n`
    return `${columns.map((column) => cellOf(row[column] as Cell)).join(',')}\r\n`
  }
  try {
    for await (const page of pages) {
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
