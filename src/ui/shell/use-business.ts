/**
 * Which business a page is about: the one in the address, that of the dataset shown, the one chosen
 * last, else the first of those the reader belongs to.
 */
import { useQuery } from '@tanstack/react-query'
import { useParams, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { SessionView } from '../../api/types.ts'
import { datasetsQuery, sessionQuery } from '../queries.ts'

export type OwnBusiness = SessionView['businesses'][number]

/** The one of the address, where the reader belongs to it. */
export function useOwnBusiness(businessId: string): OwnBusiness | undefined {
  const { data: session } = useQuery(sessionQuery)
  return session?.businesses.find(({ business_id }) => business_id === businessId)
}

let last: string | undefined

export function useBusiness(): OwnBusiness | undefined {
  const { data: session } = useQuery(sessionQuery)
  const { data: datasets } = useQuery(datasetsQuery)
  const { datasetId, businessId } = useParams({ strict: false })
  const { business } = useSearch({ strict: false })
  const ofDataset = datasets?.find(({ dataset_id }) => dataset_id === datasetId)?.business_id
  const asked = businessId ?? business ?? ofDataset
  useEffect(() => {
    last = asked ?? last
  }, [asked])
  const own = session?.businesses ?? []
  return own.find(({ business_id }) => business_id === (asked ?? last)) ?? own[0]
}
