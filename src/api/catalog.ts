/** The routes of the catalog: feeds taken in, products, and how reports agree with them. */
import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { PRODUCT_SEEN_MS } from '../catalog-limits.ts'
import { TwofoldError } from '../errors.ts'
import { CATALOG_FAMILY } from '../event/catalog-metrics.ts'
import { isCurrency } from '../event/currency.ts'
import { type CatalogShare, catalogReport } from '../quality/catalog-report.ts'
import type { Oddity, OddityKind } from '../store/catalogs.ts'
import { letUploadTakeLong } from '../upload-time.ts'
import {
  catalogFetchSchema,
  catalogImportQuerySchema,
  catalogImportSchema,
  catalogReportQuerySchema,
  catalogReportSchema,
  catalogSourceRequestSchema,
  catalogSourceSchema,
  catalogStateSchema,
  productsQuerySchema,
  productsSchema,
} from './catalog-schemas.ts'
import { isDryRun } from './csv-body.ts'
import type { Context } from './ports.ts'
import { rangeOf } from './quality.ts'
import { qualityWindow } from './quality-window.ts'
import { type Route, route } from './route.ts'
import type {
  CatalogAnswer,
  CatalogImportAnswer,
  CatalogReportAnswer,
  CatalogSourceAnswer,
  ProductsAnswer,
} from './types.ts'

const READ = { needs: 'read', on: 'dataset' } as const
const DEVELOP = { needs: 'develop', on: 'dataset' } as const
const PATH = '/api/datasets/{id}/catalog'

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    auth: READ,
    summary: 'See the catalog: how many products, from where, and the last imports',
    answer: { status: 200, description: 'The catalog.', schema: catalogStateSchema },
    run: async ({ id }, { catalogs }): Promise<CatalogAnswer> => {
      const state = await catalogs.state(id)
      return { dataset_id: id, ...state, imports: state.imports.map(importView) }
    },
  }),
  route({
    method: 'GET',
    path: `${PATH}/products`,
    auth: READ,
    summary: 'List the products of the catalog',
    query: productsQuerySchema,
    answer: { status: 200, description: 'A page of products.', schema: productsSchema },
    run: async ({ id, query }, { store, nowMs }): Promise<ProductsAnswer> => {
      const { unseen, search, after, limit } = query
      const { products, next_after = null } = await store.products({
        ...{ dataset_id: id, limit },
        ...(after === undefined ? {} : { after }),
        ...(search === undefined ? {} : { search }),
        ...(unseen ? { unseen_since_s: Math.floor((nowMs() - PRODUCT_SEEN_MS) / 1000) } : {}),
      })
      return { products: [...products], next_after }
    },
  }),
  route({
    method: 'GET',
    path: `${PATH}/report`,
    auth: READ,
    summary: 'How reports agree with the catalog: ids, groups, prices, currency',
    description:
      'Counted or merged reports are held against the catalog in force within a minute after ' +
      'they came. Lists of ids cover 28 days, whatever the window.',
    query: catalogReportQuerySchema,
    answer: { status: 200, description: 'The report.', schema: catalogReportSchema },
    run: async ({ id, query }, context): Promise<CatalogReportAnswer> => {
      const window = qualityWindow(query, context.nowMs())
      const { counters } = await context.store.counters({
        ...{ ...rangeOf(id, window), by: 'total', metrics: [CATALOG_FAMILY] },
      })
      const [unknown, group_as_product, product_as_group, price, currency] = await Promise.all(
        KINDS.map((kind) => odditiesOf(id, kind, context)),
      )
      return {
        ...{ dataset_id: id, ...window },
        products: (await context.store.catalogStatus(id)).products,
        events: catalogReport(counters).map((event) => ({
          ...event,
          matched: shareView(event.matched),
          browser: shareView(event.browser),
          server: shareView(event.server),
          price_off: shareView(event.price_off),
          currency_off: shareView(event.currency_off),
          value_off: shareView(event.value_off),
        })),
        ...{ unknown: unknown ?? [], group_as_product: group_as_product ?? [] },
        ...{ product_as_group: product_as_group ?? [], price: price ?? [] },
        currency: currency ?? [],
      }
    },
  }),
]

const changeRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: `${PATH}/imports`,
    auth: DEVELOP,
    history: { action: 'catalog.imported', isTrial: ({ query }) => isDryRun(query) },
    summary: 'Import a product feed from a file',
    description:
      'The body is the file, of any size: CSV, TSV or XML (RSS, Atom) with the columns of Google ' +
      'or Meta, plain or gzip. It takes the place of the catalog in one step when it was read to ' +
      'its end; bad rows are named and good ones kept.',
    query: catalogImportQuerySchema,
    answer: { status: 200, description: 'What became of it.', schema: catalogImportSchema },
    run: async ({ id, query, request }, { catalogs }): Promise<CatalogImportAnswer> => {
      const { dry_run, confirm, currency } = query
      if (currency !== undefined && !isCurrency(currency)) {
        throw new TwofoldError('invalid_request', 'currency: write a code such as EUR.')
      }
      const asked = { dryRun: dry_run, confirmed: confirm, currency }
      return importView(await catalogs.import(id, feedBody(request), asked))
    },
  }),
  route({
    method: 'PUT',
    path: `${PATH}/source`,
    auth: DEVELOP,
    history: 'catalog.source_set',
    summary: 'Have a product feed fetched from an address, every so many hours',
    description:
      'Fetched for the first time within a minute. Addresses inside a private network are ' +
      'refused unless the operator allows them.',
    body: catalogSourceRequestSchema,
    answer: { status: 200, description: 'The address.', schema: catalogSourceSchema },
    run: ({ id, body }, { catalogs }): Promise<CatalogSourceAnswer> => catalogs.setSource(id, body),
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/source`,
    auth: DEVELOP,
    history: 'catalog.source_removed',
    summary: 'Stop fetching the feed; the catalog stays',
    answer: { status: 204, description: 'Done.' },
    run: ({ id }, { catalogs }) => catalogs.removeSource(id),
  }),
  route({
    method: 'POST',
    path: `${PATH}/fetch`,
    auth: DEVELOP,
    history: 'catalog.imported',
    summary: 'Fetch the feed now',
    body: catalogFetchSchema,
    answer: { status: 200, description: 'What became of it.', schema: catalogImportSchema },
    run: async ({ id, body, request }, { catalogs }): Promise<CatalogImportAnswer> => {
      letUploadTakeLong(request.raw.socket)
      return importView(await catalogs.fetchNow(id, { confirmed: body.confirm }))
    },
  }),
  route({
    method: 'DELETE',
    path: PATH,
    auth: DEVELOP,
    history: 'catalog.removed',
    summary: 'Remove the catalog with its address and imports',
    answer: { status: 204, description: 'Done.' },
    run: ({ id }, { catalogs }) => catalogs.remove(id),
  }),
]

export const catalogRoutes: readonly Route[] = [...readRoutes, ...changeRoutes]

/** It may take as long as it needs to arrive. What it is, its first bytes say. */
function feedBody({ body, headers, raw }: FastifyRequest): AsyncIterable<Uint8Array> {
  const file = body as Readable | undefined
  const type = headers['content-type'] ?? ''
  if (!/^(text\/csv|application\/octet-stream)\b/i.test(type) || !file) {
    const words = 'Send the file itself, as application/octet-stream.'
    throw new TwofoldError('invalid_request', words)
  }
  letUploadTakeLong(raw.socket)
  return file as AsyncIterable<Uint8Array>
}

type Imported = Awaited<ReturnType<Context['catalogs']['import']>>

const importView = (report: Imported): CatalogImportAnswer => ({
  ...report,
  columns: { ...report.columns },
  faults: [...report.faults],
})

const shareView = ({ n, of, interval }: CatalogShare) => ({ n, of, ...interval })

const KINDS: readonly OddityKind[] = [
  ...(['unknown', 'group_as_product', 'product_as_group', 'price', 'currency'] as const),
]

/** Of each kind, on one page. */
const SHOWN = 50

async function odditiesOf(
  id: string,
  kind: OddityKind,
  { store }: Context,
): Promise<CatalogReportAnswer['unknown']> {
  const found = await store.oddities(id, kind, SHOWN)
  const ids = found.map(({ product_id }) => product_id)
  const products = await store.lookUpProducts(id, ids)
  return found.map((one, at) => {
    const { product, in_group } = products[at] ?? {}
    return oddityView(one, (product ?? in_group)?.title)
  })
}

function oddityView(one: Oddity, title: string | undefined): CatalogReportAnswer['unknown'][0] {
  const { product_id, n, last_s, event_name, seq, said, feed, currency } = one
  return {
    ...{ product_id, n, last_s, event_name, title: title ?? null, event: String(seq) },
    ...{ said: said ?? null, feed: feed ?? null, currency: currency ?? null },
  }
}
