/**
 * What the routes about rules take and answer, as zod schemas. The rules themselves are described
 * by src/rules/; this is what the API puts around them.
 */
import { z } from 'zod'
import { RULES_PER_DATASET_MAX, RULES_TRY_EVENTS_MAX, RULES_TRY_LEGS_MAX } from '../limits.ts'
import { rulesSchema } from '../rules/rule.ts'
import { channelSchema, findingSchema } from './schemas.ts'

const count = z.number().int()
const note = z.string().trim().max(500).default('').describe('Why, for whoever reads the versions.')
const revision = count
  .min(0)
  .optional()
  .describe('The revision the change was made from; a newer one here is answered rules_changed.')

const author = z
  .object({ name: z.string(), token_id: z.string() })
  .describe('The token that made the change, by its name.')

/** As stored: an older program's rule may be none any more, and is shown as it is. */
const stored = z.array(z.unknown()).describe('The rules, in order (schema: Rule).')
const sentences = z.array(z.string()).describe('The same rules as sentences.')

export const ruleVersionSchema = z
  .object({
    version: count.describe('From 1; kept on every event as rules_version.'),
    author,
    published_at: count,
    note: z.string(),
    of_version: count.nullable().describe('For a roll-back: the version it repeats; 0: no rules.'),
    rules: stored,
    sentences,
  })
  .meta({ id: 'RuleVersion' })

const draftSchema = z
  .object({ author, saved_at: count, rules: stored, sentences })
  .meta({ id: 'RuleDraft' })

export const ruleStateSchema = z
  .object({
    dataset_id: z.string(),
    revision: count.describe('Changes with every change; send it back with yours.'),
    published: ruleVersionSchema.nullable(),
    draft: draftSchema.nullable(),
    activity: z
      .array(z.object({ rule_id: z.string(), events: count }))
      .describe('Reports that each rule changed, routed or dropped in the last 7 days.'),
  })
  .meta({ id: 'RuleState' })

export const ruleVersionsSchema = z
  .object({
    dataset_id: z.string(),
    versions: z
      .array(ruleVersionSchema.omit({ rules: true }).extend({ rule_count: count }))
      .describe('The newest first; the last 50 are kept. Read one for its rules.'),
  })
  .meta({ id: 'RuleVersions' })

export const ruleDraftRequestSchema = z
  .strictObject({ rules: rulesSchema, revision })
  .meta({ id: 'RuleDraftRequest' })

export const rulePublishRequestSchema = z
  .strictObject({
    rules: rulesSchema.optional().describe('Default: those of the draft.'),
    note,
    revision,
  })
  .meta({ id: 'RulePublishRequest' })

export const ruleRollbackRequestSchema = z
  .strictObject({
    version: count.min(0).describe('0: no rules, as before the first version.'),
    note,
    revision,
  })
  .meta({ id: 'RuleRollbackRequest' })

export const ruleTryRequestSchema = z
  .strictObject({
    rules: rulesSchema.optional().describe('Default: those of the draft, else the published ones.'),
    last: count
      .min(1)
      .max(RULES_TRY_LEGS_MAX)
      .default(1000)
      .describe('Tried on this many of the latest reports stored.'),
    events: z
      .array(z.record(z.string(), z.unknown()))
      .min(1)
      .max(RULES_TRY_EVENTS_MAX)
      .optional()
      .describe('Instead: server events as a client sends them. Nothing is stored or counted.'),
    channel: channelSchema.default('server').describe('Where `events` are taken to come from.'),
  })
  .meta({ id: 'RuleTryRequest' })

export const ruleCheckRequestSchema = z
  .strictObject({
    rules: z.array(z.unknown()).max(RULES_PER_DATASET_MAX).describe('Right or wrong.'),
  })
  .meta({ id: 'RuleCheckRequest' })

export const ruleCheckSchema = z
  .object({
    problems: z
      .array(
        z.object({
          path: z
            .string()
            .describe('Where: `0.actions.1.by` is in the second action of the first.'),
          message: z.string(),
        }),
      )
      .describe('Empty when the rules can be published.'),
    sentences: sentences.describe('Only when there are no problems.'),
  })
  .meta({ id: 'RuleCheck' })

const json = z.unknown()

const sampleSchema = z.object({
  seq: count.nullable().describe('Of the stored report; null for a given event.'),
  index: count.nullable().describe('Of the given event; null for a stored report.'),
  event_name: z.string().describe('Before the rules.'),
  channel: channelSchema,
  received_at: count,
  verdict: z.enum(['kept', 'dropped']),
  reason: z.string().nullable(),
  matched: z.array(z.string()).describe('Ids of the rules whose conditions held.'),
  acted: z.array(z.string()).describe('Those that changed, routed or dropped it.'),
  changes: z
    .array(z.object({ field: z.string(), before: json, after: json }))
    .describe('null: not there. Values of user_data are never shown.'),
  routes: z
    .object({ only: z.array(z.string()).optional(), except: z.array(z.string()).optional() })
    .nullable(),
  findings: z.array(findingSchema),
})

export const ruleTrialSchema = z
  .object({
    dataset_id: z.string(),
    tried: count,
    skipped: count.describe('Reports that rules never see (refused, or dropped before them).'),
    matched: count,
    changed: count,
    dropped: count,
    routed: count,
    ruled_before: count.describe('Tried reports that published rules had changed already.'),
    by_rule: z.array(
      z.object({
        rule_id: z.string(),
        name: z.string(),
        matched: count,
        changed: count,
        dropped: count,
        not_applied: count,
        failed: count,
      }),
    ),
    by_field: z.array(z.object({ field: z.string(), changed: count })),
    samples: z.array(sampleSchema).describe('Up to 5 for each rule, 50 in all.'),
    notes: z.array(z.string()).describe('What this trial cannot show.'),
  })
  .meta({ id: 'RuleTrial' })

export const ruleVocabularySchema = z
  .object({
    fields: z.array(z.object({ field: z.string(), kind: z.string(), about: z.string() })),
    operators: z.array(z.object({ op: z.string(), takes: z.string() })),
    actions: z.array(z.object({ do: z.string(), about: z.string() })),
    schema: z.record(z.string(), z.unknown()).describe('JSON Schema of a list of rules.'),
  })
  .meta({ id: 'RuleVocabulary' })
