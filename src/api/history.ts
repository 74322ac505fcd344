/** Routes about the history of changes: of a dataset, of a business, of the whole instance. */
import type { FastifyReply } from 'fastify'
import type { z } from 'zod'
import type { HistoryValue } from '../access/history.ts'
import { ACTIONS } from '../access/history-actions.ts'
import { HISTORY_PAGE_MAX } from '../limits.ts'
import type { HistoryQuery, HistoryRow } from '../store/store.ts'
import { exportRows, RightEnded } from './export-stream.ts'
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

async function exported(call: Asked, filter: Filter, context: Context): Promise<FastifyReply> {
  const { format } = call.query
  const pages = pagesOf(call, filter, context)
  const file = { name: 'the history', fileName: 'history', columns: COLUMNS, pages }
  await exportRows(call, { ...file, format: format === 'csv' ? 'csv' : 'ndjson' })
  return call.reply
}

/** Everything, a page of the store at a time. */
async function* pagesOf(
  { mayStill }: Asked,
  filter: Filter,
  { history }: Context,
): AsyncGenerator<readonly HistoryEntryView[]> {
  let rows: readonly HistoryRow[] = []
  do {
    if (!mayStill()) throw new RightEnded('the right to read the history has ended')
    const before = rows.at(-1)
    const more = before ? { before_no: before.no } : {}
    rows = await history.page({ ...filter, ...more, limit: HISTORY_PAGE_MAX })
    yield rows.map(view)
  } while (rows.length === HISTORY_PAGE_MAX)
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

const COLUMNS = Object.keys(historyEntrySchema.shape) as (keyof HistoryEntryView)[]
