/** What the routes about offline sales take and answer: files of them, and one typed in by hand. */
import { z } from 'zod'
import { ORDER_ID_CHARS_MAX } from '../order-limits.ts'
import { OFFLINE_COLUMNS, OFFLINE_SOURCES } from '../sources/offline/view.ts'

const count = z.number().int().nonnegative()
const seconds = z.number().int()
const eventName = z.string().trim().min(1).max(100)
const source = z.enum(OFFLINE_SOURCES)

const column = z.string().max(200).optional()
type ColumnQuery = `column_${(typeof OFFLINE_COLUMNS)[number]}`
const columns = Object.fromEntries(
  OFFLINE_COLUMNS.map((name) => [
    `column_${name}`,
    column.describe(`Column of the file that holds the ${name}.`),
  ]),
) as Record<ColumnQuery, typeof column>

/** A column and what holds where it is empty are said apart: column_currency, currency. */
export const offlineQuerySchema = z
  .strictObject({
    dry_run: z.stringbool().default(false).describe('Read all of it and count nothing.'),
    event_name: eventName.optional().describe('Of rows without one; else Purchase.'),
    action_source: source.optional().describe('Of rows without one; else physical_store.'),
    currency: z.string().max(3).optional().describe('Of rows without one.'),
    crm: z.string().trim().max(100).optional().describe('Name of the CRM that stages come from.'),
    zone: z.string().max(60).optional().describe('Of times without one; else the dataset’s.'),
    prefix: z.string().max(50).optional().describe('Put in front of every order id.'),
  })
  .extend(columns)

const fault = z.object({ line: count, column: z.string(), reason: z.string() })

const progress = z.object({
  at_ms: count,
  dry_run: z.boolean(),
  rows: count.describe('Rows that tell of something, so far.'),
  added: count,
  known: count,
  bad: count,
})

export const offlineReportSchema = progress
  .extend({
    added: count.describe('Counted now; of a dry run: would be.'),
    known: count.describe('Counted before.'),
    repeated: count.describe('Rows that say the same as one above.'),
    dropped: z.record(z.string(), count).describe('Not counted on purpose, by reason.'),
    nobody: count.describe('Rows that name nobody: no destination can match them.'),
    head: z.array(z.string()).describe('The columns there are.'),
    columns: z.record(z.string(), z.string()).describe('What each column was taken for.'),
    as_last_time: z
      .array(z.string())
      .default([])
      .describe('Of these: those that only the last file tells of.'),
    faults: z.array(fault).describe('Bad rows, the first 10,000; all good ones were counted.'),
    stopped: fault.nullable().describe('Why it ended before the file did; line 1: the head.'),
    first_s: seconds.nullable(),
    last_s: seconds.nullable(),
  })
  .meta({ id: 'OfflineImport' })

export const offlineStateSchema = z
  .object({
    running: progress.nullable().describe('The import that is under way.'),
    reading: z
      .object({
        columns: z.record(z.string(), z.string()),
        event_name: z.string().optional(),
        action_source: source.optional(),
        currency: z.string().optional(),
        crm: z.string().optional(),
        zone: z.string().optional(),
        prefix: z.string().optional(),
      })
      .nullable()
      .describe(
        'How the last file was read; its columns, currency, zone and prefix hold for the next.',
      ),
    imports: z.array(offlineReportSchema),
  })
  .meta({ id: 'OfflineImports' })

const hashes = z
  .array(z.string().regex(/^[0-9a-f]{64}$/, 'write SHA-256 in hex: it is hashed before it is sent'))
  .max(5)

export const offlineSaleSchema = z
  .strictObject({
    event_name: eventName.default('Purchase'),
    event_time: seconds.describe('Unix seconds.'),
    action_source: source.default('physical_store'),
    value: z
      .string()
      .regex(/^\d{1,12}(\.\d{1,6})?$/, 'write 29.95')
      .optional()
      .describe('Major units, exact.'),
    currency: z.string().length(3).toUpperCase().optional(),
    order_id: z.string().trim().min(1).max(ORDER_ID_CHARS_MAX).optional(),
    consent: z.enum(['granted', 'denied']).optional(),
    user_data: z
      .strictObject({ em: hashes.optional(), ph: hashes.optional() })
      .default({})
      .describe('SHA-256 of the normalised e-mail and phone: nothing in clear is taken.'),
  })
  .meta({ id: 'OfflineSale' })

export const offlineOutcomeSchema = z
  .object({
    verdict: z.enum(['accepted', 'duplicate', 'dropped', 'rejected']),
    reason: z.string().nullable(),
    event_id: z.string(),
    seq: count.nullable().describe('Where it stands in the event log.'),
  })
  .meta({ id: 'OfflineOutcome' })
