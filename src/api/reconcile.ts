/** The routes of orders: files of them, days compared with them, and sending what is missing. */
import { TwofoldError } from '../errors.ts'
import { type Discrepancy, REASONS, type Reconciliation, type Sums } from '../reconcile/view.ts'
import { csvBody, isDryRun } from './csv-body.ts'
import type { Context } from './ports.ts'
import {
  dayRowsQuerySchema,
  dayRowsSchema,
  daysQuerySchema,
  importQuerySchema,
  importReportSchema,
  importsSchema,
  reconciliationSchema,
  sendRequestSchema,
  sentSchema,
} from './reconcile-schemas.ts'
import { type Route, route } from './route.ts'
import type {
  DayRowsAnswer,
  OrderImportsAnswer,
  ReconciliationAnswer,
  SentAnswer,
} from './types.ts'

const READ = { needs: 'read', on: 'dataset' } as const
const DEVELOP = { needs: 'develop', on: 'dataset' } as const
const PATH = '/api/datasets/{id}/reconciliation'
const IMPORTS = '/api/datasets/{id}/order-imports'

export const reconcileRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    auth: READ,
    summary: 'Compare what was counted with the orders there were',
    description:
      'By day of the shop: orders, what browser and server reported, what destinations accepted, ' +
      'money, and every missing or extra one by its reason.',
    query: daysQuerySchema,
    answer: { status: 200, description: 'The days, newest first.', schema: reconciliationSchema },
    run: async ({ id, query }, context): Promise<ReconciliationAnswer> => {
      const found = await context.reconciler.reconcile({ datasetId: id, ...query })
      return answerOf(id, found, context)
    },
  }),
  route({
    method: 'GET',
    path: `${PATH}/{day}`,
    auth: READ,
    summary: 'List the orders of a day, each with its reason',
    query: dayRowsQuerySchema,
    answer: { status: 200, description: 'Rows, in the order of time.', schema: dayRowsSchema },
    run: async ({ id, params, query }, context): Promise<DayRowsAnswer> => {
      const { show, ...page } = query
      const day = dayIn(params.day)
      const asked = { datasetId: id, day, all: show === 'all', ...page }
      const { rows, of } = await context.reconciler.rows(asked)
      const name = namesOf(id, context)
      return {
        ...{ day, of },
        rows: rows.map(({ at_s, reason, counted, destinations, ...row }) => ({
          ...{ ...row, reason, words: reason ? REASONS[reason] : '', at: at_s },
          counted: counted && countedView(counted),
          destinations: destinations.map((one) => ({ ...one, ...name(one.destination_id) })),
        })),
      }
    },
  }),
  route({
    method: 'POST',
    path: `${PATH}/send`,
    auth: DEVELOP,
    history: { action: 'orders.sent', isTrial: ({ body }) => isDryRun(body) },
    summary: 'Send the orders that nobody reported',
    description:
      'Through the ordinary door, each under the id that a late report of it would have too, so ' +
      'that it still counts once. With dry_run (the default) it only says what it would send.',
    body: sendRequestSchema,
    answer: { status: 200, description: 'What was sent, or would be.', schema: sentSchema },
    run: ({ id, body: { dry_run, older, ...days } }, context): Promise<SentAnswer> => {
      const work = async (): Promise<SentAnswer> => {
        const asked = { datasetId: id, ...days, older, dryRun: dry_run }
        const { orders, ...done } = await context.reconciler.send(asked)
        return { dry_run, ...done, orders: orders.map(({ at_s: at, ...one }) => ({ ...one, at })) }
      }
      // Two may look at once, also while a file is read in; only one sends.
      return dry_run ? work() : context.alone(`orders of ${id}`, work)
    },
  }),
  route({
    method: 'GET',
    path: IMPORTS,
    auth: READ,
    summary: 'List the last imports of orders',
    answer: { status: 200, description: 'The newest first.', schema: importsSchema },
    run: async ({ id }, { reconciler }) => (await reconciler.imports(id)) as OrderImportsAnswer,
  }),
  route({
    method: 'POST',
    path: IMPORTS,
    auth: DEVELOP,
    history: { action: 'orders.imported', isTrial: ({ query }) => isDryRun(query) },
    summary: 'Import orders from a CSV file',
    description:
      'The body is the file (text/csv, UTF-8), of any size. Columns are found by their usual ' +
      'names, as in the last import, or named here. Told again, nothing changes; bad rows are ' +
      'named and good ones kept.',
    query: importQuerySchema,
    answer: { status: 200, description: 'What was read.', schema: importReportSchema },
    run: ({ id, query, request }, context) => {
      const { dry_run, all_in, zone, prefix, paid, ...columns } = query
      const file = csvBody(request)
      return context.alone(`orders of ${id}`, () =>
        context.reconciler.importOrders(id, file, {
          ...{ columns, currency: all_in, zone, prefix, dryRun: dry_run },
          paid: paid?.split(',').filter((word) => word.trim() !== ''),
        }),
      )
    },
  }),
]

function dayIn(text: string | undefined): string {
  if (text && daysQuerySchema.shape.from.safeParse(text).success) return text
  throw new TwofoldError('invalid_request', 'day: write it as 2026-11-28.')
}

type Counted = NonNullable<
  Awaited<ReturnType<Context['reconciler']['rows']>>['rows'][number]['counted']
>

const countedView = ({ received_s: received_at, ...counted }: Counted) => ({
  ...counted,
  received_at,
})

function namesOf(id: string, { destinations }: Context) {
  const all = new Map(destinations.list(id).map((one) => [one.destination_id, one]))
  return (destinationId: string): { name: string; type: string } => {
    const { name = destinationId, type = '' } = all.get(destinationId) ?? {}
    return { name, type }
  }
}

function answerOf(
  dataset_id: string,
  found: Reconciliation,
  context: Context,
): ReconciliationAnswer {
  const name = namesOf(dataset_id, context)
  const view = ({ discrepancy, browser_alone, server_alone, ids_alone, ...sums }: Sums) => ({
    ...sums,
    money: [...sums.money],
    destinations: sums.destinations.map((one) => ({ ...one, ...name(one.destination_id) })),
    discrepancy: shareView(discrepancy),
    browser_alone: shareView(browser_alone),
    server_alone: shareView(server_alone),
    ids_alone: shareView(ids_alone),
  })
  const { orders_from, zone, books, reports, total, days } = found
  return {
    ...{ dataset_id, orders_from, zone, reports },
    orders_send: context.access.findDataset(dataset_id)?.orders_send ?? 'ask',
    books: books.map(({ first_s: first, last_s: last, ...book }) => ({ ...book, first, last })),
    total: view(total),
    days: days.map(({ day, from_s: from, to_s: to, ...sums }) => ({
      ...view(sums),
      day,
      from,
      to,
    })),
  }
}

const shareView = ({ interval, ...rest }: Discrepancy) => ({ ...rest, ...interval })
