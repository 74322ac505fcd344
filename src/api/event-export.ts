/**
 * GET /api/datasets/{id}/events/export: what a search of the event log finds, all of it, as a file.
 * NDJSON holds the events as the event log answers them, CSV one row each for a spreadsheet.
 */
import type { StoredEvent } from '../event/shape.ts'
import { EXPORT_PAGE_EVENTS } from '../limits.ts'
import { eventExportQuerySchema, eventRowSchema } from './event-schemas.ts'
import { exportEvents } from './event-stream.ts'
import { storeQueryOf, viewEvent } from './events.ts'
import { type Route, route } from './route.ts'
import { eventSchema } from './schemas.ts'
import type { EventExportRow, EventView } from './types.ts'

const COLUMNS = Object.keys(eventRowSchema.shape) as (keyof EventExportRow)[]

export const eventExportRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/datasets/{id}/events/export',
    auth: { needs: 'read', on: 'dataset' },
    history: 'events.exported',
    summary: 'Export the events that a search finds',
    description:
      'Newest first, one event a line (or CSV). A connection that ends before the last line was ' +
      'cut off: such an export is not whole. While it runs, .../exports says how far it is.',
    query: eventExportQuerySchema,
    answer: {
      status: 200,
      description: 'A stream; each line is one of these.',
      type: 'application/x-ndjson',
      schema: eventSchema,
    },
    run: async (call, context) => {
      const { format, ...filters } = call.query
      const query = { ...storeQueryOf(call.id, filters), limit: EXPORT_PAGE_EVENTS }
      const what = { name: 'events', query, filters } as const
      if (format === 'csv') {
        await exportEvents(call, { ...what, format, columns: COLUMNS, rowOf }, context)
      } else {
        const as = { format, columns: [], rowOf: viewEvent }
        await exportEvents<EventView>(call, { ...what, ...as }, context)
      }
      return call.reply
    },
  }),
]

function rowOf(stored: StoredEvent): EventExportRow {
  const event = viewEvent(stored)
  const { custom_data: custom = {}, legs } = event
  const { value, currency, order_id, content_ids } = custom
  return {
    id: event.id,
    event_name: event.event_name,
    event_id: event.event_id ?? null,
    event_time: iso(event.event_time),
    received_at: iso(event.received_at),
    verdict: event.verdict,
    reason: event.reason,
    reported_by: legs.map(({ channel }) => channel),
    matched_by: event.matched_by,
    value: typeof value === 'number' ? value : null,
    currency: typeof currency === 'string' ? currency : null,
    order_id: order_id === undefined ? null : String(order_id),
    content_ids: Array.isArray(content_ids) ? content_ids.map(String) : [],
    action_source: event.action_source,
    event_source_url: event.event_source_url ?? null,
    match_keys: Object.keys(event.user_data),
    consent: typeof event.consent?.state === 'string' ? event.consent.state : null,
    test_event_code: legs.find((leg) => leg.test_event_code)?.test_event_code ?? null,
    rules: [...new Set(legs.flatMap(({ rules = [] }) => rules))],
    findings: [...new Set(event.findings.map(({ code }) => code))],
  }
}

const iso = (second: number): string => new Date(second * 1000).toISOString()
