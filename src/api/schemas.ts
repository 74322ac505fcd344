/**
 * What the API takes and answers, as zod schemas: requests are checked with them, the OpenAPI
 * document and the types of types.ts are made from them, and the tests hold every answer against
 * them. No behaviour of the server. Times are unix seconds unless the name ends in `_ms`.
 */
import { z } from 'zod'
import { NEEDS } from '../access/roles.ts'
import { datasetSettingsSchema } from '../event/dataset.ts'
import { TOKEN_DAYS_MAX, TOKEN_OVERLAP_HOURS_MAX } from '../limits.ts'

export const empty = (value: unknown): unknown => (value === '' ? undefined : value)
const whole = z.coerce.number().int().min(0).max(99_999_999_999)
export const time = (what: string) => z.preprocess(empty, whole.optional()).describe(what)
export const text = (what: string) =>
  z.preprocess(empty, z.string().max(512).optional()).describe(what)
export const flag = z.preprocess(empty, z.enum(['true', 'false']).optional())

const FROM = 'From this time on (unix seconds). Default: 7 days before `to`.'
const TO = 'Up to this time (unix seconds, exclusive). Default: now.'

export const channelSchema = z.enum(['browser', 'server', 'other'])
export const verdictSchema = z.enum(['accepted', 'duplicate', 'dropped', 'rejected'])
export const matchedBySchema = z.enum([
  'event_id',
  'order_id',
  'fallback_external_id',
  'fallback_fbp',
  'repaired',
])
export const purposeSchema = z.enum(['send', 'read', 'admin'])

export const needSchema = z.enum(NEEDS)

/**
 * The fields of a change: none of them required and none with a default, so that what is left out
 * stays. zod's `partial` fills defaults in all the same.
 */
export function patchShape<Shape extends Readonly<Record<string, z.ZodType>>>(
  shape: Shape,
): { [Name in keyof Shape]: z.ZodOptional<Shape[Name]> } {
  const fields = Object.entries(shape).map(([name, field]) => {
    const bare = (field instanceof z.ZodDefault ? field.unwrap() : field) as z.ZodType
    const patch = bare.optional()
    return [name, field.description ? patch.describe(field.description) : patch]
  })
  return Object.fromEntries(fields)
}

// -- datasets and tokens

const settings = datasetSettingsSchema.shape

export const datasetCreateSchema = z.strictObject(settings).meta({ id: 'DatasetSettings' })

export const datasetPatchSchema = z.strictObject(patchShape(settings)).meta({ id: 'DatasetPatch' })

export const datasetSchema = z
  .object({
    dataset_id: z.string().describe('Digits only; also what `fbq("init", ...)` takes.'),
    created_at: z.number().int(),
    demo: z.boolean().describe('Made by the demo.'),
    business_id: z.string().describe('The business that owns it.'),
    may: z.array(needSchema).describe('What you may do with it.'),
    ...settings,
  })
  .meta({ id: 'Dataset' })

export const datasetsSchema = z.object({ datasets: z.array(datasetSchema) })

export const datasetMoveSchema = z
  .strictObject({ business_id: z.string().max(100) })
  .meta({ id: 'DatasetMove' })

export const datasetCreatedSchema = z
  .object({
    dataset_id: z.string(),
    access_token: z.string().describe('Sends events to this dataset. Shown this once.'),
    dataset: datasetSchema,
  })
  .meta({ id: 'DatasetCreated' })

const tokenName = z.string().trim().max(200).default('').describe('A note for yourself.')

const tokenDays = z
  .number()
  .int()
  .min(1)
  .max(TOKEN_DAYS_MAX)
  .nullable()
  .default(null)
  .describe('It ends after so many days; null: it lasts until it is revoked.')

export const datasetTokenCreateSchema = z
  .strictObject({ purpose: purposeSchema, name: tokenName, expires_in_days: tokenDays })
  .meta({ id: 'DatasetTokenRequest' })

