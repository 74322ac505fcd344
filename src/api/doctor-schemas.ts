/** What GET /api/doctor takes and answers, as zod schemas; see schemas.ts. */
import { z } from 'zod'
import { deliveryEquationSchema } from './destination-schemas.ts'

const count = z.number().int()
const empty = (value: unknown): unknown => (value === '' ? undefined : value)

export const doctorQuerySchema = z.strictObject({
  deep: z
    .preprocess(empty, z.enum(['true', 'false']).optional())
    .describe('true: also fold every stored leg. Takes time.'),
  dataset_id: z.preprocess(empty, z.string().max(512).optional()).describe('Only this dataset.'),
})

const equation = z.object({
  received: count,
  accepted: count,
  duplicate: count,
  dropped: count,
  rejected: count,
})

export const doctorSchema = z
  .object({
    ok: z.boolean(),
    store: z.object({
      driver: z.string(),
      schema_version: count,
      legs: count,
      bytes: count,
      bytes_free: count,
    }),
    datasets: z.array(
      z.object({
        dataset_id: z.string(),
        name: z.string(),
        ok: z.boolean(),
        counters: equation.describe('What the reports read.'),
        legs: equation.optional().describe('Folded from the stored legs (deep only).'),
        deliveries: z
          .array(deliveryEquationSchema)
          .describe('Per destination: created + created_further = the sum of its states.'),
        problems: z.array(z.string()).describe('What does not hold; empty when ok.'),
      }),
    ),
  })
  .meta({ id: 'Doctor' })
