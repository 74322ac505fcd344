/**
 * Routes about event names: when each was seen (from counters), and what its newest events carry
 * (from a bounded sample, which the answer names with its size).
 */
import { moneyOf } from '../event/merge.ts'
import type { StoredEvent } from '../event/shape.ts'
import { DETAIL_SAMPLE_EVENTS } from '../limits.ts'
import { ACTIVITY_DAYS, ACTIVITY_HOURS, ACTIVITY_METRICS, activityOf } from '../quality/activity.ts'
import type { EventQuery } from '../store/store.ts'
import {
  eventDetailsQuerySchema,
  eventDetailsSchema,
  eventNamesSchema,
} from './event-names-schemas.ts'
import { sampleOf } from './event-sample.ts'
import type { Context } from './ports.ts'
import { type Route, route } from './route.ts'
import type { EventDetails, EventNamesAnswer } from './types.ts'

/** The newest events that the answer names one by one. */
const NEWEST = 8
/** Reads that a sample may take: a rare name lies far apart. */
const SAMPLE_READS_MAX = 5
const DAY_S = 86_400

export const eventNameRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/datasets/{id}/event-names',
    auth: { needs: 'read', on: 'dataset' },
    summary: 'When each event was seen last, and whether it still comes',
    description: 'Of the last 28 days, from counters.',
    answer: { status: 200, description: 'By event name.', schema: eventNamesSchema },
    run: async ({ id }, { store, nowMs }): Promise<EventNamesAnswer> => {
      const nowS = Math.floor(nowMs() / 1000) + 1
      const asked = { dataset_id: id, to_s: nowS, metrics: ACTIVITY_METRICS }
      const [days, hours] = await Promise.all([
        store.counters({ ...asked, by: 'day', from_s: nowS - (ACTIVITY_DAYS - 1) * DAY_S }),
        store.counters({ ...asked, by: 'hour', from_s: nowS - ACTIVITY_HOURS * 3600 }),
      ])
      const seen = activityOf({ days: days.counters, hours: hours.counters }, nowS)
      return { days: ACTIVITY_DAYS, event_names: seen.map((one) => ({ ...one })) }
    },
  }),
  route({
    method: 'GET',
    path: '/api/datasets/{id}/event-details',
    auth: { needs: 'read', on: 'dataset' },
    summary: 'What the newest events of one name carry',
    description:
      'Parameters with their coverage, pages, browsers and systems of the newest counted events ' +
      'of the window, at most 300 of them. A sample, not a count: the summary counts.',
    query: eventDetailsQuerySchema,
    answer: { status: 200, description: 'The details.', schema: eventDetailsSchema },
    run: async ({ id, query }, context): Promise<EventDetails> => {
      const { event_name, from, to } = query
      const { events, whole } = await newest(context, {
        dataset_id: id,
        event_name,
        ...(from === undefined ? {} : { from_s: from }),
        ...(to === undefined ? {} : { to_s: to }),
        limit: DETAIL_SAMPLE_EVENTS,
      })
      return {
        event_name,
        ...sampleOf(events, whole),
        events: events.slice(0, NEWEST).map(lineOf),
      }
    },
  }),
]

async function newest(
  { store }: Context,
  query: EventQuery,
): Promise<{ events: readonly StoredEvent[]; whole: boolean }> {
  const events: StoredEvent[] = []
  let before: number | undefined
  for (let reads = 0; reads < SAMPLE_READS_MAX && events.length < query.limit; reads++) {
    const cursor = before === undefined ? {} : { before_seq: before }
    const page = await store.events({ ...query, ...cursor, limit: query.limit - events.length })
    events.push(...page.events)
    before = page.next_before_seq
    if (before === undefined) return { events, whole: true }
  }
  return { events, whole: false }
}

function lineOf({ legs }: StoredEvent): EventDetails['events'][number] {
  const [{ seq, event, envelope }] = legs
  const { value, currency } = moneyOf(legs)
  const order = legs.find((leg) => leg.event.custom_data?.order_id)?.event.custom_data?.order_id
  return {
    id: String(seq),
    received_at: Math.floor(envelope.received_at_ms / 1000),
    event_id: event.event_id ?? null,
    order_id: order ?? null,
    value: value ?? null,
    currency: currency ?? null,
    channels: [...new Set(legs.map((leg) => leg.envelope.channel))],
    findings: new Set(legs.flatMap(({ findings = [] }) => findings.map(({ code }) => code))).size,
  }
}
