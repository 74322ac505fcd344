/** What the pages about sources ask the server; see queries.ts. */
import { queryOptions } from '@tanstack/react-query'
import type {
  ConnectionCreateRequest,
  ConnectionMadeAnswer,
  ConnectionPatchRequest,
  ConnectionShown,
  ConnectionsAnswer,
  IntegrationsAnswer,
  PollRequest,
  SourceDeliveriesAnswer,
  SourceRetriedAnswer,
  SourceRetryRequest,
  SourceTypesAnswer,
} from '../api/types.ts'
import { call } from './api-client.ts'

/**
 * They read counters and the newest rows, so asking often costs little; people wait for the first.
 */
const REFRESH_MS = 2_000

const path = (datasetId: string, rest: string): string => `/api/datasets/${datasetId}${rest}`

export const sourceTypesQuery = queryOptions({
  queryKey: ['source-types'],
  queryFn: async () => (await call<SourceTypesAnswer>('GET', '/api/source-types')).types,
  staleTime: Number.POSITIVE_INFINITY,
})

/** They are filled in with the settings of connections, so they are asked for with the page. */
export const integrationsQuery = (datasetId: string) =>
  queryOptions({
    queryKey: ['connections', datasetId, 'integrations'],
    queryFn: async () =>
      (await call<IntegrationsAnswer>('GET', path(datasetId, '/integrations'))).integrations,
  })

export const connectionsQuery = (datasetId: string) =>
  queryOptions({
    queryKey: ['connections', datasetId],
    queryFn: async () =>
      (await call<ConnectionsAnswer>('GET', path(datasetId, '/connections'))).connections,
    refetchInterval: REFRESH_MS,
  })

export const connectionQuery = (datasetId: string, id: string) =>
  queryOptions({
    queryKey: ['connections', datasetId, id],
    queryFn: () => call<ConnectionShown>('GET', path(datasetId, `/connections/${id}`)),
    refetchInterval: REFRESH_MS,
  })

export const sourceDeliveriesQuery = (datasetId: string, id: string, state: string | undefined) =>
  queryOptions({
    queryKey: ['connections', datasetId, id, 'deliveries', state],
    queryFn: () => {
      const query = new URLSearchParams({ connection_id: id, limit: '50' })
      if (state) query.set('state', state)
      return call<SourceDeliveriesAnswer>('GET', path(datasetId, `/source-deliveries?${query}`))
    },
    refetchInterval: REFRESH_MS,
  })

export const createConnection = (
  datasetId: string,
  input: ConnectionCreateRequest,
): Promise<ConnectionMadeAnswer> => call('POST', path(datasetId, '/connections'), input)

export const updateConnection = (
  datasetId: string,
  id: string,
  patch: ConnectionPatchRequest,
): Promise<ConnectionShown> => call('PATCH', path(datasetId, `/connections/${id}`), patch)

export const removeConnection = (datasetId: string, id: string): Promise<void> =>
  call('DELETE', path(datasetId, `/connections/${id}`))

export const retryDeliveries = (
  datasetId: string,
  id: string,
  request: SourceRetryRequest,
): Promise<SourceRetriedAnswer> =>
  call('POST', path(datasetId, `/connections/${id}/retry`), request)

export const pollConnection = (
  datasetId: string,
  id: string,
  request: PollRequest,
): Promise<ConnectionShown> => call('POST', path(datasetId, `/connections/${id}/poll`), request)

/** What was made with a connection is shown as long as the page is open, and never again. */
export const madeKey = (id: string) => ['connection-made', id] as const
