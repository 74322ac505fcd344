/** What is answered about the health of a dataset; see schemas.ts. */
import { z } from 'zod'
import { SETUP_STEPS } from '../quality/health.ts'

const count = z.number().int()

export const datasetHealthSchema = z
  .object({
    dataset_id: z.string(),
    hour: z.object({
      from: count.describe('Start of the last whole hour.'),
      received: count.describe('Reports received in it.'),
      this_hour: count.describe('Received since.'),
      state: z
        .enum(['unknown', 'silent', 'low', 'usual', 'high'])
        .describe('Against the same hour of the 7 days before; unknown with fewer than 3 of them.'),
      usual: z.object({ low: count, middle: count, high: count }).nullable(),
      days: count.describe('Days before that it is compared with (n).'),
    }),
    deliveries: z.object({
      destinations: count,
      waiting: count.describe('Not sent yet, or being sent.'),
      retrying: count,
      held: count.describe('Waits for the owner.'),
      rejected: count,
      delivered: count.describe('Of all time.'),
      alarms: z.array(
        z.object({ destination_id: z.string(), name: z.string(), detail: z.string() }),
      ),
    }),
    setup: z
      .array(
        z.object({
          step: z.enum(SETUP_STEPS),
          done: z.boolean(),
          with: count.optional(),
          of: count.optional(),
        }),
      )
      .describe('As the data of the last 28 days and the settings show it.'),
  })
  .meta({ id: 'DatasetHealth' })
