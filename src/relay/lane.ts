/**
 * One destination's way out: claims what is due, sends it in batches, settles each. It decides how
 * fast and whether at all: rate, pauses, breaker, and the hold that waits for the owner. Lanes know
 * nothing of each other, so none can delay another. Made and poked by relay.ts.
 */
import { TwofoldError } from '../errors.ts'
import {
  CLAIM_EVENTS_MAX,
  LEASE_MS,
  PROBE_EVENTS_MAX,
  RELAY_STORE_RETRY_MS,
  RETRY_AFTER_MS_MAX,
  SEND_HARD_MS,
  SEND_LAST_WORDS_MS,
  SEND_SOFT_MS,
} from '../limits.ts'
import type { Claimed, Outbox, Settlement, SettleRequest } from '../store/outbox.ts'
import { type Batch, keyOf, prepare } from './batch.ts'
import { Breaker } from './breaker.ts'
import type { Opened } from './configs.ts'
import { Doubts } from './doubts.ts'
import { type Hold, nextProbeMs, type Probe, parked, probeAt, unanswered } from './hold.ts'
import type { Reform } from './outbound.ts'
import { Pace } from './pace.ts'
import {
  type Ready,
  settlementsOf,
  type Tried,
  type TryPorts,
  trySend,
  type Verdict,
  verdictOf,
} from './send.ts'
import type { Alarm, DestinationKey, LaneState, LaneStatus, Problem } from './view.ts'

export type Log = (
  level: 'info' | 'warn',
  message: string,
  fields: { readonly [name: string]: string | number },
) => void

export interface LanePorts extends TryPorts {
  readonly store: Pick<Outbox, 'claim' | 'settle' | 'requeue'>
  readonly reform: Reform
  /** The settings as they are now. */
  readonly open: () => Opened
  /** A turn ended: there may be something new to look for. */
  readonly onTurn: () => void
  readonly log: Log
}

interface Plan {
  readonly ready: Ready
  readonly limit: number
  /** One small batch that finds out whether the trouble is over. */
  readonly probe: boolean
  /** The probe of a hold: only such a one lifts it, whatever else was under way when it began. */
  readonly held: Probe | undefined
  readonly generation: number
}

export class Lane {
  readonly key: DestinationKey
  readonly #ports: LanePorts
  readonly #turns = new Set<Promise<void>>()
  #opened: Opened
  #openedMs: number
  #pace: Pace
  #breaker: Breaker
  #hold: Hold | undefined
  #doubts = new Doubts()
  /** Rises with every change of the settings. */
  #generation = 0
  #storeBackMs = Number.NEGATIVE_INFINITY
  #stopping = false
  #lastDeliveredMs: number | undefined
  #lastError: LaneStatus['last_error']

  constructor(key: DestinationKey, ports: LanePorts) {
    this.key = key
    this.#ports = ports
    this.#opened = ports.open()
    this.#openedMs = ports.nowMs()
    this.#pace = paceOf(this.#opened)
    this.#breaker = new Breaker(ports.random)
  }

  /** Something is due: takes it up as far as the destination lets. Returns at once. */
  poke(): void {
    const plan = this.#plan(this.#ports.nowMs())
    if (!plan) return
    // Reserved before the claim, which takes a while: other turns must not use the same allowance.
    this.#pace.take(plan.limit)
    const turn = this.#turn(plan).finally(() => this.#turns.delete(turn))
    this.#turns.add(turn)
  }

