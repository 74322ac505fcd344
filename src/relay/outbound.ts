/**
 * A claimed delivery as the event that leaves: one leg as it came, or the legs merged. Every copy
 * carries the id of the kept event, the same at every try, so that the destination counts once.
 * Time, address, IP and user agent are the event's own, never the relay's. Pure.
 */

import type { OutboundEvent } from '../destinations/destination.ts'
import { isWithheld } from '../event/consent.ts'
import { mergeLegs } from '../event/merge.ts'
import { allowsDestination } from '../event/routes.ts'
import type { Leg, ServerEvent, StoredEvent, UserData } from '../event/shape.ts'
import type { ClaimedDelivery, DeliveryKey } from '../store/outbox.ts'

/** Why a delivery has nothing to send, for good. */
export interface Unsendable {
  readonly code: 'erased' | 'leg_missing' | 'not_consented' | 'rule'
  readonly detail: string
}

/** A stored report as the rules in force would leave it, or the rule that drops it. */
export type Reform = (leg: Leg) => { readonly leg: Leg } | { readonly dropped_by: string }

export type Outgoing = DeliveryKey & Pick<ClaimedDelivery, 'event' | 'under_rules'>

/** `type`: of the destination it goes to. `reform`: for what is to leave under the rules of now. */
export function outboundOf(
  outgoing: Outgoing,
  type: string,
  reform: Reform = (leg) => ({ leg }),
): OutboundEvent | Unsendable {
  const { dataset_id, seq, leg_seq, event } = outgoing
  if (!event) return ERASED
  // A twin may have brought the refusal after the event was queued: none of its copies leaves.
  if (event.legs.some(({ envelope }) => isWithheld(envelope.consent, type))) return NOT_CONSENTED
  const event_id = outboundId(event)
  if (leg_seq !== 0 && !event.legs.some((one) => one.seq === leg_seq)) return LEG_MISSING
  const legs = outgoing.under_rules ? reformed(event.legs, outgoing, reform) : event.legs
  const [first, ...rest] = legs
  if (!first) return RULED_OUT
  if (leg_seq === 0) {
    const { envelope } = first
    const whole = merged({ legs: [first, ...rest] })
    return { key: `${dataset_id}:${seq}`, event: { ...whole, event_id }, envelope }
  }
  const leg = legs.find((one) => one.seq === leg_seq)
  if (!leg) return RULED_OUT
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

/** What the rules leave of its reports; none where they keep the event from the destination. */
function reformed(
  legs: readonly Leg[],
  { destination_id }: DeliveryKey,
  reform: Reform,
): readonly Leg[] {
  const kept = legs.flatMap((leg) => {
    const done = reform(leg)
    return 'leg' in done ? [done.leg] : []
  })
  const mayGo = kept.every(({ envelope }) => allowsDestination(envelope.routes, destination_id))
  return mayGo ? kept : []
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
const RULED_OUT: Unsendable = {
  code: 'rule',
  detail: 'The rules in force keep this event from here.',
}
const NOT_CONSENTED: Unsendable = {
  code: 'not_consented',
  detail: 'A report of this event says that consent was refused.',
}
