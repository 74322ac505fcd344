/** What the panel of exports asks the server; see queries.ts. */
import { queryOptions } from '@tanstack/react-query'
import type { ExportAnswer, ExportsAnswer } from '../../api/types.ts'
import { call } from '../api-client.ts'

/** While one runs its progress is worth seeing. */
const PROGRESS_MS = 1000

const path = (datasetId: string, rest = ''): string => `/api/datasets/${datasetId}/exports${rest}`

/** `expectedUntilMs`: a download was begun, of which the server may not know yet. */
export const exportsQuery = (datasetId: string, expectedUntilMs = 0) =>
  queryOptions({
    queryKey: ['exports', datasetId],
    queryFn: () => call<ExportsAnswer>('GET', path(datasetId)),
    refetchInterval: ({ state }) =>
      Date.now() < expectedUntilMs || state.data?.exports.some((one) => one.state === 'running')
        ? PROGRESS_MS
        : false,
  })

export const cancelExport = (datasetId: string, id: string): Promise<ExportAnswer> =>
  call('POST', path(datasetId, `/${id}/cancel`))
