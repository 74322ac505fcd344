/**
 * The live page's rows: the newest events first read from the API, then every leg as it is
 * committed, over server-sent events. Begins where the read ended, so nothing falls between.
 */
import { useRouter } from '@tanstack/react-router'
import { useCallback, useEffect, useReducer, useRef } from 'react'
import type { LegView } from '../../api/types.ts'
import { queryClient, recentEvents, sessionQuery } from '../queries.ts'
import { addLegs, ROWS_MAX, type Row } from './rows.ts'

const RECENT_MAX = 50
/** Legs are drawn in groups: a thousand a second must not mean a thousand drawings. */
const DRAW_MS = 120
/** After the browser itself gave up on the stream. */
const RETRY_MS = 3_000
/** Legs held while paused; beyond it the oldest go, as they would from the rows. */
const HELD_MAX = ROWS_MAX * 2

export type Connection = 'connecting' | 'live' | 'reconnecting'

interface State {
  readonly rows: readonly Row[]
  readonly connection: Connection
  readonly paused: boolean
  readonly held: readonly LegView[]
  readonly loaded: boolean
  readonly error: unknown
}

type Action =
  | { readonly type: 'recent' | 'legs'; readonly legs: readonly LegView[] }
  | { readonly type: 'connection'; readonly connection: Connection }
  | { readonly type: 'failed'; readonly error: unknown }
  | { readonly type: 'pause' | 'clear' }

const START: State = {
  rows: [],
  connection: 'connecting',
  paused: false,
  held: [],
  loaded: false,
  error: undefined,
}

export function useLiveRows(datasetId: string) {
  const [state, dispatch] = useReducer(reduce, START)
  const router = useRouter()
  const restart = useRef<() => void>(() => {})
  useEffect(() => {
    const checkSession = async (): Promise<void> => {
      await queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey, refetchType: 'all' })
      await router.invalidate()
    }
    let stop = follow(datasetId, dispatch, checkSession)
    restart.current = () => {
      stop()
      stop = follow(datasetId, dispatch, checkSession)
    }
    return () => stop()
  }, [datasetId, router])
  return {
    ...state,
    togglePause: useCallback(() => dispatch({ type: 'pause' }), []),
    clear: useCallback(() => dispatch({ type: 'clear' }), []),
    retry: useCallback(() => restart.current(), []),
  }
}

function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'recent': {
      const rows = addLegs([], action.legs, { live: false }).slice(0, RECENT_MAX)
      return { ...state, rows, loaded: true, error: undefined }
    }
    case 'legs':
      return state.paused
        ? { ...state, held: [...state.held, ...action.legs].slice(-HELD_MAX) }
        : { ...state, rows: addLegs(state.rows, action.legs, { live: true }) }
    case 'connection':
      return { ...state, connection: action.connection }
    case 'failed':
      return { ...state, error: action.error, loaded: true }
    case 'pause':
      return state.paused
        ? {
            ...state,
            paused: false,
            held: [],
            rows: addLegs(state.rows, state.held, { live: true }),
          }
        : { ...state, paused: true }
    case 'clear':
      return { ...state, rows: [], held: [] }
  }
}

/** Reads, then listens; returns what ends both. */
function follow(
  datasetId: string,
  dispatch: (action: Action) => void,
  checkSession: () => Promise<void>,
): () => void {
  let stopped = false
  let source: EventSource | undefined
  let retry: ReturnType<typeof setTimeout> | undefined
  let waiting: LegView[] = []
  let lastSeq = 0
  const draw = setInterval(() => {
    if (waiting.length === 0) return
    dispatch({ type: 'legs', legs: waiting })
    waiting = []
  }, DRAW_MS)

  const listen = (): void => {
    source = new EventSource(`/api/datasets/${datasetId}/live?after=${lastSeq}`)
    source.addEventListener('open', () => dispatch({ type: 'connection', connection: 'live' }))
    source.addEventListener('leg', ({ data }: MessageEvent<string>) => {
      const leg = JSON.parse(data) as LegView
      lastSeq = leg.seq
      waiting.push(leg)
    })
    source.addEventListener('error', () => {
      dispatch({ type: 'connection', connection: 'reconnecting' })
      // The browser comes back by itself after a broken line, but not after a refusal.
      if (source?.readyState !== EventSource.CLOSED) return
      retry = setTimeout(listen, RETRY_MS)
      void checkSession()
    })
  }

  const begin = async (): Promise<void> => {
    try {
      const legs = await recentLegs(datasetId)
      if (stopped) return
      lastSeq = Math.max(0, ...legs.map(({ seq }) => seq))
      dispatch({ type: 'recent', legs })
      listen()
    } catch (error) {
      if (!stopped) dispatch({ type: 'failed', error })
    }
  }
  void begin()

  return () => {
    stopped = true
    source?.close()
    clearInterval(draw)
    clearTimeout(retry)
  }
}

async function recentLegs(datasetId: string): Promise<LegView[]> {
  const verdicts = ['accepted', 'dropped', 'rejected'] as const
  const pages = await Promise.all(
    verdicts.map((verdict) => recentEvents(datasetId, verdict, RECENT_MAX)),
  )
  return pages.flatMap(({ events }) => events.flatMap(({ legs }) => legs))
}
