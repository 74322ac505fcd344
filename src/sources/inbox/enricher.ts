/**
 * Asks platforms for what their deliveries leave out, beside the translator's loop: one request
 * after the other for each connection, so that a slow platform holds up its own deliveries only. A
 * delivery stays claimed meanwhile; with its answers in memory it is due again at once. Called by
 * translator.ts.
 */
import { ENRICH_GAP_MS, ENRICH_QUEUE_MAX } from '../../enrich-limits.ts'
import { INBOX_LEASE_MS } from '../../limits.ts'
import { backoffMs } from '../../relay/backoff.ts'
import type { ClaimedInbox, InboxSettlement } from '../../store/inbox.ts'
import type { Store } from '../../store/store.ts'
import type { Unanswered } from '../platform-answer.ts'
import type { CommonSettings, Delivered, Source } from '../source.ts'
import { type Asked, type AskPorts, askAll, type Kept, settlementOf } from './asking.ts'

export interface EnricherPorts extends Omit<AskPorts, 'signal'> {
  readonly store: Pick<Store, 'settleReceived'>
  readonly onTrouble: (error: unknown) => void
  /** A delivery has its answers. */
  readonly onEnriched: () => void
}

export interface Thin {
  readonly claimed: ClaimedInbox
  readonly source: Source
  readonly settings: CommonSettings
  readonly delivered: Delivered
}

export interface Enricher {
  /** Complete, or how it ends or waits. Undefined: it is being asked for and stays claimed. */
  take(thin: Thin): Delivered | InboxSettlement | undefined
  /** Cuts off what is asked; those deliveries are claimed anew by the next start. */
  stop(): Promise<void>
}

/** A delivery that is asked for, or was. */
interface Work {
  thin: Thin
  answers?: Readonly<Record<string, string>>
  doneMs?: number
}

/** One connection. */
interface Lane {
  readonly settings: CommonSettings
  readonly queue: Work[]
  running: Promise<void> | undefined
  /** Failures of the platform, one after the other. */
  failures: number
  pause: { readonly untilMs: number; readonly detail: string } | undefined
}

interface State {
  readonly ports: EnricherPorts
  readonly works: Map<number, Work>
  readonly lanes: Map<string, Lane>
  /** A token that is lent goes nowhere but where the settings that it was lent for say. */
  readonly kept: WeakMap<CommonSettings, Kept>
  readonly stopping: AbortController
}

export function createEnricher(ports: EnricherPorts): Enricher {
  const stopping = new AbortController()
  const held = { works: new Map(), lanes: new Map(), kept: new WeakMap() }
  const state: State = { ports, ...held, stopping }
  return {
    take: (thin) => {
      forgetOld(state)
      const known = state.works.get(thin.claimed.id)
      if (!known) return begin(state, thin)
      known.thin = thin
      if (!known.answers) return undefined
      state.works.delete(thin.claimed.id)
      return { ...thin.delivered, fetched: known.answers }
    },
    stop: async () => {
      stopping.abort()
      await Promise.all([...state.lanes.values()].map(({ running }) => running))
    },
  }
}

function begin(state: State, thin: Thin): Delivered | InboxSettlement | undefined {
  const { claimed, source, settings, delivered } = thin
  const { id, attempts, reason, detail } = claimed
  const first = source.ask?.(delivered, settings)
  if (!first) return delivered
  if ('failed' in first) {
    const { failed } = first
    return { id, attempts, state: 'failed', reason: failed, detail: first.detail, events: [] }
  }
  const lane = laneOf(state, thin)
  const nowMs = state.ports.nowMs()
  // Without a word it is new, or somebody wants it to be tried now.
  const isAsked = attempts > 1 && reason === undefined && detail === undefined
  if (lane.pause && lane.pause.untilMs > nowMs && !isAsked) {
    const due_ms = lane.pause.untilMs
    const words = { reason: 'enrich_failed', detail: lane.pause.detail }
    return { id, attempts, state: 'received', due_ms, ...words }
  }
  if (lane.queue.length >= ENRICH_QUEUE_MAX) {
    // What is before it takes at least so long: looked at sooner, it is only opened in vain.
    const due_ms = nowMs + ENRICH_QUEUE_MAX * ENRICH_GAP_MS
    return { id, attempts, state: 'received', due_ms, detail: 'Others are asked for first.' }
  }
  const work = { thin }
  state.works.set(id, work)
  lane.queue.push(work)
  lane.running ??= run(state, lane)
  return undefined
}

