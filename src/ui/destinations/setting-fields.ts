/**
 * The fields of a destination's settings form, read from the JSON Schema that the server gives: a
 * new kind of destination appears here without a change. Pure.
 */
import { readable } from '../words.ts'

export interface SettingField {
  readonly name: string
  readonly label: string
  readonly help: string | undefined
  readonly required: boolean
  readonly secret: boolean
  readonly fallback: unknown
  readonly input: SettingInput
}

export type SettingInput =
  | { readonly kind: 'text' | 'address' | 'lines' | 'switch' | 'map' | 'list' }
  | { readonly kind: 'choice' | 'choices'; readonly choices: readonly string[] }
  | { readonly kind: 'number'; readonly min: number; readonly max: number }

interface Property {
  readonly type?: string
  readonly description?: string
  readonly secret?: boolean
  /** What is seen of a secret that is stored. */
  readonly mask?: 'address' | 'header_lines'
  readonly default?: unknown
  readonly enum?: readonly string[]
  readonly items?: Property
  readonly minimum?: number
  readonly maximum?: number
  readonly anyOf?: readonly Property[]
}

const LABELS: Record<string, string> = {
  dataset_id: 'Dataset id (pixel id) at Meta',
  access_token: 'Access token',
  app_secret: 'App secret',
  api_version: 'API version',
  test_event_code: 'Test event code',
  base_url: 'Address of its API (base URL)',
  api_secret: 'API secret',
  api_key: 'API key',
  api_url: 'Address of its API',
  client_id: 'Client ID',
  url: 'Address',
  check_first: 'Check before sending',
  path_style: 'Bucket in the path',
  access_key_id: 'Access key id',
  shop_url: 'Address of the shop',
  poll_minutes: 'Ask for orders every (minutes)',
}

/** A sentence that names settings, in the words that stand above their fields. */
export const inLabels = (sentence: string): string =>
  sentence.replace(/\b[a-z]+(?:_[a-z]+)+\b/g, (name) => `“${labelOf(name)}”`)

const labelOf = (name: string): string => LABELS[name] ?? readable(name)

/** Those that must be filled in first, then the rest as the schema has them. */
export function settingFields(schema: unknown): readonly SettingField[] {
  const { properties = {}, required = [] } = schema as {
    properties?: Record<string, Property>
    required?: readonly string[]
  }
  const fields = Object.entries(properties).map(([name, property]): SettingField => {
    const bare = property.anyOf?.find(({ type }) => type !== 'null') ?? property
    return {
      name,
      label: labelOf(name),
      help: property.description,
      required: required.includes(name),
      secret: property.secret === true,
      fallback: property.default,
      input: inputOf(bare, property),
    }
  })
  return [...fields.filter(({ required: is }) => is), ...fields.filter(({ required: is }) => !is)]
}

/** A test code is what a person is asked for next; the others are for who needs them. */
const NEAR: readonly string[] = ['test_event_code', 'target', 'path', 'mode', 'test']

export const isNear = ({ required, name }: SettingField): boolean => required || NEAR.includes(name)

function inputOf(bare: Property, whole: Property): SettingInput {
  if (whole.mask) return { kind: whole.mask === 'address' ? 'address' : 'lines' }
  if (bare.enum) return { kind: 'choice', choices: bare.enum }
  switch (bare.type) {
    case 'boolean':
      return { kind: 'switch' }
    case 'integer':
    case 'number': {
      const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = bare
      return { kind: 'number', min: minimum, max: maximum }
    }
    case 'array':
      return bare.items?.enum ? { kind: 'choices', choices: bare.items.enum } : { kind: 'list' }
    case 'object':
      return { kind: 'map' }
    default:
      return { kind: 'text' }
  }
}

/** `{ Purchase: '17' }` as "Purchase = 17", a line each. */
export function linesOfMap(value: unknown): string {
  return Object.entries((value ?? {}) as Record<string, string>)
    .map(([name, one]) => `${name} = ${one}`)
    .join('\n')
}

export function mapOfLines(text: string): Record<string, string> {
  const pairs = text
    .split('\n')
    .map((line) => line.split('='))
    .map(([name = '', ...rest]) => [name.trim(), rest.join('=').trim()] as const)
  return Object.fromEntries(pairs.filter(([name]) => name !== ''))
}

/** What is sent of a form: null takes a stored setting away, nothing leaves it as it is. */
export function changedSettings(
  changes: Readonly<Record<string, unknown>>,
  stored: Readonly<Record<string, unknown>> | undefined,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(changes).flatMap(([name, value]): [string, unknown][] => {
      if (value !== '' && value !== undefined && value !== null) return [[name, value]]
      return stored && stored[name] !== undefined ? [[name, null]] : []
    }),
  )
}
