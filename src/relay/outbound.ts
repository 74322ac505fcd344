/**
 * A claimed delivery as the event that leaves: one leg as it came, or the legs merged. Every copy
 * carries the id of the kept event, the same at every try, so that the destination counts once.
 * Time, address, IP and user agent are the event's own, never the relay's. Pure.
 */

import type { OutboundEvent } from '../destinations/destination.ts'
import { isWithheld } from '../event/consent.ts'
import { mergeLegs } from '../event/merge.ts'
import type { Leg, ServerEvent, StoredEvent, UserData } from '../event/shape.ts'
import type { ClaimedDelivery } from '../store/outbox.ts'

/** Why a delivery has nothing to send, for good. */
export interface Unsendable {
  readonly code: 'erased' | 'leg_missing' | 'not_consented'
  readonly detail: string
}

/** `type`: of the destination it goes to. */
export function outboundOf(claimed: ClaimedDelivery, type: string): OutboundEvent | Unsendable {
  const { dataset_id, seq, leg_seq, event } = claimed
  if (!event) return ERASED
  // A twin may have brought the refusal after the event was queued: none of its copies leaves.
  if (event.legs.some(({ envelope }) => isWithheld(envelope.consent, type))) return NOT_CONSENTED
  const event_id = outboundId(event)
  if (leg_seq === 0) {
    const { envelope } = event.legs[0]
    return { key: `${dataset_id}:${seq}`, event: { ...merged(event), event_id }, envelope }
  }
  const leg = event.legs.find((one) => one.seq === leg_seq)
  if (!leg) return LEG_MISSING
  const key = `${dataset_id}:${seq}:${leg_seq}`
  return { key, event: { ...leg.event, event_id }, envelope: leg.envelope }
}

export function isUnsendable(made: OutboundEvent | Unsendable): made is Unsendable {
  return 'code' in made
}

/**
 * Never a twin's id: a twin that comes between two tries would change it, and the event would be
 * counted twice.
 */
export function outboundId({ legs: [kept] }: StoredEvent): string {
  return kept.event.event_id ?? `twofold:${kept.envelope.dataset_id}:${kept.seq}`
}

function merged({ legs }: { legs: readonly [Leg, ...Leg[]] }): ServerEvent<UserData> {
  const { dataset_id, seq, received_at_ms, matched_by, findings, ...event } = mergeLegs(legs)
  return event
}

const ERASED: Unsendable = {
  code: 'erased',
  detail: 'The event was erased here before it was sent.',
}
const LEG_MISSING: Unsendable = {
  code: 'leg_missing',
  detail: 'The report that should have left is not stored any more.',
}
const NOT_CONSENTED: Unsendable = {
  code: 'not_consented',
  detail: 'A report of this event says that consent was refused.',
}
