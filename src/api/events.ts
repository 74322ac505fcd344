/** The event log: merged events with their legs, a page at a time, and how a leg is shown. */
import type { z } from 'zod'
import { eventConsent } from '../event/consent.ts'
import { mergeLegs } from '../event/merge.ts'
import type { Leg, StoredEvent } from '../event/shape.ts'
import { PAGE_READ_MS, PAGE_READS_MAX } from '../limits.ts'
import type { EventQuery } from '../store/store.ts'
import { eventsQuerySchema } from './event-schemas.ts'
import type { Context } from './ports.ts'
import { type Route, route } from './route.ts'
import { eventsSchema } from './schemas.ts'
import type { EventsAnswer, EventView, LegView } from './types.ts'

export const eventRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/datasets/{id}/events',
    auth: { needs: 'read', on: 'dataset' },
    summary: 'Search the events, each merged from its legs',
    description:
      'Newest first; filters combine. The event is what counts: the first leg, completed by later ' +
      'ones, with the value of the server. By order number and by the event id of a conversion it ' +
      'is found at once. What no index knows is looked for through the log, a bounded part at a ' +
      'time: a page may be short or empty and still have a next one, and looked_back_to says how ' +
      'far it came.',
    query: eventsQuerySchema,
    answer: { status: 200, description: 'A page of events.', schema: eventsSchema },
    run: async ({ id, query }, context): Promise<EventsAnswer> => {
      const { cursor, limit = 0, ...filters } = query
      const { events, before, reachedMs } = await readPage(context, {
        ...storeQueryOf(id, filters),
        ...(cursor === undefined ? {} : { before_seq: Number(cursor) }),
        limit,
      })
      return {
        events: events.map(viewEvent),
        next_cursor: before === undefined ? null : String(before),
        looked_back_to:
          before === undefined || reachedMs === undefined ? null : Math.floor(reachedMs / 1000),
      }
    },
  }),
]

type Filters = Omit<z.output<typeof eventsQuerySchema>, 'cursor' | 'limit'>

/** What the store is asked for the filters of a page or an export. */
export function storeQueryOf(dataset_id: string, filters: Filters): Omit<EventQuery, 'limit'> {
  const { verdict = 'accepted', from, to, ...rest } = filters
  const given = Object.entries(rest).filter(([, value]) => value !== undefined)
  return {
    dataset_id,
    ...(Object.fromEntries(given) as Partial<EventQuery>),
    ...(from === undefined ? {} : { from_s: from }),
    ...(to === undefined ? {} : { to_s: to }),
    ...(verdict === 'duplicate' ? { repeated: true } : {}),
    verdicts:
      verdict === 'all'
        ? ['accepted', 'dropped', 'rejected']
        : [verdict === 'duplicate' ? 'accepted' : verdict],
  }
}

/**
 * Fills the page by several bounded reads, as long as that takes no time that anybody waits for: a
 * rare event may lie far back. What is asked next goes on from there.
 */
async function readPage(
  { store, nowMs }: Context,
  query: EventQuery,
): Promise<{
  events: StoredEvent[]
  before: number | undefined
  reachedMs: number | undefined
}> {
  const events: StoredEvent[] = []
  let before = query.before_seq
  let reachedMs: number | undefined
  const untilMs = nowMs() + PAGE_READ_MS
  for (let reads = 0; reads < PAGE_READS_MAX && (reads === 0 || nowMs() < untilMs); reads++) {
    const page = await store.events({
      ...query,
      limit: query.limit - events.length,
      ...(before === undefined ? {} : { before_seq: before }),
    })
    events.push(...page.events)
    before = page.next_before_seq
    reachedMs = page.reached_ms
    if (before === undefined || events.length >= query.limit) break
  }
  return { events, before, reachedMs }
}

export function viewEvent({ legs }: StoredEvent): EventView {
  const { received_at_ms, matched_by, findings, ...event } = mergeLegs(legs)
  const [kept] = legs
  const consent = eventConsent(legs)
  return {
    id: String(kept.seq),
    ...event,
    ...(consent ? { consent: { ...consent } } : {}),
    user_data: { ...event.user_data } as EventView['user_data'],
    received_at: Math.floor(received_at_ms / 1000),
    received_at_ms,
    verdict: kept.verdict,
    reason: kept.reason ?? null,
    matched_by: matched_by ?? null,
    findings: [...findings] as EventView['findings'],
    legs: legs.map(viewLeg),
  }
}

/** A leg as the event log and the live view show it. */
export function viewLeg({ event, envelope, ...leg }: Leg): LegView {
  const { event_name, event_time, event_id, action_source, custom_data } = event
  const { event_source_url, referrer_url } = event
  return {
    seq: leg.seq,
    dataset_id: envelope.dataset_id,
    channel: envelope.channel,
    via: envelope.via,
    received_at: Math.floor(envelope.received_at_ms / 1000),
    received_at_ms: envelope.received_at_ms,
    verdict: leg.verdict,
    reason: leg.reason,
    matched_by: leg.matched_by,
    of_seq: leg.of_seq,
    event_name,
    event_time,
    event_id,
    action_source,
    event_source_url,
    referrer_url,
    user_data: { ...event.user_data } as LegView['user_data'],
    custom_data: custom_data && { ...custom_data },
    test_event_code: envelope.test_event_code,
    partner_agent: envelope.partner_agent,
    consent: envelope.consent && { ...envelope.consent },
    browser: envelope.browser && { ...envelope.browser },
    rules_version: envelope.rules_version,
    rules: envelope.rules && [...envelope.rules],
    routes: envelope.routes && { ...envelope.routes },
    findings: [...(leg.findings ?? [])] as LegView['findings'],
  }
}
