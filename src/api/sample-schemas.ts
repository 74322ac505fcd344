/** What is asked and answered about test events; see schemas.ts. */
import { z } from 'zod'
import { STANDARD_EVENTS } from '../event/names.ts'
import { REQUEST_TEXT_CHARS_MAX, TEST_SAMPLES_MAX } from '../limits.ts'
import { SAMPLE_SHAPES } from './sample-reports.ts'

const shape = z.enum(SAMPLE_SHAPES)
const name = z.enum(STANDARD_EVENTS)

export const sampleRequestSchema = z
  .strictObject({
    shapes: z.array(shape).min(1).max(SAMPLE_SHAPES.length),
    event_names: z.array(name).min(1).max(STANDARD_EVENTS.length).default(['Purchase']),
    counting: z
      .enum(['sandbox', 'real'])
      .default('sandbox')
      .describe('sandbox: only shown. real: counted and sent on like every event of a visitor.'),
    test_event_code: z
      .string()
      .trim()
      .min(1)
      .max(REQUEST_TEXT_CHARS_MAX)
      .optional()
      .describe('To find them by. In the sandbox it is made to begin with SANDBOX-.'),
    page_url: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .optional()
      .describe('The page they claim to come from; else a proven domain.'),
    value: z.number().min(0).max(1_000_000).default(1),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'must be three capital letters, such as EUR')
      .default('EUR'),
  })
  .meta({ id: 'TestEventsRequest' })

const verdict = z.enum(['accepted', 'duplicate', 'dropped', 'rejected'])
const text = z.string().nullable()

const fate = {
  verdict,
  reason: text,
  matched_by: text.describe('How it was found to be the same as an earlier report.'),
  findings: z.array(z.object({ code: z.string(), detail: text })),
  message: text.describe('Why it was refused, in words.'),
}

export const samplesSentSchema = z
  .object({
    counting: z.enum(['sandbox', 'real']),
    test_event_code: text,
    samples: z.array(
      z.object({
        shape,
        event_name: z.string(),
        reports: z.array(
          z.object({
            channel: z.enum(['browser', 'server']),
            event_id: z.string(),
            seq: z.number().int().describe('Its number in the dataset.'),
            ...fate,
            real: z
              .object(fate)
              .nullable()
              .describe('What would have become of it as a real one; null where it is one.'),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'TestEventsSent' })

export const testLinkRequestSchema = z
  .strictObject({ counting: z.enum(['sandbox', 'real']).default('sandbox') })
  .meta({ id: 'TestLinkRequest' })

export const testLinkSchema = z
  .object({
    test_event_code: z.string(),
    parameter: z.string().describe('Under which it goes into the address of a page.'),
    ends: z.number().int().describe('When it stops to mark visits (unix seconds).'),
  })
  .meta({ id: 'TestLink' })

/** More would keep the queue busy with what nobody can look through. */
export const samplesFit = (shapes: number, names: number): boolean =>
  shapes * names <= TEST_SAMPLES_MAX
