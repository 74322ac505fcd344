/**
 * The bounded queue and the commit loop in front of the store: deliveries wait here, share one
 * commit (and one fsync) per round, and are answered after it. The only I/O of ingest is one
 * store.load and one store.commit per round.
 */
import { TwofoldError } from '../errors.ts'
import type { Leg } from '../event/shape.ts'
import {
  COMMIT_ATTEMPTS_MAX,
  COMMIT_EVENTS_MAX,
  QUEUE_BYTES_MAX,
  QUEUE_EVENTS_MAX,
  ROUND_BYTES_MAX,
} from '../limits.ts'
import type { Store } from '../store/store.ts'
import type { RoutesOf } from './deliveries.ts'
import type { Draft } from './draft.ts'
import type { Accept, Delivery, OnCommitted, Outcome } from './ingest.ts'
import { candidateOf, readsOf } from './reads.ts'
import { resolve } from './resolve.ts'
import { draftsOf, PREPARE, type StepPorts } from './steps.ts'

export interface IngestPorts extends StepPorts {
  readonly store: Pick<Store, 'load' | 'commit'>
  readonly nowMs: () => number
  /** Where the events of a dataset go; none costs nothing. */
  readonly routesOf: RoutesOf
  /** Runs a task after the I/O that is ready now, so that one round takes what arrived together. */
  readonly soon: (task: () => void) => void
  readonly onCommitted: OnCommitted
  /** Hears of failures that are not the sender's: a message without personal data. */
  readonly onError: (error: unknown) => void
  /** Milliseconds spent in a named step by one round of `events` events. */
  readonly onStep: (name: string, ms: number, events: number) => void
  /** A clock for the above; may be coarse. */
  readonly clockMs: () => number
}

export interface Ingest {
  readonly accept: Accept
  /** Events waiting, for health and metrics. */
  readonly queued: () => number
  /** The last failure of the store, until a commit succeeds again. */
  readonly failing: () => TwofoldError | undefined
  /** The store took a write of somebody else's: events can be taken again. */
  readonly recovered: () => void
  /** Refuses new deliveries and resolves when every accepted one is answered. */
  readonly drain: () => Promise<void>
}

interface Waiting {
  readonly delivery: Delivery
  readonly receivedAtMs: number
  readonly answer: (outcomes: readonly Outcome[]) => void
  readonly refuse: (error: unknown) => void
}

interface State {
  readonly ports: IngestPorts
  readonly queue: Waiting[]
  events: number
  bytes: number
  running: boolean
  stopping: boolean
  failing: TwofoldError | undefined
  readonly onIdle: (() => void)[]
}

export function createIngest(ports: IngestPorts): Ingest {
  const state: State = {
    ports,
    queue: [],
    events: 0,
    bytes: 0,
    running: false,
    stopping: false,
    failing: undefined,
    onIdle: [],
  }
  return {
    accept: (delivery) => enqueue(state, delivery),
    queued: () => state.events,
    failing: () => state.failing,
    recovered: () => {
      state.failing = undefined
    },
    drain: () => {
      state.stopping = true
      if (!state.running) return Promise.resolve()
      return new Promise((done) => state.onIdle.push(done))
    },
  }
}

function enqueue(state: State, delivery: Delivery): Promise<readonly Outcome[]> {
  if (state.stopping) return Promise.reject(new TwofoldError('shutting_down'))
  const events = state.events + delivery.events.length
  const bytes = state.bytes + delivery.bytes
  if (events > QUEUE_EVENTS_MAX || bytes > QUEUE_BYTES_MAX) {
    return Promise.reject(new TwofoldError('overloaded'))
  }
  state.events = events
  state.bytes = bytes
  const receivedAtMs = state.ports.nowMs()
  return new Promise((answer, refuse) => {
    state.queue.push({ delivery, receivedAtMs, answer, refuse })
    if (state.running) return
    state.running = true
    state.ports.soon(() => void run(state))
  })
}

