/** Around a dataset's pages: makes sure that it exists before any of them asks about it. */
import { useQuery } from '@tanstack/react-query'
import { Outlet, useParams } from '@tanstack/react-router'
import { ApiError } from '../api-client.ts'
import { Failed, PageLoading, PageNotFound } from '../parts/states.tsx'
import { datasetQuery } from '../queries.ts'

export function DatasetFrame() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { data, error, refetch } = useQuery(datasetQuery(datasetId))
  // A new key, so that nothing of one dataset is left on the page of another.
  if (data) return <Outlet key={datasetId} />
  if (error instanceof ApiError && error.status === 404) return <PageNotFound />
  if (error) return <Failed error={error} onRetry={() => void refetch()} />
  return <PageLoading />
}
