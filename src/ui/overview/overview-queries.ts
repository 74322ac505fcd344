/** What the table of events and its details ask the server; see queries.ts. */
import { queryOptions } from '@tanstack/react-query'
import type { EventDetails, EventNamesAnswer, MatchQualityAnswer } from '../../api/types.ts'
import { call } from '../api-client.ts'
import { rangeFor } from '../queries.ts'
import type { WindowName } from '../window.ts'

const REFRESH_MS = 30_000

export const activityQuery = (datasetId: string) =>
  queryOptions({
    queryKey: ['activity', datasetId],
    queryFn: async () =>
      (await call<EventNamesAnswer>('GET', `/api/datasets/${datasetId}/event-names`)).event_names,
    refetchInterval: REFRESH_MS,
  })

export const scoresQuery = (datasetId: string, window: WindowName) =>
  queryOptions({
    queryKey: ['quality', datasetId, window],
    queryFn: async () => {
      const query = new URLSearchParams(await rangeFor(datasetId, window))
      const path = `/api/datasets/${datasetId}/quality?${query}`
      return (await call<MatchQualityAnswer>('GET', path)).events
    },
    refetchInterval: REFRESH_MS,
  })

export const detailsQuery = (datasetId: string, eventName: string, window: WindowName) =>
  queryOptions({
    queryKey: ['event-details', datasetId, eventName, window],
    queryFn: async () => {
      const range = await rangeFor(datasetId, window)
      const query = new URLSearchParams({ event_name: eventName, ...range })
      return call<EventDetails>('GET', `/api/datasets/${datasetId}/event-details?${query}`)
    },
  })
