/** The routes of offline sales: files of them, how far one is, and one sale typed in by hand. */
import { TwofoldError } from '../errors.ts'
import { isCurrency } from '../event/currency.ts'
import { csvBody, isDryRun } from './csv-body.ts'
import {
  offlineOutcomeSchema,
  offlineQuerySchema,
  offlineReportSchema,
  offlineSaleSchema,
  offlineStateSchema,
} from './offline-schemas.ts'
import { type Route, route } from './route.ts'
import type { OfflineImportAnswer, OfflineSaleAnswer, OfflineStateAnswer } from './types.ts'

const DEVELOP = { needs: 'develop', on: 'dataset' } as const
const IMPORTS = '/api/datasets/{id}/offline-imports'

export const offlineRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: IMPORTS,
    auth: { needs: 'read', on: 'dataset' },
    summary: 'List the last imports of offline sales, and how far the one under way is',
    answer: { status: 200, description: 'The newest first.', schema: offlineStateSchema },
    run: async ({ id }, { offline }) => (await offline.state(id)) as OfflineStateAnswer,
  }),
  route({
    method: 'POST',
    path: IMPORTS,
    auth: DEVELOP,
    history: { action: 'offline.imported', isTrial: ({ query }) => isDryRun(query) },
    summary: 'Import offline sales from a CSV file',
    description:
      'The body is the file (text/csv, UTF-8), of any size. Columns are found by their usual ' +
      'names, as in the last import, or named here. Each row becomes an event; told again, ' +
      'nothing is counted twice. Bad rows are named, good ones kept.',
    query: offlineQuerySchema,
    answer: { status: 200, description: 'What was read.', schema: offlineReportSchema },
    run: ({ id, query, request }, { offline, alone }): Promise<OfflineImportAnswer> => {
      const { dry_run, event_name, action_source, currency, crm, ...rest } = query
      const { zone, prefix, ...named } = rest
      const file = csvBody(request)
      const columns = Object.fromEntries(
        Object.entries(named).map(([name, value]) => [name.replace('column_', ''), value]),
      ) as Record<string, string | undefined>
      const asked = {
        ...{ columns, event_name, action_source, crm, zone, prefix },
        ...{ currency: currency?.toUpperCase(), dryRun: dry_run },
      }
      return alone(`offline sales of ${id}`, async () => {
        return (await offline.import(id, file, asked)) as OfflineImportAnswer
      })
    },
  }),
  route({
    method: 'POST',
    path: '/api/datasets/{id}/offline-sales',
    auth: DEVELOP,
    history: 'offline.recorded',
    summary: 'Record one sale by phone or in the store by hand',
    description: 'Told again with the same order id, or with the same words, it counts once.',
    body: offlineSaleSchema,
    answer: { status: 200, description: 'What became of it.', schema: offlineOutcomeSchema },
    run: ({ id, body }, { offline }): Promise<OfflineSaleAnswer> => {
      const { em, ph } = body.user_data
      if (body.value !== undefined && !isCurrency(body.currency ?? '')) {
        throw new TwofoldError('invalid_request', 'currency: write a code such as EUR.')
      }
      if (body.event_name === 'Purchase' && body.value === undefined) {
        throw new TwofoldError('invalid_request', 'value: a purchase needs its value.')
      }
      const user_data = { ...(em?.length ? { em } : {}), ...(ph?.length ? { ph } : {}) }
      return offline.record(id, { ...body, user_data })
    },
  }),
]
