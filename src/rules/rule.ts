/**
 * A rule and a list of rules as data: one schema from which validation, the form, the API's
 * document and the docs come. Order matters: each rule sees what the ones before it made of the
 * event. The engine that runs them is engine.ts; their versions are kept by rule-book.ts.
 */
import { z } from 'zod'
import { RULE_ACTIONS_MAX, RULES_PER_DATASET_MAX } from '../limits.ts'
import { actionSchema } from './action.ts'
import { conditionSchema } from './condition.ts'

export const ruleSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'must be 1 to 40 of a-z, 0-9, - and _')
      .describe('Stable; what it drops has the reason `rule:<id>`.'),
    name: z.string().trim().max(100).default('').describe('For people.'),
    enabled: z.boolean().default(true).describe('Switched off, it stays in the list.'),
    when: conditionSchema.optional().describe('Which events; every event when left out.'),
    actions: z
      .array(actionSchema)
      .min(1)
      .max(RULE_ACTIONS_MAX)
      .describe('What is done with them, in this order.'),
  })
  .meta({ id: 'Rule' })

export type Rule = z.output<typeof ruleSchema>

export const rulesSchema = z
  .array(ruleSchema)
  .max(RULES_PER_DATASET_MAX)
  .superRefine((rules, context) => {
    const seen = new Set<string>()
    for (const [index, { id }] of rules.entries()) {
      if (seen.has(id)) {
        const message = `is the id of two rules: ${id}`
        context.addIssue({ code: 'custom', path: [index, 'id'], message })
      }
      seen.add(id)
    }
  })
  .describe('The rules in the order in which they run.')
