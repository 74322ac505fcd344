/** What the Replay page asks the server; see queries.ts. */
import { queryOptions } from '@tanstack/react-query'
import type { ReplayAnswer, ReplayRequest, ReplaysAnswer } from '../../api/types.ts'
import { call } from '../api-client.ts'

/** While one runs its progress is worth seeing; nothing else changes an answer. */
const PROGRESS_MS = 500

const path = (datasetId: string, rest = ''): string => `/api/datasets/${datasetId}/replays${rest}`

export const replaysQuery = (datasetId: string) =>
  queryOptions({
    queryKey: ['replays', datasetId],
    queryFn: async () => (await call<ReplaysAnswer>('GET', path(datasetId))).replays,
    refetchInterval: ({ state }) =>
      state.data?.some((replay) => replay.state === 'running') ? PROGRESS_MS : false,
  })

export const startReplay = (datasetId: string, request: ReplayRequest): Promise<ReplayAnswer> =>
  call('POST', path(datasetId), request)

export const stopReplay = (datasetId: string, id: string): Promise<void> =>
  call('DELETE', path(datasetId, `/${id}`))
