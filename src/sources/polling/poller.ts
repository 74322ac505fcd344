/**
 * Asks the platforms of every connection for the orders that changed: when it is time, or at once
 * when told to, a few platforms at a time, each by itself. Orders go into a book of their own;
 * nothing is counted here. Made by platforms.ts.
 */
import {
  POLL_AGAIN_MS,
  POLL_JITTER,
  POLL_LOOK_MS,
  POLL_MINUTES_MIN,
  POLLS_AT_ONCE,
  RIVAL_LOOK_MS,
} from '../../enrich-limits.ts'
import { TwofoldError } from '../../errors.ts'
import type { Dataset } from '../../event/dataset.ts'
import { INBOX_DETAIL_CHARS_MAX } from '../../limits.ts'
import { backoffMs } from '../../relay/backoff.ts'
import type { ConnectionKey } from '../../store/inbox.ts'
import type { Store } from '../../store/store.ts'
import type { Connections } from '../inbox/connections.ts'
import type { CommonSettings, Polling, PollPlace, PollSettings, Source } from '../source.ts'
import { firstPlace, nextPlace } from './place.ts'
import { openPollStates, type PollState, type PollStates } from './poll-states.ts'
import { pixelsOn } from './rival.ts'
import { NO_SUMS, type Progress, type RoundPorts, runRound, type Trouble } from './round.ts'
import type { PollStatus, Polls } from './view.ts'

export interface PollerPorts extends Omit<RoundPorts, 'store' | 'signal'> {
  readonly store: Pick<Store, 'putOrders' | 'getSettings' | 'putSettings'>
  readonly connections: Pick<Connections, 'keys' | 'opened'>
  readonly findDataset: (id: string) => Dataset | undefined
  readonly sha256: (text: string) => string
  /** A fault of the store; no personal data. */
  readonly onTrouble: (error: unknown) => void
}

export interface Poller extends Polls {
  start(): void
  /** Cuts off what is asked; it goes on from the last page after the next start. */
  stop(): Promise<void>
  /** Of a connection that was removed. */
  forget(connectionId: string): Promise<void>
}

interface Held {
  readonly ports: PollerPorts
  readonly states: PollStates
  /** Rounds under way, by connection. */
  readonly running: Map<string, Promise<void>>
  /** Told to ask, by connection, and from when on. */
  readonly told: Map<string, number | undefined>
  readonly stopping: AbortController
  readonly wake: () => void
}

/** A connection whose platform can be asked. */
interface Askable {
  readonly source: Source
  readonly polling: Polling
  readonly settings: CommonSettings & PollSettings
}

export async function createPoller(ports: PollerPorts): Promise<Poller> {
  const states = await openPollStates(ports.store, ports.connections.keys())
  const stopping = new AbortController()
  let woken = new AbortController()
  const wake = (): void => woken.abort()
  const held: Held = { ports, states, running: new Map(), told: new Map(), stopping, wake }
  let loop: Promise<void> = Promise.resolve()
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      begin(held)
      await ports.sleep(POLL_LOOK_MS, woken.signal)
      woken = new AbortController()
    }
  }
  return {
    start: () => {
      loop = run()
    },
    stop: async () => {
      stopping.abort()
      wake()
      await loop
      await Promise.all(held.running.values())
    },
    forget: (id) => {
      held.told.delete(id)
      return states.forget(id)
    },
    status: (key) => statusOf(key, held),
    ask: (key, from_s) => {
      const found = askable(key, ports)
      if ('refused' in found) throw found.refused
      const lacks = found.polling.lacks(found.settings)
      if (lacks) throw new TwofoldError('invalid_request', `settings: ${lacks}`)
      held.told.set(key.connection_id, from_s ?? held.told.get(key.connection_id))
      wake()
    },
  }
}