/** One round, then the next one soon, so that requests are read between two rounds. */
async function run(state: State): Promise<void> {
  const round = takeRound(state)
  await settleRound(state, round)
  for (const { delivery } of round) {
    state.events -= delivery.events.length
    state.bytes -= delivery.bytes
  }
  if (state.queue.length > 0) return state.ports.soon(() => void run(state))
  state.running = false
  for (const done of state.onIdle.splice(0)) done()
}

function takeRound({ queue }: State): Waiting[] {
  let events = 0
  let bytes = 0
  let count = 0
  for (const { delivery } of queue) {
    events += delivery.events.length
    bytes += delivery.bytes
    if (count > 0 && (events > COMMIT_EVENTS_MAX || bytes > ROUND_BYTES_MAX)) break
    count += 1
  }
  return queue.splice(0, count)
}

/**
 * Answers every delivery of the round. What fails before the commit for a reason nobody foresaw is
 * tried again one delivery at a time, so that a defect in one does not refuse its neighbours.
 */
async function settleRound(state: State, round: readonly Waiting[]): Promise<void> {
  const { ports } = state
  const committed = await commitRound(ports, round).catch((error: unknown) => ({ error }))
  if (!('error' in committed)) {
    state.failing = undefined
    answerRound(round, committed.outcomes)
    ports.onCommitted(committed.legs)
    return
  }
  const { error } = committed
  const known = error instanceof TwofoldError
  if (known && error.code.startsWith('store_')) state.failing = error
  if (!known && round.length > 1) {
    for (const waiting of round) await settleRound(state, [waiting])
    return
  }
  ports.onError(error)
  const reason = known ? error : new TwofoldError('internal', undefined, { cause: error })
  for (const { refuse } of round) refuse(reason)
}

async function commitRound(
  ports: IngestPorts,
  round: readonly Waiting[],
): Promise<{ outcomes: readonly Outcome[]; legs: readonly Leg[] }> {
  const { routesOf } = ports
  const drafts = prepare(ports, round)
  const candidates = drafts.map(candidateOf)
  const reads = readsOf(candidates)
  const datasets = [...new Set(drafts.map(({ envelope }) => envelope.dataset_id))]
  for (let attempt = 0; attempt < COMMIT_ATTEMPTS_MAX; attempt++) {
    const started = ports.clockMs()
    const loaded = await ports.store.load(reads, datasets)
    const read = ports.clockMs()
    const { batch, outcomes } = resolve(drafts, candidates, { loaded, routesOf })
    const resolved = ports.clockMs()
    const { conflict } = await ports.store.commit(batch).catch(asStoreError)
    ports.onStep('load', read - started, drafts.length)
    ports.onStep('resolve', resolved - read, drafts.length)
    ports.onStep('commit', ports.clockMs() - resolved, drafts.length)
    if (!conflict) return { outcomes, legs: batch.legs }
  }
  throw new TwofoldError('overloaded', 'Another process kept committing first.')
}

/** After a failed commit nothing may be tried again by us: whether it took place is unknown. */
function asStoreError(error: unknown): never {
  if (error instanceof TwofoldError) throw error
  throw new TwofoldError('store_failed', undefined, { cause: error })
}

function prepare(ports: IngestPorts, round: readonly Waiting[]): Draft[] {
  const drafts = round.flatMap(({ delivery, receivedAtMs }) => draftsOf(delivery, receivedAtMs))
  for (const step of PREPARE) {
    const started = ports.clockMs()
    step.run(drafts, ports)
    ports.onStep(step.name, ports.clockMs() - started, drafts.length)
  }
  return drafts
}

function answerRound(round: readonly Waiting[], outcomes: readonly Outcome[]): void {
  let from = 0
  for (const { delivery, answer } of round) {
    answer(outcomes.slice(from, from + delivery.events.length))
    from += delivery.events.length
  }
}