export const tokenCreateSchema = z
  .strictObject({
    dataset_id: z
      .string()
      .regex(/^(\*|[1-9]\d{0,30})$/, 'a dataset id, or * for all datasets')
      .describe('The dataset it is for, or `*` for all of them, later ones too.'),
    purpose: purposeSchema,
    name: tokenName,
    expires_in_days: tokenDays,
  })
  .meta({ id: 'TokenRequest' })

export const tokenRotateSchema = z
  .strictObject({
    overlap_hours: z
      .number()
      .min(0)
      .max(TOKEN_OVERLAP_HOURS_MAX)
      .default(24)
      .describe('How long the old token goes on beside the new one.'),
  })
  .meta({ id: 'TokenRotation' })

export const tokenSchema = z
  .object({
    id: z.string(),
    dataset_id: z.string().describe('A dataset id, or `*` for all.'),
    purpose: purposeSchema,
    name: z.string(),
    made_by: z.string().describe('Empty when nobody knows any more.'),
    created_at: z.number().int(),
    expires_at: z.number().int().nullable().describe('In the past: it works no longer.'),
    last_used_at: z
      .number()
      .int()
      .nullable()
      .describe('To the minute, and at most some minutes behind after a crash.'),
    replaced_by: z
      .string()
      .nullable()
      .describe('The token that took its place; it is not replaced again.'),
  })
  .meta({ id: 'Token' })

export const tokensSchema = z.object({ tokens: z.array(tokenSchema) })

export const tokenCreatedSchema = tokenSchema
  .extend({ token: z.string().describe('The token itself. Shown this once.') })
  .meta({ id: 'TokenCreated' })

// -- reports

export const windowQuerySchema = z.strictObject({ from: time(FROM), to: time(TO) })

export const count = z.number().int()
const byChannel = z.object({ browser: count, server: count, other: count })
const moneySum = z.object({
  currency: z.string(),
  sum: z.number().describe('Major units, of the counted events.'),
  sum_exact: z.string().describe('The same as an exact decimal, for sums beyond 15 digits.'),
  events: count.describe('Counted events with a value in this currency.'),
})
const keyCount = z.object({ key: z.string(), ...byChannel.shape, total: count })
const pairs = z
  .object({ both: count, browser_only: count, server_only: count, other_only: count })
  .describe('Counted events by the channels that reported them.')

const kept = byChannel.describe(
  'Received events that were counted or merged: neither refused nor dropped.',
)
const keys = z.array(keyCount).describe('How many of the kept carried each user_data key.')

const totals = {
  received: byChannel,
  duplicates: count,
  dropped: count,
  rejected: count,
  counted: count,
}

export const summarySchema = z
  .object({
    dataset_id: z.string(),
    from: count.describe('Start of the first hour covered; hours are covered whole.'),
    to: count.describe('End of the last hour covered (exclusive).'),
    ...totals,
    pairs,
    kept,
    with_event_id: byChannel.describe('How many of the kept carried an event_id.'),
    by_event: z.array(
      z.object({
        event_name: z.string(),
        ...totals,
        pairs,
        kept,
        value: z.array(moneySum),
        keys,
      }),
    ),
    reasons: z.array(z.object({ code: z.string(), ...byChannel.shape, total: count })),
    matched_by: z.array(z.object({ how: matchedBySchema, count })),
    findings: z.array(z.object({ code: z.string(), count })),
    keys,
  })
  .meta({ id: 'Summary' })

export const timelineQuerySchema = z.strictObject({
  from: time(FROM),
  to: time(TO),
  step: z
    .preprocess(empty, z.enum(['hour', 'day']).optional())
    .describe('Default: hours up to about 40 days, else days (UTC).'),
  event_name: text('Only this event.'),
})

