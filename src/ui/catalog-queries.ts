/** What the page of the catalog asks the server; see queries.ts. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type {
  CatalogAnswer,
  CatalogImportAnswer,
  CatalogReportAnswer,
  CatalogSourceAnswer,
  CatalogSourceRequest,
  PersonProductsAnswer,
  ProductsAnswer,
} from '../api/types.ts'
import { call, upload } from './api-client.ts'
import { type QualityWindow, windowFor } from './quality-queries.ts'

const path = (datasetId: string, rest = ''): string => `/api/datasets/${datasetId}/catalog${rest}`

/** While an import is under way, it is looked at so often. */
const LOOK_MS = 700
const REFRESH_MS = 30_000

export const catalogQuery = (datasetId: string, isSending = false) =>
  queryOptions({
    queryKey: ['catalog', datasetId],
    queryFn: () => call<CatalogAnswer>('GET', path(datasetId)),
    refetchInterval: ({ state }) => (isSending || state.data?.running ? LOOK_MS : REFRESH_MS),
  })

export const catalogReportQuery = (datasetId: string, window: QualityWindow) =>
  queryOptions({
    queryKey: ['catalog', datasetId, 'report', window],
    queryFn: async () => {
      const query = new URLSearchParams(await windowFor(datasetId, window))
      return call<CatalogReportAnswer>('GET', path(datasetId, `/report?${query}`))
    },
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  })

export interface ProductsChosen {
  readonly search: string
  readonly unseen: boolean
  readonly after: string | undefined
}

export const PRODUCTS_SHOWN = 25

export const productsQuery = (datasetId: string, { search, unseen, after }: ProductsChosen) =>
  queryOptions({
    queryKey: ['catalog', datasetId, 'products', search, unseen, after],
    queryFn: () => {
      const query = new URLSearchParams({
        limit: String(PRODUCTS_SHOWN),
        ...(search === '' ? {} : { search }),
        ...(unseen ? { unseen: 'true' } : {}),
        ...(after === undefined ? {} : { after }),
      })
      return call<ProductsAnswer>('GET', path(datasetId, `/products?${query}`))
    },
    placeholderData: keepPreviousData,
  })

/** `person`: hashes and cookie values, never what was typed. */
export const personProductsQuery = (datasetId: string, person: readonly string[]) =>
  queryOptions({
    queryKey: ['person-products', datasetId, person],
    queryFn: () => {
      const query = new URLSearchParams({ person: person.join(',') })
      const address = `/api/datasets/${datasetId}/person-products?${query}`
      return call<PersonProductsAnswer>('GET', address)
    },
    enabled: person.length > 0,
  })

export interface FeedChosen {
  readonly file: File
  readonly currency: string
  readonly dryRun: boolean
  readonly confirm: boolean
}

export function importFeed(
  datasetId: string,
  { file, currency, dryRun, confirm }: FeedChosen,
): Promise<CatalogImportAnswer> {
  const query = new URLSearchParams({
    ...{ dry_run: String(dryRun), confirm: String(confirm) },
    ...(currency === '' ? {} : { currency }),
  })
  return upload(path(datasetId, `/imports?${query}`), file, 'application/octet-stream')
}

export const setSource = (
  datasetId: string,
  body: CatalogSourceRequest,
): Promise<CatalogSourceAnswer> => call('PUT', path(datasetId, '/source'), body)

export const removeSource = (datasetId: string): Promise<void> =>
  call('DELETE', path(datasetId, '/source'))

export const fetchFeed = (datasetId: string, confirm: boolean): Promise<CatalogImportAnswer> =>
  call('POST', path(datasetId, '/fetch'), { confirm })

export const removeCatalog = (datasetId: string): Promise<void> => call('DELETE', path(datasetId))
