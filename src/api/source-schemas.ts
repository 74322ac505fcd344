/** What the routes about sources take and answer: connections, and what they delivered. */
import { z } from 'zod'
import { INBOX_PAGE_MAX } from '../limits.ts'
import { connectionInputSchema } from '../sources/inbox/view.ts'
import { patchShape } from './schemas.ts'

const count = z.number().int().nonnegative()
const ms = z.number().int().nonnegative()

export const sourceTypesSchema = z.object({
  types: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      about: z.string(),
      setup: z.array(z.string()).describe('What to click there. `{url}` and `{secret}` stand in.'),
      secret: z.object({
        from: z.enum(['platform', 'twofold']).describe('Who makes it.'),
        by: z.enum(['header', 'url']).describe('url: it is part of the address, as `?key=`.'),
        label: z.string(),
      }),
      schema: z.record(z.string(), z.unknown()).describe('JSON Schema of `settings`.'),
    }),
  ),
})

export const connectionCreateSchema = connectionInputSchema
  .extend({ name: connectionInputSchema.shape.name.optional() })
  .meta({ id: 'ConnectionCreate' })

export const connectionPatchSchema = z
  .strictObject(patchShape(connectionInputSchema.omit({ source: true }).shape))
  .meta({ id: 'ConnectionPatch' })

export const inboxStateSchema = z.enum(['received', 'translated', 'ignored', 'failed', 'duplicate'])

export const pollStatusSchema = z
  .object({
    minutes: count.nullable().describe('Between two rounds; null: only when told to.'),
    lacks: z.string().nullable().describe('What has to be entered in the settings first.'),
    running: z.boolean(),
    last_ms: ms.nullable().describe('When the last round ended.'),
    ok_ms: ms.nullable().describe('When the last round without trouble ended.'),
    next_ms: ms.nullable(),
    trouble: z.string().nullable().describe('What stopped the last round.'),
    more: z.boolean().describe('The platform has more: the next round goes on at once.'),
    until_s: z
      .number()
      .int()
      .nullable()
      .describe('Orders that changed until then are known; unix seconds of the platform.'),
    round: z
      .object({ pages: count, orders: count, added: count, changed: count, unread: count })
      .nullable()
      .describe('What the last round brought; unread: orders that could not be read.'),
    unread_detail: z.string().nullable().describe('Why the first of those could not be read.'),
    last_order: z
      .object({ order_id: z.string(), at_s: z.number().int() })
      .nullable()
      .describe('The newest sale that the platform named.'),
    meta_pixels: z
      .array(z.string())
      .describe('Pixels of Meta that the platform itself feeds from the pages of the shop.'),
  })
  .meta({ id: 'Polling' })

export const pollRequestSchema = z
  .strictObject({
    from: z.iso
      .date()
      .optional()
      .describe('Ask again for every order that changed since this day; default: go on.'),
  })
  .meta({ id: 'PollRequest' })

export const connectionSchema = z
  .object({
    dataset_id: z.string(),
    connection_id: z.string(),
    source: z.string(),
    title: z.string(),
    name: z.string(),
    enabled: z.boolean(),
    settings: z.record(z.string(), z.unknown()).describe('Secrets are masked.'),
    created_at: z.number().int().describe('Unix seconds.'),
    url: z.string().describe('The address to enter at the platform, without a key.'),
    needs_secret: z.boolean().describe('Until a secret is entered, deliveries are refused.'),
    problem: z.object({ code: z.string(), detail: z.string() }).nullable(),
    states: z
      .record(inboxStateSchema, count)
      .describe('Deliveries of all time, by what became of them.'),
    last_received_ms: ms.nullable(),
    refused: z
      .object({ n: count, last_ms: ms, code: z.string(), detail: z.string() })
      .nullable()
      .describe('Deliveries that were not proven, since the start of the server; not kept.'),
    polling: pollStatusSchema
      .nullable()
      .describe('Asking the platform for its orders; null where that cannot be done.'),
  })
  .meta({ id: 'Connection' })

export const connectionsSchema = z.object({ connections: z.array(connectionSchema) })

export const connectionMadeSchema = connectionSchema
  .extend({
    secret: z.string().nullable().describe('Made for you; shown this once.'),
    url_with_key: z.string().nullable().describe('Where the key is part of the address.'),
  })
  .meta({ id: 'ConnectionMade' })

export const inboxQuerySchema = z.strictObject({
  connection_id: z.string().max(100).optional(),
  state: inboxStateSchema.optional(),
  limit: z.coerce.number().int().min(1).max(INBOX_PAGE_MAX).default(50),
  cursor: z.coerce.number().int().positive().optional(),
})

export const inboxDeliverySchema = z
  .object({
    id: z.number().int(),
    connection_id: z.string(),
    topic: z.string(),
    received_ms: ms,
    state: inboxStateSchema,
    reason: z.string().nullable(),
    reason_words: z.string().nullable().describe('The reason in plain words.'),
    detail: z.string().nullable(),
    attempts: count,
    settled_ms: ms.nullable(),
    events: z.array(
      z.object({
        event_name: z.string(),
        event_id: z.string(),
        verdict: z.string(),
        reason: z.string().nullable(),
      }),
    ),
    can_retry: z.boolean().describe('Its body is still kept.'),
  })
  .meta({ id: 'SourceDelivery' })

export const inboxSchema = z.object({
  deliveries: z.array(inboxDeliverySchema),
  next_cursor: z.number().int().nullable(),
})

export const inboxRetrySchema = z
  .strictObject({
    ids: z.array(z.number().int()).min(1).max(1000).optional().describe('Only these.'),
    states: z
      .array(z.enum(['failed', 'ignored', 'translated', 'received']))
      .min(1)
      .default(['failed'])
      .describe(
        'Those in these states; received: that wait after a failure. What was counted is not counted again.',
      ),
  })
  .meta({ id: 'SourceRetry' })

export const inboxRetriedSchema = z.object({ due: count.describe('Deliveries due again now.') })
