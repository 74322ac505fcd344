/** What GET /api/doctor takes and answers. Part of the contract that schemas.ts holds. */
import { z } from 'zod'
import { count, flag, text } from './schemas.ts'

export const doctorQuerySchema = z.strictObject({
  deep: flag.describe('true: also fold every stored leg. Takes time.'),
  dataset_id: text('Only this dataset.'),
})

const equation = z.object({
  received: count,
  accepted: count,
  duplicate: count,
  dropped: count,
  rejected: count,
})

const deliveryStates = z.object({
  pending: count,
  leased: count,
  retrying: count,
  held: count,
  delivered: count,
  rejected: count,
})

export const doctorSchema = z
  .object({
    ok: z.boolean(),
    store: z
      .object({
        driver: z.string(),
        schema_version: count,
        legs: count,
        bytes: count,
        bytes_free: count,
      })
      .optional()
      .describe('Of everything in the file: only for who operates the server.'),
    datasets: z.array(
      z.object({
        dataset_id: z.string(),
        name: z.string(),
        ok: z.boolean(),
        counters: equation.describe('What the reports read.'),
        legs: equation.optional().describe('Folded from the stored legs (deep only).'),
        deliveries: z
          .array(
            z.object({
              destination_id: z.string(),
              created: count.describe('Events written for it, each once.'),
              created_further: count.describe('Further legs and repeats.'),
              let_go: count.describe('Dead letters that are not kept any more.'),
              states: deliveryStates.describe('With let_go: created + created_further.'),
              skipped: z.record(z.string(), count).describe('Events not meant for it, by reason.'),
              stored: deliveryStates.optional().describe('Counted one by one (deep only).'),
            }),
          )
          .describe('Per destination.'),
        problems: z.array(z.string()).describe('What does not hold; empty when ok.'),
      }),
    ),
  })
  .meta({ id: 'Doctor' })
