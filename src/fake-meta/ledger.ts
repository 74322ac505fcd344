/**
 * Everything the stand-in remembers of what came: requests, accepted events, refusals, and what
 * Meta would count. Bounded; the oldest of each list is dropped and counted.
 */
import {
  BAD_KEPT_MAX,
  GOOD_BYTES_MAX,
  GOOD_KEPT_MAX,
  REQUESTS_KEPT_MAX,
  TEXT_CHARS_MAX,
} from './bounds.ts'
import { type Copy, Counter, type Decision, type Side } from './count.ts'
import type { Fields } from './judged.ts'
import { Kept, type Page, type PageQuery } from './kept.ts'
import type { ContentKind } from './parameters.ts'

export interface GoodEvent {
  readonly n: number
  /** The request it came in. */
  readonly request: number
  readonly received_at_ms: number
  readonly side: Side
  /** As it was sent. */
  readonly event: Fields
  readonly test_event_code?: string
  readonly partner_agent?: string
  /** What Meta makes of it: counted, or a copy of the counted event `n`. */
  readonly decision: Decision
  readonly warnings: readonly string[]
}

export interface BadRequest {
  readonly n: number
  readonly request: number
  readonly received_at_ms: number
  readonly side: Side
  readonly status: number
  readonly events: number
  /** By name, as `POST /fail` knows it. */
  readonly error: string
  readonly code?: number
  readonly subcode?: number
  /** Was the request wrong, or was this a failure that somebody asked for? */
  readonly injected: boolean
  /** The first event at fault. */
  readonly index?: number
  readonly key?: string
  readonly detail?: string
  readonly event_name?: string
  readonly event_id?: string
}

export interface RequestShown {
  readonly n: number
  readonly received_at_ms: number
  readonly path: string
  readonly content: ContentKind
  readonly bytes: number
  readonly events: number
  /** 0: the connection was reset, or half an answer was sent. */
  readonly status: number
  /** Were its events processed? */
  readonly processed: boolean
  /** Name of the error or failure, where there was one. */
  readonly failed?: string
  readonly user_agent?: string
  readonly test_event_code?: string
  readonly partner_agent?: string
}

export interface RequestsShown extends Page<RequestShown> {
  readonly requests: number
  /** Those whose events were taken, whether or not the answer arrived. */
  readonly processed: number
  readonly by_status: Readonly<Record<string, number>>
  readonly bytes: Spread
  readonly events: Spread
  /** Requests under way at the same time. */
  readonly concurrent: { readonly now: number; readonly max: number }
}

interface Spread {
  min: number
  max: number
  total: number
}

export class Ledger {
  good = new Kept<GoodEvent>(GOOD_KEPT_MAX, GOOD_BYTES_MAX)
  bad = new Kept<BadRequest>(BAD_KEPT_MAX)
  counter = new Counter()
  private shown = new Kept<RequestShown>(REQUESTS_KEPT_MAX)
  private statuses = new Map<number, number>()
  private bytes: Spread | undefined
  private events: Spread | undefined
  private processed = 0
  private now = 0
  private most = 0

  /** Requests under way; called at their head and at their end. */
  begin(): void {
    this.now += 1
    this.most = Math.max(this.most, this.now)
  }

  end(): void {
    this.now -= 1
  }

  get nextRequest(): number {
    return this.shown.next
  }

  addRequest(request: Omit<RequestShown, 'n'>): void {
    this.shown.add({ n: this.shown.next, ...request })
    this.statuses.set(request.status, (this.statuses.get(request.status) ?? 0) + 1)
    this.bytes = spread(this.bytes, request.bytes)
    this.events = spread(this.events, request.events)
    if (request.processed) this.processed += 1
  }

  addGood(good: Omit<GoodEvent, 'n' | 'decision'>, copy: Copy, bytes: number): void {
    const decision = this.counter.take(copy, good.received_at_ms)
    this.good.add({ n: this.good.next, ...good, decision }, bytes)
  }

  addBad(bad: Omit<BadRequest, 'n'>): void {
    this.bad.add({ n: this.bad.next, ...bad })
  }

  requests(query: PageQuery): RequestsShown {
    return {
      requests: this.shown.count,
      processed: this.processed,
      by_status: Object.fromEntries([...this.statuses].sort(([a], [b]) => a - b)),
      bytes: this.bytes ?? NONE,
      events: this.events ?? NONE,
      concurrent: { now: this.now, max: this.most },
      ...this.shown.page(query, () => true),
    }
  }

  /** Requests under way stay counted, so that the number of them stays right. */
  reset(): void {
    this.good = new Kept(GOOD_KEPT_MAX, GOOD_BYTES_MAX)
    this.bad = new Kept(BAD_KEPT_MAX)
    this.counter = new Counter()
    this.shown = new Kept(REQUESTS_KEPT_MAX)
    this.statuses = new Map()
    this.bytes = undefined
    this.events = undefined
    this.processed = 0
    this.most = this.now
  }
}

const NONE: Spread = { min: 0, max: 0, total: 0 }

function spread(known: Spread | undefined, value: number): Spread {
  if (!known) return { min: value, max: value, total: value }
  return {
    min: Math.min(known.min, value),
    max: Math.max(known.max, value),
    total: known.total + value,
  }
}

/** A text for a summary, cut to size; absent where there is none. */
export function shortText<K extends string>(key: K, value: unknown): { [Key in K]?: string } {
  if (typeof value !== 'string' || value === '') return {}
  return { [key]: value.slice(0, TEXT_CHARS_MAX) } as { [Key in K]?: string }
}
