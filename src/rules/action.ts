/**
 * The `actions` of a rule as data: what can be done with an event. Only the schemas and their types;
 * act.ts does it. Personal data moves in one direction only: nothing can be copied out of
 * user_data, and what a rule copies into it is hashed right afterwards.
 */
import { z } from 'zod'
import { EVENT_NAME_CHARS_MAX } from '../event/bounds.ts'
import { isHashedKey } from '../event/explain.ts'
import { RULE_MARGIN_ENTRIES_MAX } from '../limits.ts'
import { scalarSchema } from './condition.ts'
import { decimalSchema } from './decimal.ts'
import { isField, isPersonField } from './fields.ts'
import { isRemovable, isWritable, problemOf } from './write.ts'

const field = z.string().max(200)

const writable = field
  .refine(
    (name) => isWritable(name),
    'cannot be set: use event_id, action_source, opt_out, or a property such as custom_data.x',
  )
  .describe('event_id, action_source, opt_out, or a property such as custom_data.currency.')

const copyTarget = field
  .refine(
    (name) => isWritable(name) || isHashedKey(name.replace(/^user_data\./, '')),
    'cannot be copied to: use event_id, a property of custom_data, or a hashed key of user_data',
  )
  .describe('As in set, or a hashed key of user_data: the copy is hashed before it is stored.')

const copySource = field
  .refine(
    (name) => isField(name) && !isPersonField(name) && name !== 'country',
    'cannot be copied: it is no field, or it is part of user_data',
  )
  .describe('Any field that a condition can compare, but the country.')

const removable = field
  .refine(
    isRemovable,
    'cannot be removed: an event needs it, or it is no field; see the list of fields',
  )
  .describe('A field that an event can do without, also a key of user_data.')

const pages = z
  .array(z.enum(['event_source_url', 'referrer_url']))
  .min(1)
  .optional()
  .describe('Which addresses; both when left out.')

const globs = z
  .array(z.string().min(1).max(200))
  .min(1)
  .max(200)
  .describe('Names; * stands for any text. Capitals make no difference.')

const money = z.enum(['custom_data.value', 'custom_data.net_revenue', 'custom_data.predicted_ltv'])

const MARGIN = /^-?\d{1,13}(?:\.\d{1,12})?%?$/
const margin = z
  .string()
  .regex(MARGIN, 'must be a share such as "35%", or an amount per piece such as "12.50"')
  .describe('A share of the price such as "35%", or an amount per piece such as "12.50".')

const setSchema = z
  .strictObject({
    do: z.enum(['set', 'default']).describe('set replaces, default fills in what is missing.'),
    field: writable,
    value: scalarSchema,
  })
  .superRefine((action, context) => {
    const message = problemOf(action.field, action.value)
    if (message) context.addIssue({ code: 'custom', path: ['value'], message })
  })

const marginSchema = z
  .strictObject({
    do: z.literal('margin').describe('Work out what a sale earns, exactly.'),
    to: money.default('custom_data.net_revenue').describe('Where the result goes.'),
    margin: margin.optional().describe('For products that are not in `by_content_id`.'),
    by_content_id: z
      .record(z.string().min(1).max(200), margin)
      .refine(
        (table) => Object.keys(table).length <= RULE_MARGIN_ENTRIES_MAX,
        `holds more than ${RULE_MARGIN_ENTRIES_MAX} products`,
      )
      .optional()
      .describe('Margins by the id of a product in contents or content_ids.'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'must be a currency such as EUR')
      .optional()
      .describe('Of the amounts per piece; events in another currency are left alone.'),
  })
  .superRefine(({ margin: rest, by_content_id: table, currency }, context) => {
    const margins = [...(rest ? [rest] : []), ...Object.values(table ?? {})]
    if (margins.length === 0) {
      context.addIssue({ code: 'custom', message: 'needs margin, by_content_id, or both' })
    }
    if (!currency && margins.some((one) => !one.endsWith('%'))) {
      const message = 'is needed with amounts per piece'
      context.addIssue({ code: 'custom', path: ['currency'], message })
    }
  })