export const timelineSchema = z
  .object({
    dataset_id: z.string(),
    from: count,
    to: count,
    step: z.enum(['hour', 'day']),
    points: z.array(
      z.object({ time: count.describe('Start of the hour or day.'), ...totals, pairs }),
    ),
  })
  .meta({ id: 'Timeline' })

// -- events

export const findingSchema = z
  .object({
    code: z.string(),
    key: z.string().optional(),
    detail: z.string().optional(),
    seq: count.optional().describe('The other event it is about.'),
  })
  .meta({ id: 'Finding' })

const json = z.record(z.string(), z.unknown())
const userData = z
  .record(z.string(), z.union([z.string(), z.array(z.string())]))
  .describe('Hashed keys hold lists of SHA-256; the keys Meta never hashes hold one string.')

const eventFields = {
  event_name: z.string(),
  event_time: count,
  event_id: z.string().optional(),
  action_source: z.string(),
  event_source_url: z.string().optional(),
  referrer_url: z.string().optional(),
  user_data: userData,
  custom_data: json.optional(),
}

export const legSchema = z
  .object({
    seq: count.describe('Dense, per dataset, in the order of the commits.'),
    dataset_id: z.string(),
    channel: channelSchema,
    via: z.enum(['pixel', 'image', 'tr', 'graph', 'capi', 'source']),
    received_at: count,
    received_at_ms: count,
    verdict: verdictSchema,
    reason: z.string().optional().describe('Why it was dropped or rejected.'),
    matched_by: matchedBySchema.optional(),
    of_seq: count.optional().describe('For a duplicate: the event it belongs to.'),
    ...eventFields,
    test_event_code: z.string().optional(),
    partner_agent: z.string().optional(),
    consent: json.optional(),
    browser: json.optional(),
    rules_version: count.optional().describe('The version of the rules that looked at it.'),
    rules: z.array(z.string()).optional().describe('Ids of the rules that changed it.'),
    routes: json.optional().describe('Destinations that the rules allow: only, except.'),
    findings: z.array(findingSchema),
  })
  .meta({ id: 'Leg' })

export const eventSchema = z
  .object({
    id: z.string().describe('Stable within the dataset.'),
    seq: count,
    dataset_id: z.string(),
    received_at: count.describe('When the first leg arrived.'),
    received_at_ms: count,
    verdict: verdictSchema.describe('accepted: counted once, with all its legs.'),
    reason: z.string().nullable(),
    matched_by: matchedBySchema.nullable().describe('How the twin was matched; null without one.'),
    ...eventFields,
    consent: json.optional().describe('The strictest of its legs; see GET .../consents.'),
    findings: z.array(findingSchema),
    legs: z.array(legSchema),
  })
  .catchall(z.unknown())
  .meta({ id: 'Event' })

export const eventsSchema = z
  .object({
    events: z.array(eventSchema).describe('Newest first.'),
    next_cursor: z.string().nullable().describe('Present while there may be more.'),
    looked_back_to: count
      .nullable()
      .describe('With next_cursor: the log was looked through back to then (unix seconds).'),
  })
  .meta({ id: 'EventPage' })

export const liveQuerySchema = z.strictObject({
  test_event_code: text('Only legs that carry this test_event_code.'),
  after: z
    .preprocess(empty, whole.optional())
    .describe('Begin with the legs after this seq (at most 1000). Last-Event-ID does the same.'),
})

// -- the instance

export const statusSchema = z
  .object({
    ok: z.boolean(),
    reason: z.string().optional(),
    queue: count.describe('Events waiting for their commit.'),
    version: z.string(),
    public_url: z.string().nullable(),
    now: count,
  })
  .meta({ id: 'Status' })

export const demoSchema = z
  .object({
    url: z.string().describe('The demo shop, on the address of the Events Manager.'),
    dataset_id: z.string(),
  })
  .meta({ id: 'Demo' })

export const errorSchema = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      detail: z.string().optional(),
      fix: z.string(),
      retryable: z.boolean(),
    }),
  })
  .meta({ id: 'Error' })
