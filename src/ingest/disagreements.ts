/** What two legs of one event disagree about: kept as findings on the leg that came later. */
import { moneyOf } from '../event/merge.ts'
import type { Envelope, Finding, ServerEvent, StoredEvent, UserData } from '../event/shape.ts'
import { LATE_TWIN_S } from '../limits.ts'

export function disagreements(
  kept: StoredEvent,
  envelope: Envelope,
  event: ServerEvent<UserData>,
): Finding[] {
  return [
    ...aboutMoney(kept, envelope, event),
    ...aboutTime(kept, envelope, event),
    ...aboutOrder(kept, event),
  ]
}

function aboutMoney(
  kept: StoredEvent,
  { channel }: Envelope,
  { custom_data: custom }: ServerEvent<UserData>,
): Finding[] {
  const known = moneyOf(kept.legs)
  const [first] = kept.legs
  const findings: Finding[] = []
  const words = (a: unknown, b: unknown): string =>
    `${first.envelope.channel} said ${a}, ${channel} says ${b}`
  if (known.value !== undefined && custom?.value !== undefined && known.value !== custom.value) {
    const detail = words(known.value, custom.value)
    findings.push({ code: 'value_mismatch', key: 'custom_data.value', detail })
  }
  if (known.currency && custom?.currency && known.currency !== custom.currency) {
    const detail = words(known.currency, custom.currency)
    findings.push({ code: 'currency_mismatch', key: 'custom_data.currency', detail })
  }
  return findings
}

function aboutTime(kept: StoredEvent, envelope: Envelope, event: ServerEvent<UserData>): Finding[] {
  const [first] = kept.legs
  const findings: Finding[] = []
  const apartS = Math.abs(event.event_time - first.event.event_time)
  if (apartS > LATE_TWIN_S) {
    const detail = `the two say times ${minutes(apartS)} apart`
    findings.push({ code: 'event_time_mismatch', key: 'event_time', detail })
  }
  const laterS = (envelope.received_at_ms - first.envelope.received_at_ms) / 1000
  if (laterS > LATE_TWIN_S) {
    findings.push({ code: 'late_twin', detail: `came ${minutes(laterS)} after the first` })
  }
  return findings
}

function aboutOrder(kept: StoredEvent, event: ServerEvent<UserData>): Finding[] {
  const ours = kept.legs.find((leg) => leg.event.custom_data?.order_id)?.event.custom_data?.order_id
  const theirs = event.custom_data?.order_id
  if (!ours || !theirs || ours === theirs) return []
  const detail = 'one event id was used for two orders; only the first is counted'
  return [{ code: 'order_id_differs', key: 'custom_data.order_id', detail }]
}

function minutes(seconds: number): string {
  return `${Math.round(seconds / 60)} minutes`
}
