/**
 * What the routes of match quality, deduplication and loss take and answer. Shares are numbers
 * from 0 to 1 and always stand beside the counts that they are made of. No behaviour.
 */
import { z } from 'zod'
import { UNPAIRED_REASONS } from '../event/unpaired.ts'
import { QUALITY_SAMPLES_MAX } from '../limits.ts'
import { empty, matchedBySchema, text, time } from './schemas.ts'

const count = z.number().int()
const share = z.number().min(0).max(1)
const interval = {
  low: z.number().describe('Lower end of the 95 % interval.'),
  high: z.number().describe('Upper end of the 95 % interval.'),
}

const windowFields = {
  window: z
    .preprocess(empty, z.enum(['48h', '7d']).optional())
    .describe('The last 48 hours (default) or 7 days. Not together with from or to.'),
  from: time('From this time on (unix seconds). Default: 48 hours before `to`.'),
  to: time('Up to this time (unix seconds, exclusive). Default: now.'),
}

export const qualityQuerySchema = z.strictObject(windowFields)
export const eventQualityQuerySchema = z.strictObject({
  ...windowFields,
  event_name: text('Only this event.'),
})

const covered = {
  dataset_id: z.string(),
  from: count.describe('Start of the window (unix seconds), on a whole hour.'),
  to: count.describe('End of the window (exclusive), on a whole hour.'),
}

const sidesFields = {
  both: count.describe('Counted events that browser and server reported.'),
  browser_only: count,
  server_only: count.describe('Server or other sources.'),
}

const coverageSchema = z.object({
  share: share.nullable().describe('Of the events of browsers: those the server reported too.'),
  ...interval,
  goal: share,
  ...sidesFields,
})

const freshnessSchema = z.object({
  frequency: z.enum(['real_time', 'hourly', 'daily', 'weekly']).nullable(),
  mean_delay_s: z.number().nullable().describe('From the action to its arrival, of server events.'),
  events: count,
  steps: z.array(z.object({ step: z.string(), events: count })),
})

export const eventQualitySchema = z.object({
  event_name: z.string(),
  score: z.number().min(0).max(10).nullable().describe('Our estimate; null without events.'),
  ...interval,
  band: z.enum(['poor', 'ok', 'good', 'great']).nullable(),
  events: count.describe('Website events of servers that the score is made of (n).'),
  few: z.boolean().describe('Too few events for the score to say much.'),
  keys: z.array(
    z.object({
      key: z.string(),
      with: count.describe('Events that carry it in a usable form.'),
      of: count,
      invalid: count.describe('Events that sent it, and nothing of it could be used.'),
    }),
  ),
  gains: z
    .array(
      z.object({
        add: z.string(),
        gain: z.number().describe('Points the score rises by if every event carries it.'),
        missing: count.describe('Events that lack it.'),
      }),
    )
    .describe('The largest first.'),
  coverage: coverageSchema,
  freshness: freshnessSchema,
})

export const qualitySchema = z
  .object({
    ...covered,
    few_below: count,
    bands: z.array(z.object({ band: z.string(), from: z.number() })),
    events: z.array(eventQualitySchema),
    trend: z
      .array(
        z.object({
          time: count.describe('Start of the day, UTC.'),
          event_name: z.string(),
          score: z.number(),
          events: count,
        }),
      )
      .describe('The score by day, over the window or the 7 days that end with it.'),
  })
  .meta({ id: 'MatchQuality' })

