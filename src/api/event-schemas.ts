/** What the event log is asked and answers: filters, export, one event's story. See schemas.ts. */
import { z } from 'zod'
import { PAGE_EVENTS_MAX, PERSON_VALUES_MAX } from '../limits.ts'
import { consentRecordSchema } from './consents-schema.ts'
import { deliverySchema } from './destination-schemas.ts'
import { empty, eventSchema, text, time } from './schemas.ts'

const filters = {
  event_name: text('Only this event.'),
  event_id: text('Only events that have this event_id.'),
  order_id: text('Only events of this order.'),
  verdict: z
    .preprocess(empty, z.enum(['accepted', 'duplicate', 'dropped', 'rejected', 'all']).optional())
    .describe(
      'Default accepted: the counted events. duplicate: those of them that were reported again. ' +
        'all: counted, dropped and rejected.',
    ),
  reason: text('Only what was dropped or rejected for this reason.'),
  person: z
    .preprocess(
      empty,
      z
        .string()
        .max(PERSON_VALUES_MAX * 600)
        .transform((list) => list.split(',').filter(Boolean))
        .pipe(z.array(z.string()).min(1).max(PERSON_VALUES_MAX))
        .optional(),
    )
    .describe(
      'Only events of which a report carries one of these values, separated by commas: SHA-256 of ' +
        'an e-mail, a phone or an id, or a value that is never hashed (fbp, fbc).',
    ),
  finding: text('Only events with this finding.'),
  seen_by: z
    .preprocess(
      empty,
      z.enum(['browser', 'server', 'other', 'both', 'browser_only', 'server_only']).optional(),
    )
    .describe('Who reported it: by this channel, by both sides, or by one side alone.'),
  from: time('First report received from this time on (unix seconds).'),
  to: time('First report received before this time (unix seconds).'),
}

export const eventsQuerySchema = z.strictObject({
  ...filters,
  limit: z
    .preprocess(empty, z.coerce.number().int().min(1).max(PAGE_EVENTS_MAX).default(100))
    .describe('Events on one page.'),
  cursor: z
    .preprocess(
      empty,
      z
        .string()
        .regex(/^\d{1,15}$/, 'a next_cursor of an earlier answer')
        .optional(),
    )
    .describe('next_cursor of the page before.'),
})

export const eventExportQuerySchema = z.strictObject({
  ...filters,
  format: z.preprocess(empty, z.enum(['ndjson', 'csv']).default('ndjson')),
})

/** One line of the CSV; NDJSON holds the events themselves. */
export const eventRowSchema = z.object({
  id: z.string(),
  event_name: z.string(),
  event_id: z.string().nullable(),
  event_time: z.string().describe('ISO 8601, UTC.'),
  received_at: z.string().describe('ISO 8601, UTC.'),
  verdict: z.string(),
  reason: z.string().nullable(),
  reported_by: z.array(z.string()).describe('The channel of each report, in order.'),
  matched_by: z.string().nullable(),
  value: z.number().nullable(),
  currency: z.string().nullable(),
  order_id: z.string().nullable(),
  content_ids: z.array(z.string()),
  action_source: z.string(),
  event_source_url: z.string().nullable(),
  match_keys: z.array(z.string()).describe('Which identifiers it carries, not their values.'),
  consent: z.string().nullable(),
  test_event_code: z.string().nullable(),
  rules: z.array(z.string()),
  findings: z.array(z.string()),
})

export const eventStorySchema = z
  .object({
    event: eventSchema,
    consent: consentRecordSchema,
    deliveries: z
      .array(deliverySchema)
      .describe('What left or waits. Delivered ones are known for seven days.'),
    rules: z
      .array(z.object({ id: z.string(), name: z.string() }))
      .describe('Rules that changed, routed or dropped a report of it.'),
  })
  .meta({ id: 'EventStory' })
