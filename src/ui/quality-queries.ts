/** What the pages of match quality, deduplication and loss ask the server; see queries.ts. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type {
  DeduplicationAnswer,
  LossAnswer,
  MatchQualityAnswer,
  MeasuredMatchAnswer,
  RemoteQualityAnswer,
  UnpairedSamplesAnswer,
} from '../api/types.ts'
import { call } from './api-client.ts'
import { rangeFor } from './queries.ts'

export const QUALITY_WINDOWS = ['yesterday', '48h', '7d'] as const
export type QualityWindow = (typeof QUALITY_WINDOWS)[number]

export const QUALITY_WINDOW_TEXT: Record<QualityWindow, { label: string; sentence: string }> = {
  yesterday: { label: 'Yesterday', sentence: 'yesterday' },
  '48h': { label: '48 hours', sentence: 'in the last 48 hours' },
  '7d': { label: '7 days', sentence: 'in the last 7 days' },
}

/** Scores move by the hour: often enough to see a repair, seldom enough to read in peace. */
const REFRESH_MS = 30_000

interface Asked {
  readonly window: QualityWindow
  readonly event?: string | undefined
}

/** Days are the shop's, as on every page: "7 days" is today and the 6 before it. */
export const windowFor = (
  datasetId: string,
  window: QualityWindow,
): Promise<Record<string, string>> =>
  window === '48h' ? Promise.resolve({ window }) : rangeFor(datasetId, window)

async function path(datasetId: string, rest: string, { window, event }: Asked): Promise<string> {
  const range = await windowFor(datasetId, window)
  const query = new URLSearchParams({ ...range, ...(event ? { event_name: event } : {}) })
  return `/api/datasets/${datasetId}/${rest}?${query}`
}

export const matchQualityQuery = (datasetId: string, window: QualityWindow) =>
  queryOptions({
    queryKey: ['quality', datasetId, window],
    queryFn: async () =>
      call<MatchQualityAnswer>('GET', await path(datasetId, 'quality', { window })),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  })

/** Asked again soon while it is being measured, then seldom: the server keeps it for minutes. */
export const measuredMatchQuery = (datasetId: string, window: QualityWindow) =>
  queryOptions({
    queryKey: ['quality-measured', datasetId, window],
    queryFn: async () =>
      call<MeasuredMatchAnswer>('GET', await path(datasetId, 'quality/measured', { window })),
    refetchInterval: ({ state }) =>
      state.data?.state === 'measuring' ? MEASURING_MS : 10 * REFRESH_MS,
  })

const MEASURING_MS = 1000

export const remoteQualityQuery = (datasetId: string) =>
  queryOptions({
    queryKey: ['quality-remote', datasetId],
    queryFn: () => call<RemoteQualityAnswer>('GET', `/api/datasets/${datasetId}/quality/remote`),
    staleTime: 10 * REFRESH_MS,
  })

export const deduplicationQuery = (datasetId: string, asked: Asked) =>
  queryOptions({
    queryKey: ['deduplication', datasetId, asked],
    queryFn: async () =>
      call<DeduplicationAnswer>('GET', await path(datasetId, 'deduplication', asked)),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  })

export const unpairedQuery = (datasetId: string, asked: Asked, side: 'browser' | 'server') =>
  queryOptions({
    queryKey: ['deduplication', datasetId, asked, side],
    queryFn: async () => {
      const samples = await path(datasetId, 'deduplication/unpaired', asked)
      return call<UnpairedSamplesAnswer>('GET', `${samples}&side=${side}&limit=10`)
    },
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  })

export const lossQuery = (datasetId: string, asked: Asked) =>
  queryOptions({
    queryKey: ['loss', datasetId, asked],
    queryFn: async () => call<LossAnswer>('GET', await path(datasetId, 'loss', asked)),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  })
