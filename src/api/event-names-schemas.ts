/** What is asked and answered about event names: when they were seen, and a look at the newest. */
import { z } from 'zod'
import { channelSchema, empty, time } from './schemas.ts'

const count = z.number().int()

export const eventNamesSchema = z
  .object({
    days: count.describe('Days looked at, up to now.'),
    event_names: z.array(
      z.object({
        event_name: z.string(),
        status: z
          .enum(['active', 'new', 'stopped', 'rare'])
          .describe(
            'active: in the last 24 hours; new: the same, never before the last 48; stopped: ' +
              'nothing for 24 hours, though it came on most days before; rare: now and then.',
          ),
        last_seen_s: count.describe('Start of the hour or day in which it was received last.'),
        precision: z.enum(['hour', 'day']),
        days: count.describe('Days on which it was received.'),
        days_of_seven: count.describe('Of the seven days up to its last one.'),
      }),
    ),
  })
  .meta({ id: 'EventNames' })

export const eventDetailsQuerySchema = z.strictObject({
  event_name: z.preprocess(empty, z.string().min(1).max(512)).describe('Of which event.'),
  from: time('First report received from this time on (unix seconds).'),
  to: time('First report received before this time (unix seconds).'),
})

const carried = z.object({ with: count, of: count })
const named = z.object({ name: z.string(), events: count })

export const eventDetailsSchema = z
  .object({
    event_name: z.string(),
    sample: z
      .object({
        events: count.describe('The newest counted events of the window, at most 300 (n).'),
        whole: z.boolean().describe('These are all of the window.'),
        from: count.nullable().describe('When the oldest of them was received.'),
        to: count.nullable(),
      })
      .describe('What everything below is made of.'),
    parameters: z
      .array(z.object({ key: z.string(), browser: carried, server: carried }))
      .describe('Reports with each key of custom_data, the most frequent first.'),
    pages: z.array(named).describe('Host and path of the page, the most frequent first.'),
    pages_more: count.describe('Events on further pages, or with none.'),
    browsers: z.array(named),
    systems: z.array(named),
    events: z
      .array(
        z.object({
          id: z.string(),
          received_at: count,
          event_id: z.string().nullable(),
          order_id: z.string().nullable(),
          value: z.number().nullable(),
          currency: z.string().nullable(),
          channels: z.array(channelSchema),
          findings: count,
        }),
      )
      .describe('The newest of them.'),
  })
  .meta({ id: 'EventDetails' })
