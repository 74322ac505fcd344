/** What the API takes and answers about the history of changes. */
import { z } from 'zod'
import { HISTORY_PAGE_MAX } from '../limits.ts'
import { empty } from './schemas.ts'

const time = z.number().int()

export const historyQuerySchema = z.strictObject({
  limit: z
    .preprocess(empty, z.coerce.number().int().min(1).max(HISTORY_PAGE_MAX).default(50))
    .describe('Changes on one page.'),
  cursor: z
    .preprocess(
      empty,
      z
        .string()
        .regex(/^\d{1,15}$/, 'a next_cursor of an earlier answer')
        .optional(),
    )
    .describe('next_cursor of the page before.'),
  format: z
    .preprocess(empty, z.enum(['json', 'ndjson', 'csv']).default('json'))
    .describe('ndjson and csv stream everything, the newest first.'),
})

export const historyEntrySchema = z
  .object({
    no: z.number().int().describe('Rises with every change; gaps mean nothing.'),
    at: time,
    by_kind: z.enum(['person', 'token', 'nobody']),
    by_id: z.string(),
    by_name: z.string().describe('As they were called then.'),
    action: z.string().describe('A stable word, such as `token.revoked`.'),
    words: z.string().describe('The same for people.'),
    subject: z.string().nullable().describe('Id of what was changed.'),
    name: z.string().nullable().describe('What that was called.'),
    business_id: z.string().nullable(),
    dataset_id: z.string().nullable(),
    details: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
      .describe('Values that are never secret; `fields` names what else was sent.'),
  })
  .meta({ id: 'HistoryEntry' })

export const historySchema = z
  .object({
    entries: z.array(historyEntrySchema).describe('The newest first.'),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'HistoryPage' })
