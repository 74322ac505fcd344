/** What the page of imports asks the server; see queries.ts. */
import { queryOptions } from '@tanstack/react-query'
import type {
  OfflineImportAnswer,
  OfflineSaleAnswer,
  OfflineSaleRequest,
  OfflineStateAnswer,
} from '../api/types.ts'
import { call, upload } from './api-client.ts'

const path = (datasetId: string, rest: string): string => `/api/datasets/${datasetId}/${rest}`

/** While one is under way, it is looked at so often. */
const LOOK_MS = 700

export const offlineQuery = (datasetId: string, isSending: boolean) =>
  queryOptions({
    queryKey: ['offline-imports', datasetId],
    queryFn: () => call<OfflineStateAnswer>('GET', path(datasetId, 'offline-imports')),
    refetchInterval: ({ state }) => (isSending || state.data?.running ? LOOK_MS : false),
  })

/** How a file is read: names of columns, and what holds where a row does not say it. */
export interface Reading {
  readonly columns: Readonly<Record<string, string>>
  readonly event_name: string
  readonly action_source: string
  readonly currency: string
}

export function importOffline(
  datasetId: string,
  asked: { readonly file: File; readonly reading: Reading; readonly dryRun: boolean },
): Promise<OfflineImportAnswer> {
  const { columns, ...rest } = asked.reading
  const query = new URLSearchParams({ dry_run: String(asked.dryRun) })
  for (const [name, value] of Object.entries(rest)) if (value) query.set(name, value)
  // An empty one says that the file has no such column.
  for (const [name, value] of Object.entries(columns)) query.set(`column_${name}`, value)
  return upload(path(datasetId, `offline-imports?${query}`), asked.file, 'text/csv')
}

export const recordSale = (
  datasetId: string,
  sale: OfflineSaleRequest,
): Promise<OfflineSaleAnswer> => call('POST', path(datasetId, 'offline-sales'), sale)
