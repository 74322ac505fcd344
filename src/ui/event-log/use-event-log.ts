/** The events a search finds, page by page; goes on by itself when asked to look further back. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { EventsAnswer } from '../../api/types.ts'
import { call } from '../api-client.ts'
import { type LogSearch, logQuery } from './log-search.ts'

const PAGE_EVENTS = 50

export function useEventLog(datasetId: string, search: LogSearch, person: readonly string[]) {
  const [lookingBack, setLookingBack] = useState(false)
  const query = useInfiniteQuery({
    queryKey: ['events', datasetId, search, person],
    queryFn: ({ pageParam }) => {
      const asked = logQuery(search, person)
      asked.set('limit', String(PAGE_EVENTS))
      if (pageParam) asked.set('cursor', pageParam)
      return call<EventsAnswer>('GET', `/api/datasets/${datasetId}/events?${asked}`)
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = query
  const last = data?.pages.at(-1)
  const isEmpty = last?.events.length === 0
  const goesOn = lookingBack && hasNextPage && isEmpty && !error
  useEffect(() => {
    if (!lookingBack || isFetchingNextPage) return
    if (goesOn) void fetchNextPage()
    else setLookingBack(false)
  }, [lookingBack, goesOn, isFetchingNextPage, fetchNextPage])
  return {
    ...query,
    events: data?.pages.flatMap(({ events }) => events),
    lookedBackTo: last?.looked_back_to ?? null,
    lookingBack,
    lookFurther: () => {
      void fetchNextPage().then(() => setLookingBack(true))
    },
    stop: () => setLookingBack(false),
  }
}
