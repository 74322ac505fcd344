/**
 * The `when` of a rule as data: tests on fields, joined by all, any and not. Only the schema and
 * its types; match.ts decides, fields.ts knows the fields. There are no regular expressions on
 * purpose: every operator takes time in proportion to the text it looks at.
 */
import { z } from 'zod'
import { RULE_DEPTH_MAX, RULE_TESTS_MAX, RULE_TEXT_CHARS_MAX, RULE_VALUES_MAX } from '../limits.ts'
import { decimalSchema } from './decimal.ts'
import { isField, isPersonField } from './fields.ts'

const anyField = z
  .string()
  .max(200)
  .refine(isField, 'is not a field that a rule can look at; see the list of fields')
  .describe('A field such as event_name, event_source_url.host or custom_data.value.')

const valueField = anyField
  .refine(
    (field) => !isPersonField(field),
    'values of user_data are not compared: ask whether it exists or is missing',
  )
  .describe('Any field but those of user_data, of which only the presence can be asked.')

export const scalarSchema = z
  .union([z.string().max(RULE_TEXT_CHARS_MAX), z.number(), z.boolean()], {
    error: `must be text of at most ${RULE_TEXT_CHARS_MAX} characters, a number, true or false`,
  })
  .meta({ id: 'RuleValue' })

const scalar = scalarSchema.describe('A number is compared as a number, text letter by letter.')
const text = z.string().min(1).max(RULE_TEXT_CHARS_MAX)
const ignoreCase = z.boolean().optional().describe('Take upper and lower case for the same.')
const many = <S extends z.ZodType>(one: S) => z.array(one).min(1).max(RULE_VALUES_MAX)

const presence = ['exists', 'missing'] as const
const comparison = ['equals', 'not_equals'] as const
const listing = ['in', 'not_in'] as const
const wording = ['contains', 'not_contains', 'starts_with', 'ends_with', 'glob'] as const
const ordering = ['above', 'at_least', 'below', 'at_most'] as const

const presenceSchema = z.strictObject({
  op: z.enum(presence).describe('Whether the event has the field at all.'),
  field: anyField,
})
const comparisonSchema = z.strictObject({
  op: z.enum(comparison).describe('The field is, or is not, exactly this.'),
  field: valueField,
  value: scalar,
  ignore_case: ignoreCase,
})
const listingSchema = z.strictObject({
  op: z.enum(listing).describe('The field is, or is not, one of these.'),
  field: valueField,
  values: many(scalar),
  ignore_case: ignoreCase,
})
const wordingSchema = z.strictObject({
  op: z.enum(wording).describe('In a glob, * stands for any text; everything else for itself.'),
  field: valueField,
  value: text,
  ignore_case: ignoreCase,
})
const orderingSchema = z.strictObject({
  op: z.enum(ordering).describe('Compared as exact decimals; text that is no number never is.'),
  field: valueField,
  value: decimalSchema,
})

export type Test =
  | z.infer<typeof presenceSchema>
  | z.infer<typeof comparisonSchema>
  | z.infer<typeof listingSchema>
  | z.infer<typeof wordingSchema>
  | z.infer<typeof orderingSchema>

export type Condition = { op: 'all' | 'any'; of: Condition[] } | { op: 'not'; of: Condition } | Test

const condition: z.ZodType<Condition> = z.lazy(() => tree)

const tree = z
  .discriminatedUnion(
    'op',
    [
      z.strictObject({
        op: z.enum(['all', 'any']).describe('All of them hold, or at least one.'),
        of: z.array(condition).min(1).max(RULE_TESTS_MAX),
      }),
      z.strictObject({ op: z.literal('not'), of: condition }),
      presenceSchema,
      comparisonSchema,
      listingSchema,
      wordingSchema,
      orderingSchema,
    ],
    { error: () => `op must be one of ${OPERATORS.map(({ op }) => op).join(', ')}` },
  )
  .meta({ id: 'RuleCondition' })

/** Which fields an operator takes and what it compares them with, for a form. */
export const OPERATORS: readonly { readonly op: string; readonly takes: string }[] = [
  ...['all', 'any'].map((op) => ({ op, takes: 'conditions' })),
  { op: 'not', takes: 'condition' },
  ...presence.map((op) => ({ op, takes: 'nothing' })),
  ...comparison.map((op) => ({ op, takes: 'value' })),
  ...listing.map((op) => ({ op, takes: 'values' })),
  ...wording.map((op) => ({ op, takes: 'text' })),
  ...ordering.map((op) => ({ op, takes: 'number' })),
]

/** Bounded before it is read: a condition nested ten thousand deep would exhaust the stack. */
export const conditionSchema = z.preprocess((value, context) => {
  const { depth, tests } = sizeOf(value, 1)
  const message =
    depth > RULE_DEPTH_MAX
      ? `nests deeper than ${RULE_DEPTH_MAX} levels`
      : tests > RULE_TESTS_MAX
        ? `holds more than ${RULE_TESTS_MAX} tests`
        : undefined
  if (message === undefined) return value
  context.addIssue({ code: 'custom', message })
  return z.NEVER
}, condition)

function sizeOf(value: unknown, depth: number): { depth: number; tests: number } {
  const of = (value as { of?: unknown } | null | undefined)?.of
  if (of === undefined || depth > RULE_DEPTH_MAX) return { depth, tests: 1 }
  const size = { depth, tests: 0 }
  for (const part of Array.isArray(of) ? of : [of]) {
    const own = sizeOf(part, depth + 1)
    size.depth = Math.max(size.depth, own.depth)
    size.tests += own.tests
    if (size.tests > RULE_TESTS_MAX) break
  }
  return size
}