/** New settings are a new beginning: the pause may have been their fault. */
function laneOf({ lanes }: State, { claimed, settings }: Thin): Lane {
  const { connection_id } = claimed
  const known = lanes.get(connection_id)
  if (known && (known.settings === settings || known.running)) return known
  const lane = { settings, queue: [], running: undefined, failures: 0, pause: undefined }
  lanes.set(connection_id, lane)
  return lane
}

/** Never rejects. */
async function run(state: State, lane: Lane): Promise<void> {
  const { ports, stopping } = state
  // What is asked begins after the round that claimed it has gone on.
  await Promise.resolve()
  for (let work = lane.queue[0]; work; work = lane.queue[0]) {
    const kept = keptOf(state, work.thin)
    const asked = await askAll(work.thin, kept, { ...ports, signal: stopping.signal })
    if (stopping.signal.aborted) break
    lane.queue.shift()
    await end(state, { lane, work, asked })
  }
  lane.running = undefined
}

function keptOf({ kept }: State, { settings }: Thin): Kept {
  const known = kept.get(settings) ?? new Map()
  kept.set(settings, known)
  return known
}

interface Ended {
  readonly lane: Lane
  readonly work: Work
  readonly asked: Asked
}

async function end(state: State, { lane, work, asked }: Ended): Promise<void> {
  const { ports } = state
  const nowMs = ports.nowMs()
  if ('answers' in asked) {
    lane.failures = 0
    lane.pause = undefined
    work.answers = asked.answers
    work.doneMs = nowMs
    const { id, attempts } = work.thin.claimed
    await settle(state, [work], [{ id, attempts, state: 'received', due_ms: nowMs }])
    ports.onEnriched()
    return
  }
  keptOf(state, work.thin).clear()
  state.works.delete(work.thin.claimed.id)
  const own = settlementOf(work.thin.claimed, asked, ports)
  if (asked.of === 'platform') await waitOut(state, { lane, work, own, asked })
  else await settle(state, [work], [own])
}

interface Waiting extends Ended {
  readonly asked: Unanswered
  readonly own: InboxSettlement
}

/**
 * Whoever waits behind it would meet the same, each after its own timeout. But it may be this one
 * that the platform fails at: the others are due before it, or it would hold them up for days.
 */
async function waitOut(state: State, { lane, work, own, asked }: Waiting): Promise<void> {
  const { ports } = state
  lane.failures += 1
  const tries = { attempts: lane.failures, afterMs: asked.afterMs }
  const due_ms = Math.ceil(ports.nowMs() + backoffMs(tries, ports.random))
  lane.pause = { untilMs: due_ms, detail: asked.detail }
  const waits = lane.queue.splice(0)
  for (const { thin } of waits) state.works.delete(thin.claimed.id)
  const words = { reason: 'enrich_failed', detail: asked.detail }
  const others = waits.map(({ thin: { claimed } }): InboxSettlement => {
    const { id, attempts } = claimed
    return { id, attempts, state: 'received', due_ms, ...words }
  })
  const isLast = own.state === 'received'
  const last = isLast ? { ...own, due_ms: Math.max(own.due_ms, due_ms + 1) } : own
  await settle(state, [work, ...waits], [...others, last])
}

/** Where the store does not take it the claim runs out, and all of it is tried again. */
async function settle(
  { ports }: State,
  works: readonly Work[],
  settlements: readonly InboxSettlement[],
): Promise<void> {
  const dataset_id = works[0]?.thin.claimed.dataset_id
  if (dataset_id === undefined) return
  const done = { dataset_id, now_ms: ports.nowMs(), settlements, records: [] }
  await ports.store.settleReceived(done).catch(ports.onTrouble)
}

/** Answers that nobody came for: their connection was removed. */
function forgetOld({ works, ports }: State): void {
  const beforeMs = ports.nowMs() - 3 * INBOX_LEASE_MS
  for (const [id, { doneMs }] of works) {
    if (doneMs !== undefined && doneMs < beforeMs) works.delete(id)
  }
}
