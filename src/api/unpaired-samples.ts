/**
 * Finds conversions that only one side reported, newest first, and says why. Reads a bounded part
 * of the event log; the numbers of the report come from counters and never from here.
 */
import { agentClass } from '../event/agent-class.ts'
import { sideOf } from '../event/dedup-key.ts'
import { moneyOf } from '../event/merge.ts'
import { isBrowsing } from '../event/names.ts'
import type { StoredEvent } from '../event/shape.ts'
import { UNPAIRED_REASONS, type UnpairedReason, unpairedReason } from '../event/unpaired.ts'
import { DEDUP_WINDOW_MS, QUALITY_SEARCH_PAGE_EVENTS, QUALITY_SEARCH_READS_MAX } from '../limits.ts'
import type { Store } from '../store/store.ts'
import type { UnpairedSamplesAnswer } from './types.ts'

type Side = 'browser' | 'server'
type Sample = UnpairedSamplesAnswer['samples'][number]

export interface UnpairedRequest {
  readonly dataset_id: string
  readonly from: number
  readonly to: number
  readonly event_name: string | undefined
  readonly side: Side
  readonly reason: string | undefined
  readonly limit: number
}

interface Why {
  readonly reason: UnpairedReason
  readonly otherSeq?: number
}

export async function findUnpaired(
  store: Pick<Store, 'events'>,
  request: UnpairedRequest,
): Promise<UnpairedSamplesAnswer> {
  const { side, limit } = request
  const samples: Sample[] = []
  /** By the event that looked like a later one: that later one. */
  const suspectedBy = new Map<number, number>()
  let searched = 0
  let before: number | undefined
  for (let reads = 0; reads < QUALITY_SEARCH_READS_MAX && samples.length < limit; reads++) {
    const page = await store.events(queryOf(request, before))
    searched += page.events.length
    for (const event of page.events) {
      if (samples.length >= limit) break
      noteSuspicion(event, suspectedBy)
      if (!isUnpaired(event, side)) continue
      const why = await reasonOf(store, event, suspectedBy)
      if (request.reason === undefined || why.reason === request.reason) {
        samples.push(sampleOf(event, why))
      }
    }
    before = page.next_before_seq
    if (before === undefined) break
  }
  return { side, searched, samples }
}

function queryOf(
  { dataset_id, event_name, from, to }: UnpairedRequest,
  before: number | undefined,
): Parameters<Store['events']>[0] {
  return {
    dataset_id,
    from_s: from,
    to_s: to,
    limit: QUALITY_SEARCH_PAGE_EVENTS,
    ...(event_name === undefined ? {} : { event_name }),
    ...(before === undefined ? {} : { before_seq: before }),
  }
}

function noteSuspicion({ legs: [first] }: StoredEvent, suspectedBy: Map<number, number>): void {
  const seq = first.findings?.find(({ code }) => code === 'possible_twin')?.seq
  if (seq !== undefined) suspectedBy.set(seq, first.seq)
}

function isUnpaired({ legs }: StoredEvent, side: Side): boolean {
  if (isBrowsing(legs[0].event.event_name)) return false
  return legs.every(({ envelope }) => sideOf(envelope.channel) === side)
}

async function reasonOf(
  store: Pick<Store, 'events'>,
  { legs: [first] }: StoredEvent,
  suspectedBy: ReadonlyMap<number, number>,
): Promise<Why> {
  const own = unpairedReason(first, DEDUP_WINDOW_MS)
  if (own === 'not_on_site') return { reason: own }
  const earlier = first.findings?.find(({ code }) => code === 'possible_twin')?.seq
  const suspect = earlier ?? suspectedBy.get(first.seq)
  if (suspect !== undefined) return { reason: 'different_id', otherSeq: suspect }
  const other = await sameIdElsewhere(store, first)
  return other === undefined ? { reason: own } : { reason: 'outside_window', otherSeq: other }
}

/** Another event of this name and id that the other side reported: only the window parts them. */
async function sameIdElsewhere(
  store: Pick<Store, 'events'>,
  { seq, event, envelope }: StoredEvent['legs'][0],
): Promise<number | undefined> {
  const { event_id, event_name } = event
  if (event_id === undefined) return undefined
  const { dataset_id } = envelope
  const { events } = await store.events({ dataset_id, event_name, event_id, limit: 5 })
  const own = sideOf(envelope.channel)
  return events.find(
    ({ legs }) => legs[0].seq !== seq && legs.some((leg) => sideOf(leg.envelope.channel) !== own),
  )?.legs[0].seq
}

function sampleOf({ legs }: StoredEvent, { reason, otherSeq }: Why): Sample {
  const [{ seq, event, envelope }] = legs
  const { value, currency } = moneyOf(legs)
  return {
    id: String(seq),
    event_name: event.event_name,
    event_id: event.event_id ?? null,
    order_id: event.custom_data?.order_id ?? null,
    event_time: event.event_time,
    received_at: Math.floor(envelope.received_at_ms / 1000),
    channel: envelope.channel,
    value: value ?? null,
    currency: currency ?? null,
    ...agentClass(event.user_data.client_user_agent),
    reason,
    ...UNPAIRED_REASONS[reason],
    other_id: otherSeq === undefined ? null : String(otherSeq),
  }
}
