/**
 * What rules are made of, as the server tells it (GET /api/rule-vocabulary), prepared for a form:
 * which fields there are and in which group, which operators suit a field, and which inputs an
 * action has. An action or a field added to the server appears here without a change. Pure.
 */
import type { RuleVocabulary } from '../../api/types.ts'
import { isJson, type Json } from './rule.ts'

export type FieldKind = 'text' | 'number' | 'boolean' | 'list' | 'any' | 'presence'

export interface ActionInput {
  readonly name: string
  readonly help: string | undefined
  readonly required: boolean
  readonly input: InputKind
}

export type InputKind =
  | { readonly kind: 'scalar' | 'text' | 'decimal' | 'switch' | 'list' | 'table' }
  | { readonly kind: 'choice' | 'choices'; readonly choices: readonly string[] }
  | { readonly kind: 'number'; readonly min: number; readonly max: number }

/** A family (`custom_data.*`) is the start of its fields, without the star. */
export const familyOf = (field: string): string | undefined =>
  FAMILIES.find((start) => field.startsWith(start))

export const FAMILIES = [
  'custom_data.',
  'user_data.',
  'event_source_url.query.',
  'referrer_url.query.',
] as const

export function kindOf(vocabulary: RuleVocabulary, field: string): FieldKind {
  const exact = vocabulary.fields.find((known) => known.field === field)
  const family = familyOf(field)
  const found = exact ?? vocabulary.fields.find((known) => known.field === `${family}*`)
  return (found?.kind ?? 'any') as FieldKind
}

/** Properties of custom_data that are amounts, whatever the sender writes. */
const AMOUNTS = /^custom_data\.(value|net_revenue|predicted_ltv|num_items)$/

export const isAmount = (field: string): boolean => AMOUNTS.test(field)

/** The operators that make sense for a field, in the server's order. Groups are no operators. */
export function operatorsFor(
  vocabulary: RuleVocabulary,
  field: string,
): readonly { readonly op: string; readonly takes: string }[] {
  const kind = kindOf(vocabulary, field)
  const takes = SUITABLE[kind]
  return vocabulary.operators.filter((operator) =>
    takes === 'all' ? !operator.takes.startsWith('condition') : takes.includes(operator.takes),
  )
}

const SUITABLE: Readonly<Record<FieldKind, 'all' | readonly string[]>> = {
  any: 'all',
  text: ['nothing', 'value', 'values', 'text'],
  list: ['nothing', 'value', 'values', 'text'],
  number: ['nothing', 'value', 'values', 'number'],
  boolean: ['nothing', 'value'],
  presence: ['nothing'],
}

/** What a test compares with when its field or operator changes: as much of the old as fits. */
export function testWith(vocabulary: RuleVocabulary, before: Json, change: Json): Json {
  const field = String(change.field ?? before.field ?? '')
  const fitting = operatorsFor(vocabulary, field)
  const wanted = fitting.find(({ op }) => op === (change.op ?? before.op)) ?? fitting[0]
  if (!wanted) return { ...before, ...change }
  const start = { op: wanted.op, field }
  const isSameField = field === before.field
  const values = (Array.isArray(before.values) ? before.values : [before.value]).filter(
    (value) => value !== undefined && value !== '',
  )
  const kept = isSameField ? values : []
  const ignore = before.ignore_case === true && isSameField ? { ignore_case: true } : {}
  switch (wanted.takes) {
    case 'nothing':
      return start
    case 'values':
      return { ...start, values: kept, ...ignore }
    case 'value':
      return { ...start, value: kept[0] ?? firstValue(vocabulary, field), ...ignore }
    case 'number':
      return { ...start, value: kept[0] === undefined ? '' : String(kept[0]) }
    default:
      return { ...start, value: kept[0] === undefined ? '' : String(kept[0]), ...ignore }
  }
}

function firstValue(vocabulary: RuleVocabulary, field: string): unknown {
  return kindOf(vocabulary, field) === 'boolean' ? true : ''
}

/** The inputs of one action, from the JSON Schema of rules. */
export function inputsOf({ schema }: RuleVocabulary, name: string): readonly ActionInput[] {
  const shape = actionShapes(schema).find(({ names }) => names.includes(name))
  if (!shape) return []
  return Object.entries(shape.properties)
    .filter(([property]) => property !== 'do')
    .map(([property, about]) => ({
      name: property,
      help: about.description,
      required: shape.required.includes(property) && about.default === undefined,
      input: inputOf(about),
    }))
}

interface Property {
  readonly type?: string
  readonly description?: string
  readonly enum?: readonly string[]
  readonly const?: string
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly items?: Property
  readonly anyOf?: readonly Property[]
  readonly $ref?: string
}

interface Shape {
  readonly names: readonly string[]
  readonly properties: Readonly<Record<string, Property>>
  readonly required: readonly string[]
}

function actionShapes(schema: Json): readonly Shape[] {
  const defs = isJson(schema.$defs) ? schema.$defs : {}
  const { oneOf } = (defs.RuleAction ?? {}) as { oneOf?: readonly Json[] }
  return (oneOf ?? []).map((one) => {
    const properties = (one.properties ?? {}) as Shape['properties']
    const names = properties.do?.enum ?? [properties.do?.const ?? '']
    return { names, properties, required: (one.required ?? []) as readonly string[] }
  })
}

function inputOf(property: Property): InputKind {
  if (property.$ref) return { kind: 'scalar' }
  if (property.anyOf) return { kind: 'decimal' }
  if (property.enum) return { kind: 'choice', choices: property.enum }
  switch (property.type) {
    case 'boolean':
      return { kind: 'switch' }
    case 'array':
      return property.items?.enum
        ? { kind: 'choices', choices: property.items.enum }
        : { kind: 'list' }
    case 'object':
      return { kind: 'table' }
    case 'integer':
    case 'number':
      return {
        kind: 'number',
        min: property.minimum ?? 0,
        max: property.maximum ?? Number.MAX_SAFE_INTEGER,
      }
    default:
      return { kind: 'text' }
  }
}

/** A margin table as people write and paste it: one product a line, its margin behind it. */
export function tableText(table: unknown): string {
  if (!isJson(table)) return ''
  return Object.entries(table)
    .map(([id, margin]) => `${id} ${String(margin)}`)
    .join('\n')
}

/** Takes spaces, tabs, commas, semicolons or = between the two: what a spreadsheet gives. */
export function tableOf(text: string): Json | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  if (lines.length === 0) return undefined
  return Object.fromEntries(
    lines.map((line) => {
      const [, id, margin = ''] = /^\s*"?(.*?)"?[\s,;=]+"?([^\s,;="]+)"?\s*$/.exec(line) ?? []
      return id ? [id, margin] : [line.trim(), '']
    }),
  )
}
