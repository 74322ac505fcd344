/** What the page of reconciliation asks the server; see queries.ts. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type {
  DayRowsAnswer,
  OrderImportAnswer,
  OrderImportsAnswer,
  ReconciliationAnswer,
  SendMissingRequest,
  SentAnswer,
} from '../api/types.ts'
import { call, upload } from './api-client.ts'

/** Days are compared anew at each question, which costs more than a counter. */
const STALE_MS = 60_000

const path = (datasetId: string, rest: string): string => `/api/datasets/${datasetId}/${rest}`

export interface DaysChosen {
  readonly from?: string | undefined
  readonly to?: string | undefined
}

const queryOf = ({ from, to }: DaysChosen): URLSearchParams =>
  new URLSearchParams({ ...(from ? { from } : {}), ...(to ? { to } : {}) })

export const reconciliationQuery = (datasetId: string, days: DaysChosen) =>
  queryOptions({
    queryKey: ['reconciliation', datasetId, days],
    queryFn: () =>
      call<ReconciliationAnswer>('GET', path(datasetId, `reconciliation?${queryOf(days)}`)),
    staleTime: STALE_MS,
    placeholderData: keepPreviousData,
  })

export interface RowsChosen {
  readonly day: string
  readonly show: 'differences' | 'all'
  readonly offset: number
}

export const ROWS_PER_PAGE = 50

export const dayRowsQuery = (datasetId: string, { day, show, offset }: RowsChosen) =>
  queryOptions({
    queryKey: ['reconciliation', datasetId, 'rows', day, show, offset],
    queryFn: () => {
      const query = `show=${show}&offset=${offset}&limit=${ROWS_PER_PAGE}`
      return call<DayRowsAnswer>('GET', path(datasetId, `reconciliation/${day}?${query}`))
    },
    staleTime: STALE_MS,
    placeholderData: keepPreviousData,
  })

export const importsQuery = (datasetId: string) =>
  queryOptions({
    queryKey: ['order-imports', datasetId],
    queryFn: () => call<OrderImportsAnswer>('GET', path(datasetId, 'order-imports')),
  })

export const sendMissing = (datasetId: string, body: SendMissingRequest): Promise<SentAnswer> =>
  call('POST', path(datasetId, 'reconciliation/send'), body)

/** How a file is read, where it was changed on the page. */
export interface OrderReading {
  readonly columns: Readonly<Record<string, string>>
  readonly currency?: string
}

export function importOrders(
  datasetId: string,
  asked: { readonly file: File; readonly reading: OrderReading; readonly dryRun: boolean },
): Promise<OrderImportAnswer> {
  const { columns, currency } = asked.reading
  // An empty one says that the file has no such column.
  const query = new URLSearchParams({ dry_run: String(asked.dryRun), ...columns })
  if (currency) query.set('all_in', currency)
  return upload(path(datasetId, `order-imports?${query}`), asked.file, 'text/csv')
}