/** Every round that is due, as far as there is room. */
function begin(held: Held): void {
  const { ports, running, told } = held
  for (const key of ports.connections.keys()) {
    const { connection_id: id } = key
    if (running.size >= POLLS_AT_ONCE) return
    const found = askable(key, ports)
    if (running.has(id) || 'refused' in found || found.polling.lacks(found.settings)) continue
    const isTold = told.has(id)
    const due_ms = isTold ? 0 : dueMs(held.states.get(id), found.settings)
    if (due_ms === null || due_ms > ports.nowMs()) continue
    const from_s = told.get(id)
    told.delete(id)
    const done = roundOf(key, { ...found, from_s, isTold }, held)
      .catch(ports.onTrouble)
      .finally(() => {
        running.delete(id)
        if (told.size > 0) held.wake()
      })
    running.set(id, done)
  }
}

function askable(
  key: ConnectionKey,
  { connections }: Pick<PollerPorts, 'connections'>,
): Askable | { readonly refused: TwofoldError } {
  const opened = connections.opened(key)
  if (opened.state === 'disabled') return { refused: new TwofoldError('connection_disabled') }
  if (opened.state === 'unusable') {
    return { refused: new TwofoldError('invalid_request', `settings: ${opened.detail}`) }
  }
  if (opened.state !== 'ready') return { refused: new TwofoldError('connection_not_found') }
  const { source, settings } = opened
  if (source.polling) {
    return { source, polling: source.polling, settings: settings as CommonSettings & PollSettings }
  }
  const detail = `${source.title} is not asked for its orders.`
  return { refused: new TwofoldError('invalid_request', detail) }
}

/** Null: only when told to. A round that was cut off goes on, whoever began it. */
function dueMs(state: PollState | undefined, settings: PollSettings): number | null {
  const { poll_minutes: minutes } = settings
  if (state?.is_more && state.trouble === null) return 0
  if (minutes === null) return null
  if (!state || state.last_ms === null) return 0
  if (state.trouble !== null) return state.again_ms
  return state.last_ms + pauseMsOf(minutes, state)
}

const pauseMsOf = (minutes: number, { jitter }: PollState): number =>
  minutes * 60_000 * (1 + POLL_JITTER * jitter)

type Due = Askable & { readonly from_s: number | undefined; readonly isTold: boolean }

async function roundOf(key: ConnectionKey, due: Due, held: Held): Promise<void> {
  const { ports, states, stopping } = held
  const { source, polling, settings } = due
  const { connection_id: id, dataset_id } = key
  const before = stateBefore(states.get(id), due, ports)
  const dataset = ports.findDataset(dataset_id)
  if (!dataset) return
  let state: PollState = { ...before, round: NO_SUMS, unread_detail: null }
  const isThere = (): boolean =>
    ports.connections.opened(key).state === 'ready' && ports.findDataset(dataset_id) !== undefined
  const onPage = async (done: Progress): Promise<boolean> => {
    if (!isThere()) return false
    state = afterPage(state, done)
    await states.put(id, state)
    return !stopping.signal.aborted
  }
  const subject = { source, polling, settings, dataset, sha256: ports.sha256 }
  const asked = { place: nextPlace(before.place, before.is_more), onPage }
  const trouble = await runRound(subject, asked, { ...ports, signal: stopping.signal }).catch(
    (error: unknown): Trouble => {
      ports.onTrouble(error)
      return { of: 'platform', detail: 'The orders could not be stored.' }
    },
  )
  if (!trouble) state = { ...state, ...(await rivalOf(state, due, held)), dataset_id }
  if (stopping.signal.aborted || !isThere()) return
  await states.put(id, afterRound(state, trouble, { ...ports, settings }))
}

/** Once a day, and whenever somebody wants to know. */
async function rivalOf(
  { rival_ms }: PollState,
  { polling: { rival }, settings, isTold }: Due,
  { ports, stopping: { signal } }: Held,
): Promise<Partial<PollState>> {
  const nowMs = ports.nowMs()
  if (!rival || (!isTold && nowMs - rival_ms < RIVAL_LOOK_MS)) return {}
  const pixels = await pixelsOn(rival.url(settings), rival.pixelsIn, { ...ports, signal })
  return pixels ? { rival_ms: nowMs, meta_pixels: [...pixels] } : { rival_ms: nowMs }
}