const stripSchema = z
  .strictObject({
    do: z.literal('strip_query').describe('Take query parameters out of addresses.'),
    keep: globs.optional().describe('Keep only these.'),
    remove: globs.optional().describe('Remove these.'),
    fragment: z.boolean().optional().describe('Also what follows a #.'),
    in: pages,
  })
  .refine(
    ({ keep, remove, fragment }) => (keep ? !remove : remove !== undefined || fragment === true),
    'needs either keep or remove',
  )

const scrubSchema = z
  .strictObject({
    do: z.literal('scrub').describe('Remove personal data beyond what is always removed.'),
    names: globs.optional().describe('Parameters and properties of these names lose their value.'),
    digits: z
      .number()
      .int()
      .min(6)
      .max(19)
      .optional()
      .describe('Runs of at least so many digits (phones, cards) are removed from texts.'),
    in: z
      .array(z.enum(['event_source_url', 'referrer_url', 'custom_data']))
      .min(1)
      .optional()
      .describe('Where; everywhere when left out. Never product ids and the order id.'),
  })
  .refine(({ names, digits }) => names !== undefined || digits !== undefined, {
    error: 'needs names, digits, or both',
  })

const destinations = z.array(z.string().regex(/^[\w-]{1,64}$/, 'must be the id of a destination'))

const routeSchema = z
  .strictObject({
    do: z.literal('route').describe('Say which destinations may have the event.'),
    only: destinations.max(100).optional().describe('Only these; an empty list is none.'),
    except: destinations.min(1).max(100).optional().describe('Not these.'),
  })
  .refine(({ only, except }) => only !== undefined || except !== undefined, {
    error: 'needs only, except, or both',
  })

const affix = z.string().max(100).optional()

const SCHEMAS = [
  z.strictObject({ do: z.literal('drop').describe('Do not count it; the reason names the rule.') }),
  z.strictObject({
    do: z.literal('keep').describe('No later rule drops it; later rules still change it.'),
  }),
  z.strictObject({ do: z.literal('stop').describe('No later rule looks at it.') }),
  z.strictObject({
    do: z.literal('rename').describe('Give it another name, such as a standard one.'),
    to: z
      .string()
      .trim()
      .min(1)
      .max(EVENT_NAME_CHARS_MAX)
      .regex(/^\P{Cc}*$/u, 'must be one line'),
  }),
  setSchema,
  z.strictObject({
    do: z.literal('copy').describe('Copy a value from one field to another.'),
    from: copySource,
    to: copyTarget,
    prefix: affix.describe('Text in front of the copy.'),
    suffix: affix.describe('Text behind the copy.'),
    if_missing: z.boolean().optional().describe('Only where there is no value yet.'),
  }),
  z.strictObject({ do: z.literal('remove').describe('Leave a field out.'), field: removable }),
  z.strictObject({
    do: z.literal('multiply').describe('Multiply an amount, exactly: 0.01 makes euros of cents.'),
    field: money,
    by: decimalSchema,
  }),
  marginSchema,
  stripSchema,
  scrubSchema,
  routeSchema,
] as const

const NAMES = SCHEMAS.flatMap((schema) => {
  const { do: name } = schema.shape
  return name instanceof z.ZodEnum ? [...name.options] : [name.value]
})

export const actionSchema = z
  .discriminatedUnion('do', SCHEMAS, { error: () => `do must be one of ${NAMES.join(', ')}` })
  .meta({ id: 'RuleAction' })

export type Action = z.infer<typeof actionSchema>

/** Every action with what it does, for the form and the docs. */
export const ACTION_LIST: readonly { readonly do: string; readonly about: string }[] =
  SCHEMAS.flatMap((schema) => {
    const { do: name } = schema.shape
    const about = name.description ?? ''
    const names = name instanceof z.ZodEnum ? [...name.options] : [name.value]
    return names.map((one) => ({ do: one, about }))
  })
