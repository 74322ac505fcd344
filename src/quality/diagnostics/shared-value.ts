/**
 * Looks in the sample for one value that too many events share: an address of the server's own, a
 * fixed customer, a cached cookie. Of each event name the newest events are in the sample, so that
 * a fault shows whatever the traffic. Pure; called by the checks of that kind.
 */
import { isBrowsing } from '../../event/names.ts'
import type { Leg, StoredEvent } from '../../event/shape.ts'
import { wilson } from '../wilson.ts'
import type { Hit } from './check.ts'
import type { Side } from './counts.ts'
import type { Evidence } from './evidence.ts'
import { AFFECTED_MIN } from './share.ts'
import { share, subjectWords } from './words.ts'

interface Spec {
  readonly side: Side
  /** The value, and who it seems to be: what one person does often is no fault. */
  readonly pick: (leg: Leg) => string | undefined
  readonly personOf: (leg: Leg) => string | undefined
  /** The share that may come from one value. */
  readonly above: number
  /** Different people behind it, at least. */
  readonly peopleMin: number
  readonly says: string
}

export function sharedValues(
  { sample, nowMs }: Evidence,
  { side, pick, personOf, above, peopleMin, says }: Spec,
): Hit[] {
  const byName = Map.groupBy(
    sample.flatMap((event) => legsOf(event, side).slice(0, 1)),
    (leg) => leg.event.event_name,
  )
  return [...byName].flatMap(([event_name, legs]): Hit[] => {
    if (isBrowsing(event_name) && side === 'browser') return []
    const telling = legs.filter((leg) => pick(leg) !== undefined)
    const [most] = [...Map.groupBy(telling, pick)].sort(([, a], [, b]) => b.length - a.length)
    if (!most) return []
    const [value, own] = most
    const people = new Set(own.map(personOf).filter((one) => one !== undefined)).size
    if (own.length < AFFECTED_MIN || people < peopleMin) return []
    if (wilson(own.length, telling.length).low <= above) return []
    const subject = { event_name, side }
    const oldest = Math.min(...own.map(({ envelope }) => envelope.received_at_ms))
    return [
      {
        subject,
        affected: own.length,
        total: telling.length,
        hours: Math.max(1, Math.ceil((nowMs - oldest) / 3_600_000)),
        words: `${share(own.length, telling.length)} of the newest reports of ${subjectWords(subject)} ${says}, from ${people} different people.`,
        picks: (event) =>
          legsOf(event, side).some(
            (leg) => leg.event.event_name === event_name && pick(leg) === value,
          ),
      },
    ]
  })
}

export const legsOf = ({ legs }: StoredEvent, side: Side): Leg[] =>
  legs.filter(
    ({ verdict, envelope }) =>
      (verdict === 'accepted' || verdict === 'duplicate') &&
      (envelope.channel === 'browser') === (side === 'browser'),
  )

/** Who an event seems to be about, by the strongest key it has. */
export const personOf = ({ event: { user_data: user } }: Leg): string | undefined =>
  user.em?.[0] ?? user.external_id?.[0] ?? user.ph?.[0] ?? user.fbp
