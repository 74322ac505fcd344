/** What the routes about running and past exports answer, as zod schemas. */
import { z } from 'zod'

const count = z.number().int()

export const exportSchema = z
  .object({
    export_id: z.string(),
    dataset_id: z.string(),
    kind: z.enum(['events', 'consents']),
    format: z.enum(['ndjson', 'csv']),
    filters: z
      .record(z.string(), z.string())
      .describe('What it searches for. Of a person only how many values were given.'),
    started_by: z.string().describe('The name of the person or of the token.'),
    may_cancel: z.boolean().describe('Whether it runs and who asks now may cancel it.'),
    state: z
      .enum(['running', 'done', 'cut_off', 'cancelled'])
      .describe('cut_off: the connection ended before the last line; that file is not whole.'),
    reason: z
      .enum(['reader_left', 'right_ended', 'failed'])
      .nullable()
      .describe(
        'Why it was cut off. reader_left: the connection ended, or took nothing for 5 minutes. ' +
          'right_ended: the token was revoked, the person may not read it any more, or the dataset ' +
          'was deleted. failed: see the log of the server.',
      ),
    started_ms: count,
    ended_ms: count.nullable(),
    rows: count.describe('Events (or consent records) written so far.'),
    bytes: count.describe('Written so far.'),
    share: z
      .number()
      .nullable()
      .describe('How much of what it searches is done, 0 to 1; null: not known yet.'),
  })
  .meta({ id: 'Export' })

export const exportsSchema = z
  .object({
    exports: z.array(exportSchema),
    running_max: count.describe('So many of one dataset run at once.'),
  })
  .meta({ id: 'Exports' })
