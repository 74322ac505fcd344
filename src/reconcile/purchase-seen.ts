/**
 * A counted purchase as reconciliation looks at it: who told of it, for how much, and what names
 * its shopper. Small, because a day of them is held in memory. Pure. Used by fold.ts and reader.ts.
 */
import { bare } from '../event/appendix.ts'
import { moneyOf } from '../event/merge.ts'
import { amountOf } from '../event/money.ts'
import type { Leg, StoredEvent, UserData } from '../event/shape.ts'

export interface PurchaseSeen {
  readonly seq: number
  readonly leg_seqs: readonly number[]
  readonly event_id: string | undefined
  readonly order_id: string | undefined
  readonly at_s: number
  readonly received_s: number
  readonly browser: boolean
  readonly server: boolean
  /** Reports of the browser beyond its first. */
  readonly repeats: number
  /** As how many purchases it would count for who goes by event ids alone. */
  readonly ids: number
  /** Millionths of a major unit. */
  readonly micros: bigint | undefined
  readonly currency: string | undefined
  /** Whatever names the shopper: one in common is enough. */
  readonly people: readonly string[]
  readonly isBot: boolean
  readonly isTest: boolean
  /** Sold in a store, by phone or by people, as it says: the orders of a shop need not know it. */
  readonly isElsewhere: boolean
  /** Ingest took this one for the same sale under another id. */
  readonly twinSeq: number | undefined
}

const MICROS = 1_000_000n

export function purchaseSeen(
  { legs }: StoredEvent,
  isBot: (agent: string) => boolean,
): PurchaseSeen {
  const [kept] = legs
  const { value, currency } = moneyOf(legs)
  const amount = value === undefined ? undefined : amountOf(value)
  const byBrowser = legs.filter(({ envelope }) => envelope.channel === 'browser')
  const firstText = (read: (leg: Leg) => string | undefined): string | undefined =>
    legs.map(read).find((text) => text !== undefined)
  const agent = firstText(({ event }) => event.user_data.client_user_agent)
  return {
    seq: kept.seq,
    leg_seqs: legs.slice(1).map(({ seq }) => seq),
    event_id: firstText(({ event }) => event.event_id),
    order_id: firstText(({ event }) => event.custom_data?.order_id),
    at_s: kept.event.event_time,
    received_s: Math.floor(kept.envelope.received_at_ms / 1000),
    browser: byBrowser.length > 0,
    server: byBrowser.length < legs.length,
    repeats: Math.max(0, byBrowser.length - 1),
    ids: idsIn(legs),
    micros: amount && BigInt(amount.units) * MICROS + BigInt(amount.micros),
    currency,
    people: [...new Set(legs.flatMap(({ event }) => peopleIn(event.user_data)))],
    isBot: agent !== undefined && isBot(agent),
    isElsewhere: byBrowser.length === 0 && isSoldElsewhere(kept),
    isTest: legs.some(({ envelope }) => envelope.test_event_code !== undefined),
    twinSeq: legs.flatMap(({ findings = [] }) => findings).find(({ seq }) => seq)?.seq,
  }
}

/** Reports without an id are each one of their own. */
function idsIn(legs: readonly Leg[]): number {
  const ids = legs.map(({ event }) => event.event_id)
  return new Set(ids.filter((id) => id !== undefined)).size + ids.filter((id) => !id).length
}

const ELSEWHERE: ReadonlySet<string> = new Set([
  ...['physical_store', 'phone_call', 'email', 'chat', 'business_messaging', 'other'],
])

/** Of a CRM only where a source or an import told of it: servers say it of anything. */
const isSoldElsewhere = ({ event: { action_source: from }, envelope: { via } }: Leg): boolean =>
  ELSEWHERE.has(from ?? '') || (from === 'system_generated' && via === 'source')

/** An address alone is a household's or an office's; with the same browser it is a person's. */
export function peopleIn(data: UserData): string[] {
  const { em = [], ph = [], external_id: ids = [], fbp } = data
  const { client_ip_address: ip, client_user_agent: agent } = data
  return [
    ...em.map((one) => `e${one}`),
    ...ph.map((one) => `p${one}`),
    ...ids.map((one) => `x${one}`),
    ...(fbp === undefined ? [] : [`f${bare(fbp)}`]),
    ...(ip && agent ? [`a${ip} ${agent}`] : []),
  ]
}
