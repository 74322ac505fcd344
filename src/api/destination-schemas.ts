/**
 * What the API takes and answers about destinations and deliveries, as zod schemas. Like
 * schemas.ts, which holds the rest: checks, types, OpenAPI and tests are made from them.
 */
import { z } from 'zod'
import { legsSchema } from '../event/route.ts'
import {
  DEAD_LETTER_MS_MAX,
  DEAD_LETTERS_PER_DESTINATION_MAX,
  DELIVERIES_PAGE_MAX,
} from '../limits.ts'
import { destinationInputSchema } from '../relay/view.ts'
import { count, eventSchema, text } from './schemas.ts'

const ms = z.number().int()
const DAYS_KEPT = DEAD_LETTER_MS_MAX / 86_400_000
const json = z.record(z.string(), z.unknown())
const empty = (value: unknown): unknown => (value === '' ? undefined : value)
const time = (what: string) =>
  z.preprocess(empty, z.coerce.number().int().min(0).max(99_999_999_999).optional()).describe(what)

// -- destinations

export const destinationTypesSchema = z.object({
  types: z.array(
    z
      .object({
        name: z.string().describe('What `type` takes.'),
        title: z.string(),
        about: z.string(),
        schema: json.describe(
          'JSON Schema of `settings`, for a form; a secret field says `"secret": true`.',
        ),
      })
      .meta({ id: 'DestinationType' }),
  ),
})

export const destinationCreateSchema = destinationInputSchema
  .strict()
  .meta({ id: 'DestinationRequest' })

const input = destinationInputSchema.shape

/** What is left out stays; `type` is that of the destination. */
export const destinationPatchSchema = z
  .strictObject({
    type: input.type.optional(),
    name: input.name.optional(),
    enabled: z.boolean().optional(),
    settings: json
      .optional()
      .describe('Only those that change; null removes one. A secret sent back masked stays.'),
    legs: legsSchema.optional(),
    only_events: z.array(z.string()).optional(),
    except_events: z.array(z.string()).optional(),
    events_per_s_max: z.number().int().nullable().optional(),
  })
  .meta({ id: 'DestinationPatch' })

export const deliveryStateSchema = z.enum([
  'pending',
  'leased',
  'retrying',
  'held',
  'delivered',
  'rejected',
])

const problem = { code: z.string(), detail: z.string().describe('What is wrong and what helps.') }

const statusSchema = z
  .object({
    lane: z
      .enum(['running', 'paused', 'unreachable', 'held', 'disabled'])
      .describe(
        'running: sends what is due. paused: the remote asked for patience, or the rate limit is ' +
          'used up. unreachable: failed too often in a row. held: waits for its owner, see alarm.',
      ),
    until_ms: ms.nullable().describe('When it tries again, if that is known.'),
    in_flight: count.describe('Batches under way.'),
    created: count.describe('Events that became deliveries, since it was made.'),
    created_further: count.describe('Further copies of those events, and replays.'),
    states: z
      .object({
        pending: count,
        leased: count,
        retrying: count,
        held: count,
        delivered: count.describe('Of all time.'),
        rejected: count.describe(`Dead letters: kept for ${DAYS_KEPT} days.`),
      })
      .describe('Deliveries by state. Their sum and let_go are created + created_further.'),
    let_go: count.describe(
      `Dead letters not kept any more: older than ${DAYS_KEPT} days, or before the last ` +
        `${DEAD_LETTERS_PER_DESTINATION_MAX}.`,
    ),
    waiting: count.describe('pending + leased + retrying + held.'),
    oldest_waiting_ms: ms.nullable().describe('When the oldest that waits was created.'),
    skipped: z.record(z.string(), count).describe('Events not meant for it, by reason.'),
    alarm: z
      .object({ ...problem, since_ms: ms, next_try_ms: ms.nullable() })
      .nullable()
      .describe('Something waits for its owner. Nothing is lost, nothing is sent.'),
    last_error: z
      .object({
        ...problem,
        at_ms: ms,
        mended_ms: ms.nullable().describe('When a later batch was taken; null: not yet.'),
      })
      .nullable()
      .describe('The last failure of a whole batch since the server started.'),
    last_delivered_ms: ms.nullable(),
    hours: z
      .array(
        z.object({
          time: count.describe('Start of the hour.'),
          delivered: count,
          rejected: count,
          retried: count,
        }),
      )
      .describe('The last 24 hours, the oldest first; hours without any are left out.'),
  })
  .meta({ id: 'DestinationStatus' })

