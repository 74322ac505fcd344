/**
 * From claimed deliveries to batches that a destination takes: what cannot or may not leave is
 * settled before it can sink its neighbours, the rest is cut by count and bytes. Pure. Called by
 * lane.ts.
 */
import { Buffer } from 'node:buffer'
import type { Destination, OutboundEvent } from '../destinations/destination.ts'
import { DEDUP_WINDOW_MS, LEASE_MS, RETRY_AGE_MS_MAX, SEND_HARD_MS } from '../limits.ts'
import type { ClaimedDelivery, DeliveryKey, Settlement } from '../store/outbox.ts'
import { isUnsendable, outboundOf, type Reform } from './outbound.ts'
import type { Problem } from './view.ts'

/** `events[i]` is made of `claimed[i]`. */
export interface Batch {
  readonly claimed: ClaimedDelivery[]
  readonly events: OutboundEvent[]
}

export interface Prepared {
  readonly batches: readonly Batch[]
  readonly refused: readonly Settlement[]
}

interface Target {
  readonly destination: Destination
  readonly settings: unknown
  readonly reform?: Reform
  readonly nowMs: number
}

export function prepare(deliveries: readonly ClaimedDelivery[], target: Target): Prepared {
  const { eventsMax } = target.destination.bounds
  const bytesMax = roomOf(target.destination)
  const batches: Batch[] = []
  const refused: Settlement[] = []
  let open: Batch = { claimed: [], events: [] }
  let bytes = 0
  for (const claimed of deliveries) {
    const made = eventOf(claimed, target)
    if ('code' in made) {
      refused.push({ ...keyOf(claimed), state: 'rejected', ...made })
      continue
    }
    if (open.events.length >= eventsMax || (bytes + made.bytes > bytesMax && bytes > 0)) {
      batches.push(open)
      open = { claimed: [], events: [] }
      bytes = 0
    }
    open.claimed.push(claimed)
    open.events.push(made.event)
    bytes += made.bytes
  }
  if (open.events.length > 0) batches.push(open)
  return { batches, refused }
}

export function keyOf({ dataset_id, destination_id, seq, leg_seq }: DeliveryKey): DeliveryKey {
  return { dataset_id, destination_id, seq, leg_seq }
}

/** Between two events of a body. */
const COMMA_BYTES = 1
/** Around them all: names, brackets, a token. */
const FRAME_BYTES = 4096

function roomOf({ bounds: { bytesMax } }: Destination): number {
  return bytesMax - Math.min(FRAME_BYTES, Math.floor(bytesMax / 16))
}

/** The event and its bytes on the wire, or why it does not leave, for good. */
function eventOf(
  claimed: ClaimedDelivery,
  { destination, settings, reform, nowMs }: Target,
): { event: OutboundEvent; bytes: number } | Problem {
  try {
    const event = outboundOf(claimed, destination.name, reform)
    if (isUnsendable(event)) return event
    const tooOld = tooOldOf(claimed, event, { destination, nowMs })
    if (tooOld) return tooOld
    const arrived = mayHaveArrived(claimed, destination, nowMs)
    if (arrived) return arrived
    const accepted = destination.accepts(event, settings)
    if (accepted !== true) {
      return { code: accepted, detail: `${destination.title} has no use for this event.` }
    }
    const payload = JSON.stringify(destination.payloadOf(event, settings)) ?? ''
    const bytes = Buffer.byteLength(payload) + COMMA_BYTES
    const bytesMax = roomOf(destination)
    if (bytes <= bytesMax) return { event: { ...event, payload }, bytes }
    return { code: 'too_large', detail: `It takes ${bytes} bytes, more than ${bytesMax}.` }
  } catch (error) {
    // A defect of ours that one event brings out must not stop the others; it can be sent again
    // from the dead letters once it is mended. The message may quote the event: only its name.
    const name = error instanceof Error ? error.name : 'error'
    return { code: 'translation_failed', detail: `Twofold could not translate it (${name}).` }
  }
}

const DAY_MS = 86_400_000

const LATE_COPY: Problem = {
  code: 'copy_too_late',
  detail:
    'Another report of this event was sent earlier. This one comes so late that it would be ' +
    'counted as an event of its own.',
}

/**
 * Nobody heard of an earlier try. While the destination recognises copies, sending it again is
 * right either way; afterwards it could count twice, and a person who can look there has to choose.
 */
function mayHaveArrived(
  { maybe_sent_ms }: ClaimedDelivery,
  { title, bounds: { repeatMsMax = DEDUP_WINDOW_MS } }: Destination,
  nowMs: number,
): Problem | undefined {
  // Of a lease that ran out its end is known, and the try lies before it.
  const sentMs = maybe_sent_ms === undefined ? undefined : maybe_sent_ms - LEASE_MS
  if (sentMs === undefined || nowMs + SEND_HARD_MS - sentMs < repeatMsMax) return undefined
  const at = new Date(sentMs).toISOString().slice(0, 16).replace('T', ' ')
  const detail =
    `It was sent at about ${at} UTC and the answer was lost: it may have arrived. So late a copy ` +
    `would count twice. If it is missing at ${title}, send it again.`
  return { code: 'may_have_arrived', detail }
}

/** Refused a little early: what becomes too old on its way would sink its whole batch. */
export function isTooOld(
  { event }: Pick<OutboundEvent, 'event'>,
  { bounds }: Destination,
  nowMs: number,
): boolean {
  return nowMs + SEND_HARD_MS - event.event_time * 1000 > bounds.ageMsMax(event)
}

function tooOldOf(
  { expires_ms, created_ms, seq, leg_seq }: ClaimedDelivery,
  { event }: OutboundEvent,
  { destination, nowMs }: Pick<Target, 'destination' | 'nowMs'>,
): Problem | undefined {
  const isOld = isTooOld({ event }, destination, nowMs)
  const isExpired = nowMs + SEND_HARD_MS >= expires_ms
  // Only a further copy of an event expires before its age does; see ingest/deliveries.ts.
  if (isExpired && !isOld && leg_seq !== 0 && leg_seq !== seq) return LATE_COPY
  if (isExpired || isOld) {
    const days = Math.round((destination.bounds.ageMsMax(event) / DAY_MS) * 10) / 10
    return {
      code: 'too_old',
      detail: `${destination.title} takes events of the last ${days} days.`,
    }
  }
  if (nowMs - created_ms <= RETRY_AGE_MS_MAX) return undefined
  const days = RETRY_AGE_MS_MAX / DAY_MS
  return { code: 'gave_up', detail: `It could not be delivered for ${days} days.` }
}
