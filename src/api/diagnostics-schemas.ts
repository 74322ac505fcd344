/** What the diagnostics routes take and answer; see schemas.ts. */
import { z } from 'zod'
import { empty } from './schemas.ts'

const count = z.number().int()

export const diagnosticsQuerySchema = z.strictObject({
  state: z
    .preprocess(empty, z.enum(['open', 'muted', 'resolved', 'all']).default('all'))
    .describe('Only these. Default: all.'),
})

export const findingStateSchema = z.enum(['open', 'muted', 'resolved'])

const sampleSchema = z.object({
  id: z.string().describe('As in the event log.'),
  event_name: z.string(),
  event_id: z.string().nullable(),
  received_at: count,
})

export const diagnosticSchema = z
  .object({
    id: z.string().describe('Of the check and what it is about; the same every time.'),
    code: z.string(),
    title: z.string(),
    severity: z.enum(['error', 'warning', 'suggestion']),
    state: findingStateSchema,
    about: z.string().describe('What it means and why it matters.'),
    evidence: z.string().describe('The numbers, in a sentence.'),
    affected: count,
    total: count.describe('What `affected` is a part of (n).'),
    hours: z.number().describe('The window of the numbers, in hours up to `last_seen`.'),
    event_name: z.string().nullable(),
    side: z.enum(['browser', 'server']).nullable(),
    destination_id: z.string().nullable(),
    key: z.string().nullable(),
    money: z
      .array(z.object({ currency: z.string(), about: z.string().describe('Whole units.') }))
      .describe('At stake, estimated: affected conversions at their mean value of 7 days.'),
    share_of_money: z.number().min(0).max(1).describe('Of the money of 7 days. Orders the list.'),
    first_seen: count,
    opened: count,
    last_seen: count,
    resolved: count.nullable(),
    muted: z
      .object({
        target: z.string().describe('This finding, or the whole check.'),
        until: count.nullable().describe('null: for ever.'),
        by: z.string(),
        at: count,
      })
      .nullable(),
    fix: z.object({
      text: z.string(),
      snippets: z.array(z.object({ platform: z.string(), title: z.string(), code: z.string() })),
    }),
    samples: z.array(sampleSchema).describe('Events in which it was seen, the newest first.'),
  })
  .meta({ id: 'Diagnostic' })

export const diagnosticsSchema = z
  .object({
    dataset_id: z.string(),
    looked_at: count.nullable().describe('When it was looked at last; null: not since the start.'),
    took_ms: z.number().nullable().describe('How long that look took.'),
    checks: count.describe('How many kinds of faults are looked for.'),
    open: count,
    muted: count,
    findings: z.array(diagnosticSchema).describe('Open ones first, the most money first.'),
  })
  .meta({ id: 'Diagnostics' })

export const openFindingsQuerySchema = z.strictObject({
  business_id: z
    .preprocess(empty, z.string().max(100).optional())
    .describe('Only datasets of this business.'),
})

export const openFindingsSchema = z
  .object({
    open: count.describe('Open and not muted, also those beyond the list.'),
    findings: z.array(
      diagnosticSchema
        .pick({
          ...{ id: true, code: true, title: true, severity: true, evidence: true },
          ...{ affected: true, total: true, hours: true, money: true },
        })
        .extend({ dataset_id: z.string(), dataset_name: z.string() }),
    ),
  })
  .meta({ id: 'OpenFindings' })

export const muteRequestSchema = z
  .strictObject({
    target: z.string().min(1).max(1000).describe('The id of a finding, or the code of a check.'),
    until: count
      .min(0)
      .max(99_999_999_999)
      .nullable()
      .default(null)
      .describe('Unix seconds; null: for ever.'),
  })
  .meta({ id: 'MuteRequest' })

export const unmuteRequestSchema = z
  .strictObject({ target: z.string().min(1).max(1000) })
  .meta({ id: 'UnmuteRequest' })
