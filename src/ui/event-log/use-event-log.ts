/** The events a search finds, page by page; goes on by itself when asked to look further back. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { EventsAnswer } from '../../api/types.ts'
import { call } from '../api-client.ts'
import { type LogSearch, logQuery } from './log-search.ts'

const PAGE_EVENTS = 50
const LOOK_MS = 1000

export function useEventLog(datasetId: string, search: LogSearch, person: readonly string[]) {
  const [lookingBack, setLookingBack] = useState(false)
  const query = useInfiniteQuery({
    queryKey: ['events', datasetId, search, person],
    queryFn: ({ pageParam, signal }) =>
      fullPage(signal, pageParam, (cursor, limit) => {
        const asked = logQuery(search, person)
        asked.set('limit', String(limit))
        if (cursor) asked.set('cursor', cursor)
        return call<EventsAnswer>('GET', `/api/datasets/${datasetId}/events?${asked}`)
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = query
  const last = data?.pages.at(-1)
  const isShort = last !== undefined && last.events.length < PAGE_EVENTS
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
    /** The log is looked through, and there is more of it. */
    isPartly: isShort && hasNextPage,
    lookedBackTo: last?.looked_back_to ?? null,
    lookingBack,
    lookFurther: () => {
      void fetchNextPage().then(() => setLookingBack(true))
    },
    stop: () => setLookingBack(false),
  }
}

/** One look at the log, for as long as a reader waits gladly: the server answers in small parts. */
async function fullPage(
  signal: AbortSignal,
  from: string | undefined,
  read: (cursor: string | undefined, limit: number) => Promise<EventsAnswer>,
): Promise<EventsAnswer> {
  const startMs = performance.now()
  let page = await read(from, PAGE_EVENTS)
  while (
    page.next_cursor !== null &&
    page.events.length < PAGE_EVENTS &&
    performance.now() - startMs < LOOK_MS &&
    !signal.aborted
  ) {
    const more = await read(page.next_cursor, PAGE_EVENTS - page.events.length)
    page = { ...more, events: [...page.events, ...more.events] }
  }
  return page
}
