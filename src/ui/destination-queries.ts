/** What the pages about destinations and deliveries ask the server; see queries.ts. */
import { queryOptions } from '@tanstack/react-query'
import type {
  DeliveriesAnswer,
  DeliveryStory,
  DestinationCreateRequest,
  DestinationPatchRequest,
  DestinationShown,
  DestinationsAnswer,
  DestinationTested,
  DestinationTestRequest,
  DestinationTypesAnswer,
  RequeuedAnswer,
  RequeueRequest,
  RetryAnswer,
} from '../api/types.ts'
import { call } from './api-client.ts'

/** They read counters and small tables, so asking often costs little. */
const STATUS_REFRESH_MS = 3_000
export const LIST_REFRESH_MS = 5_000

const path = (datasetId: string, rest: string): string => `/api/datasets/${datasetId}${rest}`

export const destinationTypesQuery = queryOptions({
  queryKey: ['destination-types'],
  queryFn: async () => (await call<DestinationTypesAnswer>('GET', '/api/destination-types')).types,
  staleTime: Number.POSITIVE_INFINITY,
})

export const destinationsQuery = (datasetId: string) =>
  queryOptions({
    queryKey: ['destinations', datasetId],
    queryFn: async () =>
      (await call<DestinationsAnswer>('GET', path(datasetId, '/destinations'))).destinations,
    refetchInterval: STATUS_REFRESH_MS,
  })

export const destinationQuery = (datasetId: string, id: string) =>
  queryOptions({
    queryKey: ['destinations', datasetId, id],
    queryFn: () => call<DestinationShown>('GET', path(datasetId, `/destinations/${id}`)),
    refetchInterval: STATUS_REFRESH_MS,
  })

export interface DeliveryFilter {
  readonly destination_id?: string | undefined
  readonly state?: string | undefined
  readonly code?: string | undefined
  readonly event_id?: string | undefined
  readonly order_id?: string | undefined
}

export const deliveriesPage = (
  datasetId: string,
  filter: DeliveryFilter,
  cursor: string | undefined,
): Promise<DeliveriesAnswer> => {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...filter, cursor })) {
    if (value) query.set(name, value)
  }
  return call('GET', path(datasetId, `/deliveries?${query}`))
}

export const deliveriesKey = (datasetId: string, filter: DeliveryFilter) =>
  ['deliveries', datasetId, filter] as const

export const deliveryStoryQuery = (datasetId: string, id: string) =>
  queryOptions({
    queryKey: ['deliveries', datasetId, 'story', id],
    queryFn: () => call<DeliveryStory>('GET', path(datasetId, `/deliveries/${id}`)),
  })

export const createDestination = (
  datasetId: string,
  input: DestinationCreateRequest,
): Promise<DestinationShown> => call('POST', path(datasetId, '/destinations'), input)

export const updateDestination = (
  datasetId: string,
  id: string,
  patch: DestinationPatchRequest,
): Promise<DestinationShown> => call('PATCH', path(datasetId, `/destinations/${id}`), patch)

export const removeDestination = (datasetId: string, id: string): Promise<void> =>
  call('DELETE', path(datasetId, `/destinations/${id}`))

export const retryDestination = (datasetId: string, id: string): Promise<RetryAnswer> =>
  call('POST', path(datasetId, `/destinations/${id}/retry`), {})

export const testDestination = (
  datasetId: string,
  request: DestinationTestRequest,
): Promise<DestinationTested> => call('POST', path(datasetId, '/destinations/test'), request)

export const requeue = (
  datasetId: string,
  id: string,
  request: RequeueRequest,
): Promise<RequeuedAnswer> => call('POST', path(datasetId, `/destinations/${id}/requeue`), request)
