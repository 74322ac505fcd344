/** What the routes about replays take and answer, as zod schemas. */
import { z } from 'zod'
import { rulesSchema } from '../rules/rule.ts'

const count = z.number().int()
const moment = count.min(0).max(99_999_999_999)
const json = z.unknown()

const STATES = ['never_sent', 'delivered', 'rejected', 'held', 'any'] as const

export const replayRequestSchema = z
  .strictObject({
    destination_id: z.string().min(1).max(60),
    from: moment.describe('Received from then on (unix seconds).'),
    to: moment.optional().describe('Received before then; default: now.'),
    event_names: z
      .array(z.string().min(1).max(100))
      .max(50)
      .default([])
      .describe('As stored; empty: all.'),
    states: z
      .array(z.enum(STATES))
      .min(1)
      .default(['any'])
      .describe('How the events stand with the destination now.'),
    rules: z
      .union([z.enum(['published', 'none']), rulesSchema])
      .default('published')
      .describe(
        'published: as the rules in force would leave them. none: as stored. A list: a draft, ' +
          'for dry runs only.',
      ),
    settings: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Changed settings of the destination, for dry runs only; the others stay.'),
    again: z.boolean().default(false).describe('Sends once more what was delivered already.'),
    dry_run: z.boolean().describe('true: only shows what would be sent and what would change.'),
  })
  .meta({ id: 'ReplayRequest' })

const problem = z.object({ code: z.string(), detail: z.string() })

export const replaySchema = z
  .object({
    replay_id: z.string(),
    dataset_id: z.string(),
    destination_id: z.string(),
    state: z.enum(['running', 'done', 'cancelled', 'failed']),
    dry_run: z.boolean(),
    again: z.boolean(),
    from: count,
    to: count,
    event_names: z.array(z.string()),
    states: z.array(z.enum(STATES)),
    rules: z.enum(['published', 'none', 'draft']),
    rules_version: count.nullable().describe('The published version, where it runs under one.'),
    settings_changed: z.boolean(),
    started_ms: count,
    ended_ms: count.nullable(),
    expected: count.describe('Events to look at, about: counters know whole hours.'),
    counts: z
      .object({
        scanned: count,
        matching: count,
        would_send: count,
        unchanged: count,
        changed: count,
        dropped_by_rules: count,
        too_old: count,
        already_delivered: count.describe('Not sent once more unless `again` says so.'),
        waiting: count.describe('On their way already; they leave as they were to leave.'),
        not_accepted: z.array(z.object({ reason: z.string(), events: count })),
      })
      .describe(
        'In events. matching = would_send + already_delivered + waiting + dropped_by_rules + ' +
          'too_old + the sum of not_accepted; changed + unchanged = would_send + already_delivered.',
      ),
    enqueued: count.describe('Copies handed to the relay; 0 in a dry run.'),
    by_field: z
      .array(z.object({ field: z.string(), changed: count }))
      .describe('Events that differ in a field of what leaves, the most first.'),
    samples: z
      .array(
        z.object({
          seq: count,
          event_name: z.string(),
          event_id: z.string(),
          changes: z.array(z.object({ field: z.string(), before: json, after: json })),
          before: json.describe('What leaves of the event as stored, without secrets.'),
          after: json,
        }),
      )
      .describe('Up to 20, chosen so that every field has its turn. null: not there.'),
    warnings: z.array(problem).describe('What to know before sending.'),
    error: problem.nullable(),
  })
  .meta({ id: 'Replay' })

export const replaysSchema = z.object({ replays: z.array(replaySchema) }).meta({ id: 'Replays' })
