/**
 * The fields of the settings form, read from the schema that the server validates with: a setting
 * added there appears here without a change, with its description as help. Pure.
 */
import './no-eval.ts'
import { z } from 'zod'
import { datasetSettingsSchema } from '../../event/dataset.ts'
import { readable } from '../words.ts'

export interface Field {
  readonly name: string
  readonly label: string
  readonly help: string | undefined
  readonly input: Input
}

export type Input =
  | { readonly kind: 'text'; readonly charsMax: number | undefined }
  | { readonly kind: 'country' | 'switch' | 'list' | 'consent_rules' }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'number'; readonly min: number; readonly max: number }

export interface FieldGroup {
  readonly title: string
  readonly fields: readonly Field[]
}

const PRIVACY = [
  'denied_consent',
  'unknown_consent',
  'consent_rules',
  'consent_needs',
  'consent_cookies',
  'replay_revoked',
  'gpc',
]

const GENERAL = ['name', 'default_country', 'orders_time_zone', 'allowed_domains', 'meta_pixels']

const GROUPS: readonly { readonly title: string; readonly names: readonly string[] }[] = [
  { title: 'General', names: GENERAL },
  { title: 'Counting', names: ['mode', 'repair', 'bots', 'test_events', 'events_per_minute_max'] },
  { title: 'Orders', names: ['orders_from', 'orders_send'] },
  { title: 'Privacy', names: PRIVACY },
  { title: 'Recognising people', names: ['auto_matching', 'first_party_cookies', 'builder_forms'] },
]

const LABELS: Record<string, string> = {
  default_country: 'Country',
  meta_pixels: 'Pixels of Meta’s',
  mode: 'Faulty events',
  repair: 'Twins without a shared id',
  bots: 'Robots',
  test_events: 'Test events',
  events_per_minute_max: 'Events a minute, at most',
  orders_from: 'Orders come from',
  orders_time_zone: 'Time zone of the shop',
  orders_send: 'Orders that nobody reported',
  denied_consent: 'Visitors who refuse consent',
  unknown_consent: 'Visitors of whom nothing is said',
  consent_rules: 'Other choices by region',
  consent_needs: 'What a destination needs',
  consent_cookies: 'Read the consent platform’s cookies',
  replay_revoked: 'Send later what happened before consent',
  gpc: 'Visitors who ask for privacy',
  auto_matching: 'Read forms',
  first_party_cookies: 'Keep first-party cookies',
  builder_forms: 'Send Meta’s second spelling, too',
}

interface Property {
  readonly type?: string
  readonly description?: string
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly maxLength?: number
}

/** In the order of GROUPS; a setting that no group names yet stands at the end. */
export function fieldGroups(): readonly FieldGroup[] {
  const { properties = {} } = z.toJSONSchema(datasetSettingsSchema, { io: 'input' })
  const fields = Object.entries(properties as Record<string, Property>).map(fieldOf)
  const named = new Set(GROUPS.flatMap(({ names }) => names))
  const groups = GROUPS.map(({ title, names }) => ({
    title,
    fields: names.flatMap((name) => fields.filter((field) => field.name === name)),
  }))
  const rest = fields.filter(({ name }) => !named.has(name))
  return rest.length > 0 ? [...groups, { title: 'More', fields: rest }] : groups
}

function fieldOf([name, property]: [string, Property]): Field {
  return {
    name,
    label: LABELS[name] ?? readable(name),
    help: property.description,
    input: inputOf(name, property),
  }
}

function inputOf(name: string, property: Property): Input {
  if (name === 'default_country') return { kind: 'country' }
  if (name === 'consent_rules') return { kind: 'consent_rules' }
  if (property.enum) return { kind: 'choice', choices: property.enum }
  if (property.type === 'boolean') return { kind: 'switch' }
  if (property.type === 'array') return { kind: 'list' }
  if (property.type === 'integer' || property.type === 'number') {
    const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = property
    return { kind: 'number', min: minimum, max: maximum }
  }
  return { kind: 'text', charsMax: property.maxLength }
}
