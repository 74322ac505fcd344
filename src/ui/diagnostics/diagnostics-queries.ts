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

/** Whose alerts: of one dataset, or of a business for all its datasets. */
export interface AlertsOf {
  readonly on: 'dataset' | 'business'
  readonly id: string
}

const alertsPath = ({ on, id }: AlertsOf, rest = ''): string =>
  `/api/${on === 'dataset' ? 'datasets' : 'businesses'}/${id}/alerts${rest}`

export const alertsKey = ({ on, id }: AlertsOf) => ['alerts', on, id] as const

export const alertsQuery = (of: AlertsOf) =>
  queryOptions({
    queryKey: alertsKey(of),
    queryFn: () => call<AlertsAnswer>('GET', alertsPath(of)),
  })

export const changeAlerts = (of: AlertsOf, change: AlertsChange): Promise<AlertsAnswer> =>
  call('PUT', alertsPath(of), change)

export const resetAlerts = (of: AlertsOf): Promise<AlertsAnswer> => call('DELETE', alertsPath(of))

export const testAlerts = (datasetId: string): Promise<AlertTest> =>
  call('POST', alertsPath({ on: 'dataset', id: datasetId }, '/test'), {})
