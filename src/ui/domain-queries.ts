/** What the pages ask and change about the domains of a dataset. */
import { queryOptions } from '@tanstack/react-query'
import type { DomainShown, DomainsAnswer } from '../api/types.ts'
import { call } from './api-client.ts'

const pathOf = (datasetId: string): string => `/api/datasets/${datasetId}/domains`

export const domainsQuery = (datasetId: string) =>
  queryOptions({
    queryKey: ['datasets', datasetId, 'domains'],
    queryFn: async () => (await call<DomainsAnswer>('GET', pathOf(datasetId))).domains,
  })

export const addDomain = (datasetId: string, domain: string): Promise<DomainShown> =>
  call('POST', pathOf(datasetId), { domain })

export const checkDomain = (datasetId: string, domain: string): Promise<DomainShown> =>
  call('POST', `${pathOf(datasetId)}/${encodeURIComponent(domain)}/check`)

export const removeDomain = (datasetId: string, domain: string): Promise<void> =>
  call('DELETE', `${pathOf(datasetId)}/${encodeURIComponent(domain)}`)
