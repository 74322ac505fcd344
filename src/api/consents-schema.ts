/** What the consent export is asked and answers, as zod schemas; see schemas.ts for the others. */
import { z } from 'zod'
import { empty, text, time, verdictSchema } from './schemas.ts'

export const consentsQuerySchema = z.strictObject({
  from: time('First report received from this time on (unix seconds). Default: the beginning.'),
  to: time('First report received before this time (unix seconds). Default: now.'),
  event_id: text('Only events that have this event_id.'),
  format: z.preprocess(empty, z.enum(['ndjson', 'csv']).default('ndjson')),
})

const count = z.number().int()

export const consentRecordSchema = z
  .object({
    seq: count.describe('Of the event, as in the event log.'),
    event_id: z.string().nullable(),
    event_name: z.string(),
    event_time: count,
    received_at: count,
    verdict: verdictSchema,
    reason: z.string().nullable().describe('Why it was dropped or rejected.'),
    state: z.enum(['granted', 'denied', 'unknown']),
    signal: z
      .enum(['fbq', 'gpc', 'tcf', 'gpp', 'consent_mode', 'api', 'none'])
      .describe('Who decided the state.'),
    region: z.string().nullable(),
    action: z.enum(['keep', 'limit', 'anonymous', 'drop']),
    destinations: z
      .record(z.string(), z.enum(['allowed', 'limited', 'not_consented']))
      .describe('By type of destination, whether or not there is one.'),
    stripped: z.array(z.string()).describe('Keys taken out before the event was stored.'),
    tcf: z.string().nullable(),
    gpp: z.string().nullable(),
    consent_mode: z.record(z.string(), z.string()).nullable(),
    reports: count.describe('Reports of the event; the strictest of them decides.'),
  })
  .meta({ id: 'ConsentRecord' })