  /** When to poke it although nothing new is due; Infinity when only events or people help. */
  nextMs(nowMs: number): number {
    if (this.#opened.state !== 'ready' || this.#stopping) return Number.POSITIVE_INFINITY
    if (nowMs < this.#storeBackMs) return this.#storeBackMs
    if (this.#hold && this.#turns.size > 0) return Number.POSITIVE_INFINITY
    if (this.#hold) return nextProbeMs(this.#hold, nowMs)
    if (this.#breaker.state(nowMs) === 'open') return this.#breaker.openUntilMs
    return this.#pace.allowance(nowMs) < 1 ? this.#pace.nextMs(nowMs) : Number.POSITIVE_INFINITY
  }

  /** A hold that was found in the store at the start: asks once, at once. */
  restoreHold(problem: Problem, sinceMs: number): void {
    this.#hold = { ...problem, sinceMs, nextTryMs: this.#ports.nowMs() }
  }

  /** The owner changed the settings or asks for a try: everything that waits is due now. */
  async attend(): Promise<number> {
    const { open, nowMs, random, store } = this.#ports
    this.#generation += 1
    this.#opened = open()
    this.#openedMs = nowMs()
    this.#pace = paceOf(this.#opened)
    this.#breaker = new Breaker(random)
    this.#doubts = new Doubts()
    if (this.#hold) this.#hold = { ...this.#hold, nextTryMs: nowMs() }
    if (this.#opened.state === 'missing') return 0
    return store.requeue({ ...this.key, states: ['held', 'retrying'], now_ms: nowMs() })
  }

  alarm(): Alarm | undefined {
    const opened = this.#opened
    if (opened.state === 'unusable') {
      const { code, detail } = opened
      return { ...this.key, code, detail, since_ms: this.#openedMs }
    }
    if (!this.#hold || opened.state !== 'ready') return undefined
    const { code, detail, sinceMs, nextTryMs } = this.#hold
    return { ...this.key, code, detail, since_ms: sinceMs, next_try_ms: nextTryMs }
  }

  status(): LaneStatus {
    const nowMs = this.#ports.nowMs()
    const state = this.#state(nowMs)
    const untilMs = state === 'running' ? Number.POSITIVE_INFINITY : this.nextMs(nowMs)
    return {
      ...this.key,
      state,
      in_flight: this.#turns.size,
      ...(Number.isFinite(untilMs) ? { until_ms: untilMs } : {}),
      ...(this.#lastDeliveredMs === undefined ? {} : { last_delivered_ms: this.#lastDeliveredMs }),
      ...(this.#lastError ? { last_error: this.#lastError } : {}),
    }
  }

  /** Starts nothing more; resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#stopping = true
    await Promise.all(this.#turns)
  }

  #state(nowMs: number): LaneState {
    if (this.#opened.state === 'disabled' || this.#opened.state === 'missing') return 'disabled'
    if (this.#opened.state === 'unusable' || this.#hold) return 'held'
    if (this.#breaker.state(nowMs) !== 'closed') return 'unreachable'
    return this.#pace.allowance(nowMs) < 1 ? 'paused' : 'running'
  }

  #plan(nowMs: number): Plan | undefined {
    const ready = this.#opened
    if (ready.state !== 'ready' || this.#stopping || nowMs < this.#storeBackMs) return undefined
    const breaker = this.#breaker.state(nowMs)
    const probe = this.#hold !== undefined || breaker === 'half_open'
    if (probe ? this.#turns.size > 0 : this.#turns.size >= this.#pace.slots) return undefined
    const held = this.#hold && probeAt(this.#hold, nowMs)
    if (this.#hold ? held === undefined : breaker === 'open') return undefined
    const limit = Math.min(
      ready.destination.bounds.eventsMax,
      probe && held !== 'newer' ? PROBE_EVENTS_MAX : CLAIM_EVENTS_MAX,
      this.#pace.allowance(nowMs),
    )
    if (limit < 1) return undefined
    return { ready, limit, probe, held, generation: this.#generation }
  }

  /** Never rejects: what the store refuses stays leased or due, and is looked for again. */
  async #turn(plan: Plan): Promise<void> {
    const pace = this.#pace
    try {
      const leaseUntilMs = this.#ports.nowMs() + LEASE_MS
      const claimed = await this.#claim(plan, leaseUntilMs)
      pace.take(claimed.deliveries.length - plan.limit)
      if (claimed.deliveries.length === 0) {
        this.#nothingFound(plan)
        return
      }
      if (claimed.deliveries.length === plan.limit) this.poke()
      await this.#deliver(claimed, { ...plan, leaseUntilMs })
      this.#ports.onTurn()
    } catch (error) {
      this.#storeFailed(error)
    }
  }

  async #claim({ limit, held }: Plan, lease_until_ms: number): Promise<Claimed> {
    const { store, nowMs } = this.#ports
    if (held === 'all') {
      // In doubt only some, so that they do not stand before all that is newer.
      const keys = this.#hold?.doubt ? this.#doubts.next(PROBE_EVENTS_MAX / 2) : []
      const some = keys.length > 0 ? { keys } : {}
      await store.requeue({ ...this.key, states: ['held'], ...some, now_ms: nowMs() })
    }
    return store.claim({ ...this.key, limit, now_ms: nowMs(), lease_until_ms })
  }

  /** Nothing waits any more for what the hold is about. */
  #nothingFound({ held, generation }: Plan): void {
    if (held === 'all' && generation === this.#generation) this.#hold = undefined
  }

  async #deliver(claimed: Claimed, turn: Turn): Promise<void> {
    const { ready, leaseUntilMs } = turn
    const { nowMs, reform } = this.#ports
    const target = { ...ready, reform, nowMs: nowMs() }
    const { batches, refused } = prepare(claimed.deliveries, target)
    const settle = (settlements: readonly Settlement[], tried?: Tried): Promise<void> =>
      this.#settle(
        { lease: claimed.lease, settlements, exchanges: tried?.exchanges ?? [] },
        leaseUntilMs,
      )
    if (refused.length > 0) await settle(refused)
    for (const [index, batch] of batches.entries()) {
      if (!this.#mayGoOn(turn, index)) {
        const rest = batches.slice(index).flatMap((one) => one.claimed)
        const due_ms = nowMs()
        await settle(rest.map((one) => ({ ...keyOf(one), state: 'pending', due_ms })))
        return
      }
      const { settlements, tried } = await this.#send(batch, turn)
      await settle(settlements, tried)
      if (turn.held && !this.#hold) await this.#release()
    }
  }

  /** The hold is over: those that were not part of the last question leave too. */
  async #release(): Promise<void> {
    const { store, nowMs } = this.#ports
    await store.requeue({ ...this.key, states: ['held'], now_ms: nowMs() })
  }

  /** Before each batch: things may have changed since the claim. */
  #mayGoOn({ generation, leaseUntilMs, probe }: Turn, index: number): boolean {
    const nowMs = this.#ports.nowMs()
    if (this.#stopping || generation !== this.#generation) return false
    if (nowMs + SEND_HARD_MS + 2 * SEND_LAST_WORDS_MS > leaseUntilMs) return false
    if (probe && index === 0) return true
    return this.#hold === undefined && this.#breaker.state(nowMs) === 'closed'
  }

  async #send(batch: Batch, turn: Turn): Promise<{ settlements: Settlement[]; tried: Tried }> {
    const { nowMs, random, cut } = this.#ports
    const doubts = this.#doubts
    const tried = doubts.decide(batch, await trySend(batch, turn.ready, this.#ports))
    const outdated = turn.generation !== this.#generation
    if (!outdated && !cut.aborted) this.#judge(tried, turn)
    const settling = { nowMs: nowMs(), random, cut: cut.aborted, outdated }
    return { settlements: settlementsOf(batch, tried, settling), tried }
  }

  #judge(tried: Tried, { held }: Turn): void {
    const verdict = verdictOf(tried)
    const nowMs = this.#ports.nowMs()
    if (tried.pauseMs > 0) this.#pace.pauseUntil(nowMs + tried.pauseMs)
    if (tried.ms > SEND_SOFT_MS) this.#say('info', 'a batch was slow', { ms: tried.ms })
    if (tried.ms > SEND_SOFT_MS || verdict.kind === 'failed') this.#pace.slower()
    else this.#pace.faster()
    if (verdict.kind === 'taken') this.#taken(tried, { nowMs, held })
    else {
      this.#lastError = { code: verdict.code, detail: verdict.detail, at_ms: nowMs }
      if (verdict.kind === 'held') this.#park(verdict, { nowMs, held })
      else this.#failed(verdict, nowMs)
    }
  }

  #failed({ code, afterMs }: Extract<Verdict, { kind: 'failed' }>, nowMs: number): void {
    if (afterMs > 0) this.#pace.pauseUntil(nowMs + Math.min(afterMs, RETRY_AFTER_MS_MAX))
    const before = this.#breaker.state(nowMs)
    this.#breaker.failed(nowMs)
    if (before === 'closed' && this.#breaker.state(nowMs) === 'open') {
      this.#say('warn', 'a destination does not answer; it gets a pause', { code })
    }
    if (this.#hold) this.#hold = unanswered(this.#hold, nowMs)
  }

  #taken({ outcomes }: Tried, { nowMs, held }: Judged): void {
    if (outcomes.some(({ state }) => state === 'delivered')) this.#lastDeliveredMs = nowMs
    this.#breaker.succeeded()
    // What another try under way brings back afterwards is a failure of its own.
    if (this.#lastError) this.#lastError = { mended_ms: nowMs, ...this.#lastError }
    if (!held) return
    this.#say('info', 'a destination takes events again', {})
    this.#hold = undefined
  }

  #park(verdict: Extract<Verdict, { kind: 'held' }>, { nowMs, held }: Judged): void {
    const { code, detail } = verdict
    if (!this.#hold) this.#say('warn', 'a destination waits for its owner', { code, detail })
    this.#hold = parked(this.#hold, verdict, { nowMs, random: this.#ports.random, probe: held })
    // It answered: whatever the breaker thought is over.
    this.#breaker.succeeded()
  }

  /** As long as the lease lasts: what went and is not settled would go again. */
  async #settle(request: Omit<SettleRequest, 'now_ms'>, leaseUntilMs: number): Promise<void> {
    const { store, nowMs, sleep, cut } = this.#ports
    for (;;) {
      try {
        await store.settle({ ...request, now_ms: nowMs() })
        return
      } catch (error) {
        if (cut.aborted || nowMs() + RELAY_STORE_RETRY_MS >= leaseUntilMs) throw error
        this.#storeFailed(error)
        await sleep(RELAY_STORE_RETRY_MS, cut)
      }
    }
  }

  #storeFailed(error: unknown): void {
    this.#storeBackMs = this.#ports.nowMs() + RELAY_STORE_RETRY_MS
    // Words of ours only: those of others may quote a person.
    const why = error instanceof TwofoldError ? error.message : String((error as Error)?.name)
    this.#say('warn', 'the store refused the relay; it tries again', { why })
  }

  #say(level: 'info' | 'warn', message: string, fields: Parameters<Log>[2]): void {
    this.#ports.log(level, message, { ...this.key, ...fields })
  }
}

interface Judged extends Pick<Plan, 'held'> {
  readonly nowMs: number
}

interface Turn extends Plan {
  readonly leaseUntilMs: number
}

function paceOf(opened: Opened): Pace {
  if (opened.state !== 'ready') return new Pace({ eventsPerSMax: undefined, inFlightMax: 1 })
  const { inFlightMax } = opened.destination.bounds
  return new Pace({ eventsPerSMax: opened.eventsPerSMax, inFlightMax })
}
