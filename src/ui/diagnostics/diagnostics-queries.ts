/** What the page of diagnostics (and its badge) asks the server; see queries.ts. */
import { queryOptions } from '@tanstack/react-query'
import type {
  AlertsAnswer,
  AlertsChange,
  AlertTest,
  DiagnosticsAnswer,
  MuteRequest,
} from '../../api/types.ts'
import { call } from '../api-client.ts'

/** The server looks once a minute; the list is held in its memory. */
const REFRESH_MS = 15_000

const path = (datasetId: string, rest = ''): string =>
  `/api/datasets/${datasetId}/diagnostics${rest}`

export const diagnosticsKey = (datasetId: string) => ['diagnostics', datasetId] as const

export const diagnosticsQuery = (datasetId: string) =>
  queryOptions({
    queryKey: diagnosticsKey(datasetId),
    queryFn: () => call<DiagnosticsAnswer>('GET', path(datasetId)),
    refetchInterval: REFRESH_MS,
  })

export const lookNow = (datasetId: string): Promise<DiagnosticsAnswer> =>
  call('POST', path(datasetId, '/look'), {})

export const mute = (datasetId: string, request: MuteRequest): Promise<DiagnosticsAnswer> =>
  call('POST', path(datasetId, '/mute'), request)

export const unmute = (datasetId: string, target: string): Promise<DiagnosticsAnswer> =>
  call('POST', path(datasetId, '/unmute'), { target })

const alertsPath = (datasetId: string, rest = ''): string =>
  `/api/datasets/${datasetId}/alerts${rest}`

export const alertsKey = (datasetId: string) => ['alerts', datasetId] as const

export const alertsQuery = (datasetId: string) =>
  queryOptions({
    queryKey: alertsKey(datasetId),
    queryFn: () => call<AlertsAnswer>('GET', alertsPath(datasetId)),
  })

export const changeAlerts = (datasetId: string, change: AlertsChange): Promise<AlertsAnswer> =>
  call('PUT', alertsPath(datasetId), change)

export const resetAlerts = (datasetId: string): Promise<AlertsAnswer> =>
  call('DELETE', alertsPath(datasetId))

export const testAlerts = (datasetId: string): Promise<AlertTest> =>
  call('POST', alertsPath(datasetId, '/test'), {})