export const remoteQualitySchema = z
  .object({
    scores: z.array(
      z.object({
        destination_id: z.string(),
        name: z.string(),
        fetched_at: count.describe('When it was asked last.'),
        problem: z.object({ code: z.string(), detail: z.string() }).nullable(),
        events: z.array(
          z.object({
            event_name: z.string(),
            score: z.number().nullable(),
            event_coverage: share.nullable(),
            keys: z.array(z.object({ identifier: z.string(), coverage: share })),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'RemoteMatchQuality' })

const unpairedSchema = z.object({
  reason: z.string(),
  title: z.string(),
  fix: z.string(),
  events: count,
})

const carried = z.object({ with: count, of: count })

const pairingSchema = z.object({
  coverage: coverageSchema,
  by: z
    .array(z.object({ how: matchedBySchema, events: count }))
    .describe('What the pairs were recognised by, in the order in which keys are tried.'),
  keys: z
    .array(z.object({ key: z.string(), browser: carried, server: carried }))
    .describe('Reports that carry a key that both sides can share.'),
  unpaired: z
    .object({ browser: z.array(unpairedSchema), server: z.array(unpairedSchema) })
    .describe('Why conversions are known to one side only. Of browsing events nothing is said.'),
})

export const deduplicationSchema = z
  .object({
    ...covered,
    event_name: z.string().nullable().describe('null: all events.'),
    ...pairingSchema.shape,
    coverage_7d: share
      .nullable()
      .describe('Mean of the last 7 days before `to`, the way Meta states event coverage.'),
    by_event: z.array(
      z.object({
        event_name: z.string(),
        conversion: z.boolean(),
        coverage: coverageSchema,
        paired_by: z.array(z.object({ how: matchedBySchema, events: count })),
      }),
    ),
    step: z.enum(['hour', 'day']),
    points: z.array(z.object({ time: count, ...sidesFields })),
  })
  .meta({ id: 'Deduplication' })

export const lossQuerySchema = z.strictObject({
  ...windowFields,
  event_name: text(
    'Only this event; `*`: every conversion. Default: Purchase where there are any.',
  ),
})

export const unpairedQuerySchema = z.strictObject({
  ...windowFields,
  event_name: text('Only this event. Default: every conversion.'),
  side: z
    .preprocess(empty, z.enum(['browser', 'server']).default('server'))
    .describe('Known to this side only.'),
  reason: z
    .preprocess(empty, z.enum(Object.keys(UNPAIRED_REASONS) as [string, ...string[]]).optional())
    .describe('Only those with this reason.'),
  limit: z
    .preprocess(empty, z.coerce.number().int().min(1).max(QUALITY_SAMPLES_MAX).default(20))
    .describe('Samples at most.'),
})

export const unpairedSamplesSchema = z
  .object({
    side: z.enum(['browser', 'server']),
    searched: count.describe('Events looked at, the newest first; the search is bounded.'),
    samples: z.array(
      z.object({
        id: z.string(),
        event_name: z.string(),
        event_id: z.string().nullable(),
        order_id: z.string().nullable(),
        event_time: count,
        received_at: count,
        channel: z.string(),
        value: z.number().nullable(),
        currency: z.string().nullable(),
        browser: z.string().describe('Family of the browser that the report names.'),
        os: z.string(),
        reason: z.string(),
        title: z.string(),
        fix: z.string(),
        other_id: z.string().nullable().describe('The event that seems to be the same action.'),
      }),
    ),
  })
  .meta({ id: 'UnpairedSamples' })

const lossSchema = z.object({
  known: count.describe('Conversions on the website that the server reported (n).'),
  lost: count.describe('Of these, those the browser did not report.'),
  rate: share.nullable(),
  ...interval,
  few: z.boolean().describe('Too few to be compared with others.'),
})

const namedLossSchema = lossSchema.extend({ name: z.string() })
const moneySchema = z.object({
  currency: z.string(),
  sum_exact: z.string().describe('Exact decimal, in major units.'),
})

export const lossReportSchema = z
  .object({
    ...covered,
    event_name: z.string().nullable().describe('null: every conversion together.'),
    event_names: z.array(z.string()).describe('Conversions of this window to choose from.'),
    browser: count.describe('Events that browsers reported.'),
    server: count.describe('Events that servers and other sources reported.'),
    counted: count.describe('Events counted once, whoever reported them.'),
    ...sidesFields,
    orders: count.describe('Of the counted events, those that name an order.'),
    orders_sold: count
      .nullable()
      .describe('Paid orders of the chosen order book, by their own time. null: there is none.'),
    total: lossSchema,
    by_browser: z.array(namedLossSchema),
    by_os: z.array(namedLossSchema),
    by_place: z.array(namedLossSchema).describe('in_app, browser or unknown.'),
    recovered: z.object({
      events: count,
      money: z.array(moneySchema),
      counted_money: z.array(moneySchema).describe('Of all counted events, for comparison.'),
    }),
    destinations: z.array(
      z.object({
        destination_id: z.string(),
        name: z.string(),
        type: z.string(),
        delivered: count.describe('Deliveries of all events in this window, copies included.'),
        rejected: count,
        sample: z
          .object({ events: count, delivered: count })
          .describe('Of the newest events of this report, how many it has taken.'),
      }),
    ),
  })
  .meta({ id: 'LossReport' })

const percentage = z.object({ percentage: z.number(), description: z.string().optional() })

/** The shape that tools for Meta's Dataset Quality API read. */
export const graphQualitySchema = z
  .object({
    web: z.array(
      z.object({
        event_name: z.string(),
        event_match_quality: z.object({
          composite_score: z.number(),
          match_key_feedback: z.array(z.object({ identifier: z.string(), coverage: percentage })),
          diagnostics: z.array(
            percentage.extend({
              name: z.string(),
              description: z.string(),
              solution: z.string(),
              affected_event_count: count,
              total_event_count: count,
            }),
          ),
        }),
        event_coverage: percentage.extend({ goal_percentage: z.number() }).optional(),
        dedupe_key_feedback: z.array(
          z.object({
            dedupe_key: z.enum(['event_id', 'external_id', 'fbp']),
            browser_events_with_dedupe_key: percentage,
            server_events_with_dedupe_key: percentage,
            overall_browser_coverage_from_dedupe_key: percentage,
          }),
        ),
        data_freshness: z
          .object({ upload_frequency: z.string(), description: z.string() })
          .optional(),
        acr: percentage.optional(),
      }),
    ),
  })
  .meta({ id: 'DatasetQuality' })
