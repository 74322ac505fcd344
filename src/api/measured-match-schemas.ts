/** What is asked and answered about the measured match rate; see schemas.ts. */
import { z } from 'zod'

const count = z.number().int()

export const measuredMatchSchema = z
  .object({
    dataset_id: z.string(),
    from: count.describe('Start of the window (unix seconds), on a whole hour.'),
    to: count.describe('End of the window (exclusive), on a whole hour.'),
    state: z
      .enum(['measuring', 'ready'])
      .describe('measuring: nothing to show yet, ask again in a few seconds.'),
    measured_at: count.nullable(),
    sampled_from: count
      .nullable()
      .describe('Later than `from` where older conversions than `people.since` were not read.'),
    people: z
      .object({
        known: count.describe('Distinct people whom these conversions name.'),
        events: count.describe('Conversions read for it, the newest.'),
        since: count.nullable().describe('Older ones were not read; null: there are none.'),
      })
      .nullable(),
    events: z
      .array(
        z.object({
          event_name: z.string(),
          counted: count.describe('Counted events of the window.'),
          n: count.describe('Of these, the sample.'),
          whole: z.boolean().describe('The sample is all of them.'),
          known: count.describe('Of the sample: events of somebody whom an earlier event named.'),
          share: z.number().min(0).max(1).nullable().describe('known / n'),
          low: z.number().describe('Lower end of the 95 % interval.'),
          high: z.number().describe('Upper end of the 95 % interval.'),
          by_person: count.describe('Known by e-mail, phone or external_id.'),
          by_browser: count.describe('Known by fbp or fbc alone.'),
          anonymous: count.describe('With none of these.'),
        }),
      )
      .describe('The names with the most events first, 12 at most.'),
  })
  .meta({ id: 'MeasuredMatch' })
