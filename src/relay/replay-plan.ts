/**
 * What a replay would make of one stored event: which copies would leave, in which form, and what
 * differs from the event as it is stored. Pure; called by replay-run.ts for every event. The
 * copies are those that ingest would make of the same event today.
 */
import type { Destination, OutboundEvent } from '../destinations/destination.ts'
import { sideOf } from '../event/dedup-key.ts'
import { policyOf, type Route, skipReasonOf } from '../event/route.ts'
import type { Json, Leg, StoredEvent } from '../event/shape.ts'
import { DEDUP_WINDOW_MS } from '../limits.ts'
import type { DeliveryKey } from '../store/outbox.ts'
import { isTooOld } from './batch.ts'
import { isUnsendable, outboundOf, type Reform } from './outbound.ts'
import { payloadChanges } from './payload-diff.ts'
import type { PayloadChange } from './replay-view.ts'

export interface ReplayTarget {
  readonly route: Route
  readonly destination: Destination
  /** In force now. */
  readonly settings: unknown
  /** What the replay compares with them: the same where it sends. */
  readonly compared: unknown
  readonly reform: Reform
  readonly nowMs: number
}

/** One copy that would leave. `before`: of the event as stored, undefined where nothing left. */
export interface PlannedCopy {
  readonly leg_seq: number
  readonly expires_ms: number
  readonly before: Json | undefined
  readonly after: Json
}

type Refusal =
  | { readonly fate: 'too_old' }
  | { readonly fate: 'not_accepted'; readonly reason: string }

export type Plan =
  | { readonly fate: 'dropped' }
  | Refusal
  | {
      readonly fate: 'sends'
      /** At least one. */
      readonly copies: readonly PlannedCopy[]
      readonly changes: readonly PayloadChange[]
      readonly event_name: string
      readonly event_id: string
    }

export function planOf(event: StoredEvent, target: ReplayTarget): Plan {
  const ruled = new Map(event.legs.map((leg) => [leg.seq, target.reform(leg)]))
  const reform: Reform = (leg) => ruled.get(leg.seq) ?? { leg }
  const legs = event.legs.flatMap((leg) => {
    const done = reform(leg)
    return 'leg' in done ? [done.leg] : []
  })
  const [first] = legs
  if (!first) return { fate: 'dropped' }
  const route = { ...target.route, enabled: true }
  const refused = legs.map((leg) => skipReasonOf(route, leg)).find((reason) => reason)
  if (refused) return { fate: 'not_accepted', reason: refused }
  const legSeqs = copiesOf(route, legs)
  if (legSeqs.length === 0) return { fate: 'not_accepted', reason: 'leg_policy' }
  const made = legSeqs.map((leg_seq) => copyOf(event, leg_seq, { ...target, reform }))
  const copies = made.filter((one): one is Copy => !('fate' in one))
  const [copy, ...further] = copies
  if (!copy) return made.find((one): one is Refusal => 'fate' in one) ?? { fate: 'too_old' }
  return {
    fate: 'sends',
    copies: [copy, ...further.map((one) => recognised(one, target))],
    changes: changesOf(copies),
    event_name: copy.event.event_name,
    event_id: copy.event.event_id,
  }
}

/** Every delivery that an event can have: merged, and the first report of each side. */
export function keysOf(event: StoredEvent, { route }: Pick<ReplayTarget, 'route'>): DeliveryKey[] {
  const { dataset_id, destination_id } = route
  const { seq } = event.legs[0]
  const leg_seqs = [0, ...firstOfSides(event.legs).map((leg) => leg.seq)]
  return leg_seqs.map((leg_seq) => ({ dataset_id, destination_id, seq, leg_seq }))
}

/** leg_seq of what leaves; 0 stands for the reports merged. */
function copiesOf(route: Route, legs: readonly Leg[]): number[] {
  const { send } = policyOf(route, legs[0]?.event.event_name ?? '')
  if (send === 'merged') return [0]
  return firstOfSides(legs)
    .filter(({ envelope }) => send === 'both' || sideOf(envelope.channel) === send)
    .map(({ seq }) => seq)
}

/** A repeat on a side never leaves. */
function firstOfSides(legs: readonly Leg[]): Leg[] {
  const sides = legs.map(({ envelope }) => sideOf(envelope.channel))
  return legs.filter((_, index) => sides.indexOf(sides[index] ?? 'server') === index)
}

type Copy = PlannedCopy & Pick<OutboundEvent, 'event'>

function copyOf(event: StoredEvent, leg_seq: number, target: ReplayTarget): Copy | Refusal {
  const { route, destination, settings, compared, reform, nowMs } = target
  const { dataset_id, destination_id } = route
  const key = { dataset_id, destination_id, seq: event.legs[0].seq, leg_seq, event }
  const made = outboundOf({ ...key, under_rules: true }, destination.name, reform)
  if (isUnsendable(made)) return { fate: 'not_accepted', reason: made.code }
  if (isTooOld(made, destination, nowMs)) return { fate: 'too_old' }
  const after = payloadOf(made, destination, compared)
  if ('reason' in after) return { fate: 'not_accepted', ...after }
  const stored = outboundOf(key, destination.name)
  const before = isUnsendable(stored) ? undefined : payloadOf(stored, destination, settings)
  return {
    leg_seq,
    expires_ms: made.event.event_time * 1000 + destination.bounds.ageMsMax(made.event),
    before: before && 'payload' in before ? before.payload : undefined,
    after: after.payload,
    event: made.event,
  }
}

/** As at ingest: a second copy must not leave so late that it would count as a new event. */
function recognised(copy: Copy, { nowMs }: ReplayTarget): Copy {
  return { ...copy, expires_ms: Math.min(copy.expires_ms, nowMs + DEDUP_WINDOW_MS) }
}

function payloadOf(
  event: OutboundEvent,
  destination: Destination,
  settings: unknown,
): { readonly payload: Json } | { readonly reason: string } {
  try {
    const accepted = destination.accepts(event, settings)
    if (accepted !== true) return { reason: accepted }
    return { payload: destination.payloadOf(event, settings) }
  } catch {
    // As the relay would find: a defect of ours that one event brings out stops no other.
    return { reason: 'translation_failed' }
  }
}

/** A field counts once for an event, however many copies differ in it. */
function changesOf(copies: readonly PlannedCopy[]): PayloadChange[] {
  const byField = new Map<string, PayloadChange>()
  for (const { before, after } of copies) {
    for (const change of payloadChanges(before, after)) {
      if (!byField.has(change.field)) byField.set(change.field, change)
    }
  }
  return [...byField.values()]
}
