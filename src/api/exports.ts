/** Routes about exports that run or ran: list them, cancel one. The streams start elsewhere. */
import { nameOf } from '../access/caller.ts'
import { TwofoldError } from '../errors.ts'
import { EXPORT_FILTER_CHARS_MAX, EXPORTS_RUNNING_MAX } from '../export-limits.ts'
import type { ExportAsked, ExportEntry } from './export-book.ts'
import { exportSchema, exportsSchema } from './exports-schemas.ts'
import type { Context } from './ports.ts'
import { type Call, type Route, route } from './route.ts'
import type { ExportAnswer } from './types.ts'

const PATH = '/api/datasets/{id}/exports'
const READ = { needs: 'read', on: 'dataset' } as const

type Asking = Pick<Call<unknown, unknown>, 'id' | 'caller' | 'may'>

export const exportRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    auth: READ,
    summary: 'List the exports that run, and the last ones',
    description: 'Of events and of consents. Forgotten when the server stops, which ends them.',
    answer: { status: 200, description: 'The newest first.', schema: exportsSchema },
    run: (call, { exports }) => ({
      exports: exports.list(call.id).map((entry) => viewOf(entry, call)),
      running_max: EXPORTS_RUNNING_MAX,
    }),
  }),
  route({
    method: 'POST',
    path: `${PATH}/{export_id}/cancel`,
    auth: READ,
    history: 'export.cancelled',
    summary: 'Cancel an export',
    description:
      'For whoever started it and for admins. Its connection ends at once, so that nobody takes ' +
      'the part for the whole. One that has ended stays as it is.',
    answer: { status: 200, description: 'It as it is now.', schema: exportSchema },
    run: (call, context) => {
      const { id } = call
      const { export_id, ...entry } = existing(call, context)
      if (!isBy(entry, call)) call.require('administer', { on: 'dataset', id })
      context.exports.cancel(id, export_id)
      return viewOf(existing(call, context), call)
    },
  }),
]

/** The filters in words that may be shown to all who read the dataset. */
export function filtersOf(query: object): ExportAsked['filters'] {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    given.map(([name, value]) => [name, String(shown(value)).slice(0, EXPORT_FILTER_CHARS_MAX)]),
  )
}

export function byOf(caller: Call<unknown, unknown>['caller']): ExportAsked['by'] {
  const id = caller.kind === 'nobody' ? '' : caller.id
  return { kind: caller.kind, id, name: nameOf(caller) }
}

/** Lists are values of a person. */
function shown(value: unknown): unknown {
  if (!Array.isArray(value)) return value
  return value.length === 1 ? '1 value' : `${value.length} values`
}

function existing(
  { id, params }: Pick<Call<unknown, unknown>, 'id' | 'params'>,
  { exports }: Context,
): ExportEntry {
  const { export_id = '' } = params
  const found = exports.find(id, export_id)
  if (found) return found
  throw new TwofoldError('export_not_found', `There is none with id ${export_id}.`)
}

function isBy({ by }: Pick<ExportEntry, 'by'>, { caller }: Asking): boolean {
  const { kind, id } = byOf(caller)
  return by.kind === kind && by.id === id
}

function viewOf({ by, filters, ...entry }: ExportEntry, asking: Asking): ExportAnswer {
  const scope = { on: 'dataset', id: asking.id } as const
  const may = isBy({ by }, asking) || asking.may('administer', scope)
  return {
    ...entry,
    filters: { ...filters },
    started_by: by.name,
    may_cancel: entry.state === 'running' && may,
  }
}
