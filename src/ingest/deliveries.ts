/**
 * What a leg causes on its way out: one delivery or one counted skip per destination, in the same
 * commit as the leg. Pure; called by resolve.ts for every accepted or duplicate leg. It sends
 * nothing: the relay does, later.
 *
 * Always, per destination: events accepted while it was there = first deliveries + skips.
 */
import { sideOf } from '../event/dedup-key.ts'
import { policyOf, type Route, skipReasonOf } from '../event/route.ts'
import type { Leg, StoredEvent } from '../event/shape.ts'
import { DEDUP_WINDOW_MS } from '../limits.ts'
import type { DeliveryWrite, SkipWrite } from '../store/outbox.ts'

/** The destinations of a dataset; an empty list costs nothing. */
export type RoutesOf = (datasetId: string) => readonly Route[]

/** Where what this round decides is kept until its commit. */
interface Outgoing {
  deliver(write: DeliveryWrite): void
  skip(write: SkipWrite): void
}

interface Arrived {
  readonly leg: Leg
  /** The event that a duplicate leg joins, as it was before; undefined for a new event. */
  readonly kept: StoredEvent | undefined
  readonly routes: readonly Route[]
}

export function routeLeg(out: Outgoing, { leg, kept, routes }: Arrived): void {
  for (const route of routes) {
    if (kept) routeTwin(out, route, { leg, kept })
    else routeNew(out, route, leg)
  }
}

function routeNew(out: Outgoing, route: Route, leg: Leg): void {
  const { send, wait_s } = policyOf(route, leg.event.event_name)
  const { received_at_ms, channel } = leg.envelope
  // Its other side may still come: then this skip is taken back.
  const otherSide = send !== 'merged' && send !== 'both' && send !== sideOf(channel)
  const reason = skipReasonOf(route, leg) ?? (otherSide ? 'leg_policy' : undefined)
  if (reason) {
    out.skip(skipOf(route, reason, 1))
    return
  }
  const isMerged = send === 'merged'
  const dueMs = isMerged ? received_at_ms + wait_s * 1000 : received_at_ms
  out.deliver({
    dataset_id: route.dataset_id,
    destination_id: route.destination_id,
    seq: leg.seq,
    leg_seq: isMerged ? 0 : leg.seq,
    due_ms: gathered(route, dueMs),
    expires_ms: expiryOf(route, leg),
    first: true,
  })
}

/** A repeat on a side that the event was heard from never leaves: that copy went already. */
function routeTwin(out: Outgoing, route: Route, { leg, kept }: Twin): void {
  const side = sideOf(leg.envelope.channel)
  if (kept.legs.some(({ envelope }) => sideOf(envelope.channel) === side)) return
  // Judged as the event was: a refusal of one leg keeps every copy here.
  if ([...kept.legs, leg].some((one) => skipReasonOf(route, one) !== undefined)) return
  const { send } = policyOf(route, leg.event.event_name)
  if (send !== 'both' && send !== side) return
  // Where the event came before the destination was there, nothing was counted to take back.
  const first = send === side && kept.legs[0].envelope.received_at_ms > route.since_ms
  if (first) out.skip(skipOf(route, 'leg_policy', -1))
  // A second copy under one id: beyond the window in which copies are recognised, it would count
  // as an event of its own.
  const unseenMs =
    send === 'both'
      ? kept.legs[0].envelope.received_at_ms + DEDUP_WINDOW_MS
      : Number.POSITIVE_INFINITY
  out.deliver({
    dataset_id: route.dataset_id,
    destination_id: route.destination_id,
    seq: kept.legs[0].seq,
    leg_seq: leg.seq,
    due_ms: gathered(route, leg.envelope.received_at_ms),
    expires_ms: Math.min(expiryOf(route, leg), unseenMs),
    first,
  })
}

interface Twin {
  readonly leg: Leg
  readonly kept: StoredEvent
}

function expiryOf({ age_ms_max }: Route, { event: { event_time, action_source } }: Leg): number {
  return event_time * 1000 + (age_ms_max[action_source] ?? Number.POSITIVE_INFINITY)
}

/** One end for all that falls into a span, so that a quiet shop does not make a file an event. */
function gathered({ gather_ms }: Route, dueMs: number): number {
  return gather_ms ? Math.ceil(dueMs / gather_ms) * gather_ms : dueMs
}

function skipOf({ dataset_id, destination_id }: Route, reason: string, n: number): SkipWrite {
  return { dataset_id, destination_id, reason, n }
}
