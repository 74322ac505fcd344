/** The newest deliveries of a filter, refreshed as long as nobody has asked for older ones. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import {
  type DeliveryFilter,
  deliveriesKey,
  deliveriesPage,
  LIST_REFRESH_MS,
} from '../destination-queries.ts'

export function useDeliveries(datasetId: string, filter: DeliveryFilter) {
  const query = useInfiniteQuery({
    queryKey: deliveriesKey(datasetId, filter),
    queryFn: ({ pageParam }) => deliveriesPage(datasetId, filter, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 1) > 1 ? false : LIST_REFRESH_MS),
  })
  return { ...query, deliveries: query.data?.pages.flatMap(({ deliveries }) => deliveries) }
}
