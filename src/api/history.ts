/** Routes about the history of changes: of a dataset, of a business, of the whole instance. */
import type { FastifyReply } from 'fastify'
import type { z } from 'zod'
import type { HistoryValue } from '../access/history.ts'
import { ACTIONS } from '../access/history-actions.ts'
import { HISTORY_PAGE_MAX } from '../limits.ts'
import type { HistoryQuery, HistoryRow } from '../store/store.ts'
import { csvCell } from './csv.ts'
import { historyEntrySchema, historyQuerySchema, historySchema } from './history-schemas.ts'
import type { Context } from './ports.ts'
import { type Call, type Route, route } from './route.ts'
import type { HistoryAnswer, HistoryEntryView } from './types.ts'

const PAGE = {
  query: historyQuerySchema,
  answer: { status: 200, description: 'A page, or everything.', schema: historySchema },
} as const

export const historyRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/datasets/{id}/history',
    auth: { needs: 'develop', on: 'dataset' },
    summary: 'Read or export who changed what on a dataset',
    ...PAGE,
    run: (call, context) => answer(call, { dataset_id: call.id }, context),
  }),
  route({
    method: 'GET',
    path: '/api/businesses/{id}/history',
    auth: { needs: 'administer', on: 'business' },
    summary: 'Read or export who changed what in a business, with all its datasets',
    ...PAGE,
    run: (call, context) => answer(call, { business_id: call.id }, context),
  }),
  route({
    method: 'GET',
    path: '/api/history',
    auth: { needs: 'operate', on: 'instance' },
    summary: 'Read or export every change on this server',
    ...PAGE,
    run: (call, context) => answer(call, {}, context),
  }),
]

type Asked = Call<z.output<typeof historyQuerySchema>, unknown>
type Filter = Omit<HistoryQuery, 'limit' | 'before_no'>

async function answer(
  call: Asked,
  filter: Filter,
  context: Context,
): Promise<HistoryAnswer | FastifyReply> {
  const { limit, cursor, format } = call.query
  if (format !== 'json') return exported(call, filter, context)
  const before = cursor === undefined ? {} : { before_no: Number(cursor) }
  const rows = await context.history.page({ ...filter, ...before, limit: limit + 1 })
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    entries: shown.map(view),
    next_cursor: rows.length > limit && last ? String(last.no) : null,
  }
}

/** A page of the store at a time, so that years of changes need no more memory than a day. */
async function exported(call: Asked, filter: Filter, context: Context): Promise<FastifyReply> {
  const { reply, request, query, mayStill } = call
  const { format } = query
  const { raw } = reply
  reply.hijack()
  raw.writeHead(200, {
    'content-type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
    'content-disposition': `attachment; filename="history.${format}"`,
    'cache-control': 'no-store',
  })
  try {
    if (format === 'csv') raw.write(CSV_HEAD)
    for (let before: number | undefined; ; ) {
      if (!mayStill()) throw new Error('the right to read the history has ended')
      const more = before === undefined ? {} : { before_no: before }
      const rows = await context.history.page({ ...filter, ...more, limit: HISTORY_PAGE_MAX })
      const lines = rows.map((row) => (format === 'csv' ? csvLine(view(row)) : line(view(row))))
      if (raw.destroyed) return reply
      if (!raw.write(lines.join(''))) await drained(raw)
      before = rows.at(-1)?.no
      if (rows.length < HISTORY_PAGE_MAX) break
    }
    raw.end()
  } catch (error) {
    request.log.warn({ err: error }, 'an export of the history ended early')
    raw.destroy()
  }
  return reply
}

function drained(raw: FastifyReply['raw']): Promise<void> {
  if (raw.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      raw.off('drain', done).off('close', done)
      resolve()
    }
    raw.on('drain', done).on('close', done)
  })
}

function view(row: HistoryRow): HistoryEntryView {
  const { by, action, subject, name, details } = row.value as HistoryValue
  return {
    no: row.no,
    at: Math.floor(row.at_ms / 1000),
    by_kind: by.kind,
    by_id: by.id,
    by_name: by.name,
    action,
    // One of a later version, in a file that went back to this one.
    words: ACTIONS[action] ?? action,
    subject,
    name,
    business_id: row.business_id,
    dataset_id: row.dataset_id,
    details: { ...details },
  }
}

const line = (entry: HistoryEntryView): string => `${JSON.stringify(entry)}\n`

const COLUMNS = Object.keys(historyEntrySchema.shape) as (keyof HistoryEntryView)[]
const CSV_HEAD = `${COLUMNS.join(',')}\r\n`

function csvLine(entry: HistoryEntryView): string {
  const cells = COLUMNS.map((column) => {
    const value = entry[column]
    if (value === null || typeof value !== 'object') return csvCell(value)
    return csvCell(
      Object.entries(value)
        .map(([key, text]) => `${key}=${text}`)
        .join(' '),
    )
  })
  return `${cells.join(',')}\r\n`
}
