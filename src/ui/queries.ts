/**
 * Every question the pages ask the server, with how long an answer stays fresh. Keys begin with the
 * noun, so that a change can refresh what depends on it.
 */
import { QueryClient, queryOptions, useQuery } from '@tanstack/react-query'
import type {
  DatasetCreated,
  DatasetCreateRequest,
  DatasetPatchRequest,
  DatasetsAnswer,
  DatasetView,
  DemoAnswer,
  EventsAnswer,
  SessionView,
  Summary,
  Timeline,
  TokenCreated,
} from '../api/types.ts'
import { ApiError, call } from './api-client.ts'
import { rangeOf, type WindowName } from './window.ts'

/** Reports read counters, so asking often costs little; pages in the background do not ask. */
const REPORT_REFRESH_MS = 10_000

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) => failures < 2 && error instanceof ApiError && error.retryable,
    },
  },
})

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => call<SessionView>('GET', '/api/session'),
  staleTime: 60_000,
})

export const datasetsQuery = queryOptions({
  queryKey: ['datasets'],
  queryFn: async () => (await call<DatasetsAnswer>('GET', '/api/datasets')).datasets,
})

export const datasetQuery = (datasetId: string) =>
  queryOptions({
    queryKey: ['datasets', datasetId],
    queryFn: () => call<DatasetView>('GET', `/api/datasets/${datasetId}`),
  })

const zoneIn = (datasets: readonly DatasetView[] | undefined, datasetId: string): string =>
  datasets?.find(({ dataset_id }) => dataset_id === datasetId)?.orders_time_zone ?? 'UTC'

/** In which reports count days; moments are shown in the reader's own time. */
export function useShopZone(datasetId: string): string {
  return zoneIn(useQuery(datasetsQuery).data, datasetId)
}

/** The window as "from" and "to" of a question: its days are the shop's. */
export async function rangeFor(
  datasetId: string,
  window: WindowName,
): Promise<{ from: string; to: string }> {
  const zone = zoneIn(await queryClient.ensureQueryData(datasetsQuery), datasetId)
  const { from, to } = rangeOf(window, new Date(), zone)
  return { from: String(from), to: String(to) }
}

export const summaryQuery = (datasetId: string, window: WindowName) =>
  queryOptions({
    queryKey: ['summary', datasetId, window],
    queryFn: async () => {
      const query = new URLSearchParams(await rangeFor(datasetId, window))
      return call<Summary>('GET', `/api/datasets/${datasetId}/summary?${query}`)
    },
    refetchInterval: REPORT_REFRESH_MS,
  })

/** Always by hour: the days of the chart are the shop's, not UTC's. */
export const timelineQuery = (datasetId: string, window: WindowName) =>
  queryOptions({
    queryKey: ['timeline', datasetId, window],
    queryFn: async () => {
      const query = new URLSearchParams({ ...(await rangeFor(datasetId, window)), step: 'hour' })
      return call<Timeline>('GET', `/api/datasets/${datasetId}/timeline?${query}`)
    },
    refetchInterval: REPORT_REFRESH_MS,
  })

/** The newest events of one verdict, for the start of the live page. */
export const recentEvents = (
  datasetId: string,
  verdict: 'accepted' | 'dropped' | 'rejected',
  limit: number,
): Promise<EventsAnswer> =>
  call('GET', `/api/datasets/${datasetId}/events?verdict=${verdict}&limit=${limit}`)

export const signOut = (): Promise<void> => call('DELETE', '/api/session')

export const createDataset = (
  /** Undefined while there is none: the server makes the first. */
  businessId: string | undefined,
  settings: DatasetCreateRequest,
): Promise<DatasetCreated> =>
  call('POST', businessId ? `/api/businesses/${businessId}/datasets` : '/api/datasets', settings)

export const updateDataset = (id: string, patch: DatasetPatchRequest): Promise<DatasetView> =>
  call('PATCH', `/api/datasets/${id}`, patch)

export const createSendToken = (id: string, name: string): Promise<TokenCreated> =>
  call('POST', `/api/datasets/${id}/tokens`, { purpose: 'send', name })

export const openDemo = (): Promise<DemoAnswer> => call('POST', '/api/demo')