export const destinationSchema = z
  .object({
    dataset_id: z.string(),
    destination_id: z.string(),
    type: z.string(),
    title: z.string().describe('Of its type.'),
    name: z.string(),
    enabled: z.boolean(),
    created_at: count,
    settings: json.describe('Secrets are masked: their last four characters at most.'),
    legs: legsSchema,
    only_events: z.array(z.string()),
    except_events: z.array(z.string()),
    events_per_s_max: count.nullable(),
    problem: z.object(problem).nullable().describe('Why it cannot be sent to as it is set.'),
    status: statusSchema,
  })
  .meta({ id: 'Destination' })

export const destinationsSchema = z.object({ destinations: z.array(destinationSchema) })

export const retrySchema = z.object({
  due: count.describe(
    'Everything that waits for it: what was held or failed, and what came since.',
  ),
})

export const destinationTestSchema = z
  .strictObject({
    destination_id: z
      .string()
      .optional()
      .describe('Its stored settings, changed by the rest of the body. Nothing is stored.'),
    ...destinationPatchSchema.shape,
  })
  .meta({ id: 'DestinationTest' })

export const exchangeSchema = z
  .object({
    at_ms: ms,
    url: z.string(),
    status: count.describe('HTTP status; 0 when no answer came.'),
    ms: count.describe('How long it took.'),
    events: count.describe('Events in the request.'),
    answer: z.string().describe('Secrets are masked.'),
  })
  .meta({ id: 'Exchange' })

export const testedSchema = z
  .object({
    state: z.enum(['delivered', 'retry', 'held', 'rejected', 'skipped']),
    code: z.string().nullable(),
    detail: z.string().describe('What happened and what to do.'),
    event_name: z.string(),
    event_id: z.string(),
    payload: z.unknown().describe('The event as it left, without secrets.'),
    exchanges: z.array(exchangeSchema),
  })
  .meta({ id: 'DestinationTested' })

// -- deliveries

export const deliveriesQuerySchema = z.strictObject({
  destination_id: text('Only to this destination.'),
  state: z
    .preprocess(
      empty,
      z
        .string()
        .transform((list) => list.split(','))
        .pipe(z.array(deliveryStateSchema))
        .optional(),
    )
    .describe('Only in these states, separated by commas.'),
  code: text('Only with this code of the last failure.'),
  event_id: text('Only of events that have this event_id.'),
  order_id: text('Only of events of this order.'),
  from: time('Created from this time on (unix seconds).'),
  to: time('Created before this time (unix seconds).'),
  limit: z
    .preprocess(empty, z.coerce.number().int().min(1).max(DELIVERIES_PAGE_MAX).default(50))
    .describe('Deliveries on one page.'),
  cursor: text('next_cursor of the page before.'),
})

export const deliverySchema = z
  .object({
    delivery_id: z.string().describe('<destination_id>.<seq>.<leg_seq>'),
    destination_id: z.string(),
    seq: count.describe('Of the counted event.'),
    leg_seq: count.describe('The report that leaves as it came; 0: all of them merged.'),
    copy: z.enum(['merged', 'browser', 'server', 'other']).describe('What leaves.'),
    state: deliveryStateSchema,
    attempts: count,
    created_ms: ms,
    due_ms: ms.nullable().describe('When it is sent next; null when it is not.'),
    settled_ms: ms.nullable().describe('When it was delivered or failed last.'),
    code: z.string().nullable().describe('Of the last failure.'),
    detail: z.string().nullable(),
    exchange: exchangeSchema.nullable().describe('The request that decided it.'),
    event: z
      .object({
        event_name: z.string(),
        event_id: z.string().nullable().describe('The id it leaves with.'),
        event_time: count,
        order_id: z.string().nullable(),
      })
      .nullable()
      .describe('null when the event is not stored any more.'),
  })
  .meta({ id: 'Delivery' })

export const deliveriesSchema = z
  .object({
    deliveries: z.array(deliverySchema).describe('The newest first.'),
    next_cursor: z.string().nullable().describe('Present while there may be more.'),
  })
  .meta({ id: 'DeliveryPage' })

export const deliveryStorySchema = z
  .object({
    delivery: deliverySchema,
    payload: z
      .unknown()
      .describe('What leaves for this event under the settings of now, without secrets.'),
    payload_problem: z.object(problem).nullable().describe('Why nothing would leave.'),
    event: eventSchema.nullable().describe('The event with all its reports.'),
  })
  .meta({ id: 'DeliveryStory' })

export const requeueSchema = z
  .strictObject({
    states: z
      .array(z.enum(['held', 'rejected', 'retrying']))
      .min(1)
      .default(['rejected'])
      .describe('Those in these states.'),
    code: z.string().max(512).optional().describe('Only with this code.'),
    delivery_ids: z.array(z.string().max(200)).min(1).max(1000).optional().describe('Only these.'),
  })
  .meta({ id: 'RequeueRequest' })

export const requeuedSchema = z.object({
  requeued: count.describe('Deliveries that are sent again, under the same event ids.'),
  waiting: count.describe('Everything that waits for this destination now, these among it.'),
})