function stateBefore(
  known: PollState | undefined,
  { polling, settings, from_s }: Due,
  { nowMs, sha256 }: Pick<PollerPorts, 'nowMs' | 'sha256'>,
): PollState {
  const first = firstPlace(Math.floor(nowMs() / 1000))
  const account = polling.account?.(settings)
  const address = addressOf(polling, settings, first)
  const of = account === undefined ? address : `${address} ${sha256(account).slice(0, 16)}`
  const isSame = known?.of === of
  const state: PollState =
    known && isSame ? known : { ...NEW, of, place: first, jitter: known?.jitter ?? 0 }
  return from_s === undefined ? state : { ...state, place: { since_s: from_s }, is_more: true }
}

const NEW: Omit<PollState, 'of' | 'place'> = {
  ...{ is_more: true, last_ms: null, ok_ms: null, again_ms: 0, jitter: 0, failures: 0 },
  ...{ trouble: null, round: null, unread_detail: null, last_order: null },
  ...{ rival_ms: 0, meta_pixels: [], dataset_id: '' },
}

function addressOf(polling: Polling, settings: CommonSettings, place: PollPlace): string {
  const url = URL.parse(polling.request(place, settings).url)
  return `${url?.origin}${url?.pathname.replace(/\/api\/\d{4}-\d\d\//, '/api/')}`
}

function afterPage(state: PollState, { place, isMore, sums, detail, newest }: Progress): PollState {
  const { last_order: last } = state
  const isNewer = newest !== null && (last === null || newest.at_s >= last.at_s)
  return {
    ...state,
    ...{ place: { ...place }, is_more: isMore, round: sums, unread_detail: detail ?? null },
    last_order: isNewer ? newest : last,
  }
}

function afterRound(
  state: PollState,
  trouble: Trouble | undefined,
  { settings, nowMs, random }: Pick<PollerPorts, 'nowMs' | 'random'> & { settings: PollSettings },
): PollState {
  const endedMs = nowMs()
  const ended = { ...state, last_ms: endedMs, jitter: random() * 2 - 1 }
  if (!trouble) return { ...ended, ok_ms: endedMs, failures: 0, trouble: null }
  const { of, afterMs, detail } = trouble
  // A page that is refused may be gone for good: from its moment on the same orders are found.
  const place = of === 'platform' ? state.place : { since_s: state.place.since_s }
  const failures = state.failures + 1
  // What a person has to mend is not mended in a minute.
  const pauseMs =
    of === 'platform'
      ? POLL_AGAIN_MS + backoffMs({ attempts: failures, afterMs }, random)
      : pauseMsOf(settings.poll_minutes ?? POLL_MINUTES_MIN, ended)
  const again_ms = endedMs + Math.ceil(pauseMs)
  return { ...ended, place, failures, again_ms, trouble: detail.slice(0, INBOX_DETAIL_CHARS_MAX) }
}

function statusOf(key: ConnectionKey, held: Held): PollStatus | undefined {
  const { ports, states, running, told } = held
  const found = askable(key, ports)
  if ('refused' in found) return undefined
  const { connection_id: id } = key
  const state = states.get(id)
  const lacks = found.polling.lacks(found.settings) ?? null
  const due_ms = lacks === null ? dueMs(state, found.settings) : null
  return {
    minutes: found.settings.poll_minutes,
    lacks,
    running: running.has(id) || told.has(id),
    last_ms: state?.last_ms ?? null,
    ok_ms: state?.ok_ms ?? null,
    next_ms: due_ms === null ? null : Math.ceil(Math.max(due_ms, ports.nowMs())),
    trouble: state?.trouble ?? null,
    more: state?.is_more ?? false,
    until_s: state && state.ok_ms !== null ? state.place.since_s : null,
    round: state?.round ?? null,
    unread_detail: state?.unread_detail ?? null,
    last_order: state?.last_order ?? null,
    meta_pixels: state?.meta_pixels ?? [],
  }
}
