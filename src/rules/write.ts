/**
 * How rules write into an event: which fields may be set or left out, and that what is written is
 * what parse would have taken. Nothing is changed in place: a write gives a new event, or the same
 * one when nothing changed, or says in plain words why it could not be. Pure.
 */
import {
  CUSTOM_DATA_KEYS_MAX,
  EVENT_ID_CHARS_MAX,
  USER_DATA_VALUE_CHARS_MAX,
} from '../event/bounds.ts'
import { readCustomData } from '../event/parse-custom-data.ts'
import { Report } from '../event/parse-report.ts'
import type { ActionSource, CustomData, Json } from '../event/shape.ts'
import { RULE_TEXT_CHARS_MAX } from '../limits.ts'
import { type AnyEvent, isField, isPersonField } from './fields.ts'

export type Written = AnyEvent | { readonly why: string }

const PROPERTY = /^custom_data\.([^.\s]{1,100})$/
/** Read by parse with the event's own, or too much for one value of a rule. */
const NOT_PROPERTIES = ['__proto__', 'contents', 'customer_segmentation']

const SOURCES: Readonly<Record<ActionSource, true>> = {
  email: true,
  website: true,
  app: true,
  phone_call: true,
  chat: true,
  physical_store: true,
  system_generated: true,
  business_messaging: true,
  other: true,
}

export function isWritable(field: string): boolean {
  if (field === 'event_id' || field === 'action_source' || field === 'opt_out') return true
  const key = PROPERTY.exec(field)?.[1]
  return key !== undefined && !NOT_PROPERTIES.includes(key)
}

/** What an event can do without. */
const OPTIONAL: readonly string[] = [
  'event_id',
  'event_source_url',
  'referrer_url',
  'customer_segmentation',
  'messaging_channel',
]

export function isRemovable(field: string): boolean {
  if (OPTIONAL.includes(field) || isPersonField(field)) return true
  return field.startsWith('custom_data.') && isField(field)
}

/** Why this value does not fit the field; undefined when it does. */
export function problemOf(field: string, value: Json): string | undefined {
  const read = fitting(field, value)
  return 'why' in read ? read.why : undefined
}

/** `field` as isWritable allows it. */
export function write(event: AnyEvent, field: string, value: Json): Written {
  const read = fitting(field, value)
  if ('why' in read) return read
  const key = PROPERTY.exec(field)?.[1]
  if (key === undefined) {
    if (event[field as keyof AnyEvent] === read.value) return event
    return { ...event, [field]: read.value }
  }
  const before = event.custom_data ?? {}
  if (isSame(before[key], read.value)) return event
  const isNew = !Object.hasOwn(before, key)
  if (isNew && Object.keys(before).length >= CUSTOM_DATA_KEYS_MAX) {
    return { why: `custom_data already has ${CUSTOM_DATA_KEYS_MAX} properties` }
  }
  return { ...event, custom_data: { ...before, [key]: read.value } }
}

/** Into user_data, before the hash step. */
export function writePerson(event: AnyEvent, key: string, value: Json): Written {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || text.trim() === '') return { why: 'the value is no text' }
  if (text.length > USER_DATA_VALUE_CHARS_MAX) return { why: 'the value is too long' }
  const user_data = { ...event.user_data, [key]: [text] } as unknown as AnyEvent['user_data']
  return { ...event, user_data }
}

/** `field` as isRemovable allows it. */
export function without(event: AnyEvent, field: string): AnyEvent {
  const [first = '', ...path] = field.split('.')
  const before = event[first as keyof AnyEvent]
  const after = path.length === 0 ? undefined : pruned(before, path)
  if (after === before) return event
  if (after !== undefined) return { ...event, [first]: after }
  const { [first as 'event_id']: _, ...rest } = event
  return rest
}

function fitting(field: string, value: Json): { value: Json } | { why: string } {
  switch (field) {
    case 'event_id': {
      const id = typeof value === 'number' ? String(value) : value
      const fits = typeof id === 'string' && id.trim() !== '' && id.length <= EVENT_ID_CHARS_MAX
      return fits ? { value: id } : { why: `must be text of 1 to ${EVENT_ID_CHARS_MAX} characters` }
    }
    case 'action_source': {
      const fits = typeof value === 'string' && Object.hasOwn(SOURCES, value)
      return fits ? { value } : { why: `must be one of ${Object.keys(SOURCES).join(', ')}` }
    }
    case 'opt_out':
      // What a visitor chose is not for a rule to take back.
      return value === true ? { value } : { why: 'must be true: a rule cannot undo an opt-out' }
    default:
      return fittingProperty(PROPERTY.exec(field)?.[1] ?? '', value)
  }
}

/** Read as parse reads it, so that a rule can write nothing that could not have arrived. */
function fittingProperty(key: string, value: Json): { value: Json } | { why: string } {
  if (JSON.stringify(value).length > RULE_TEXT_CHARS_MAX + 2) {
    return { why: `the value is longer than ${RULE_TEXT_CHARS_MAX} characters` }
  }
  const report = new Report(0, false)
  const read = readCustomData({ [key]: value }, report)
  if (Object.hasOwn(read, key)) return { value: read[key] as Json }
  return { why: `the value ${report.findings[0]?.detail ?? 'is empty'}` }
}

function isSame(before: unknown, after: Json): boolean {
  if (typeof after !== 'object' || after === null) return before === after
  return JSON.stringify(before) === JSON.stringify(after)
}

/** The same object when there is nothing at the path. */
function pruned(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path
  if (key === undefined || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items = value.map((item) => pruned(item, path))
    return items.every((item, index) => item === value[index]) ? value : items
  }
  if (!Object.hasOwn(value, key)) return value
  const { [key]: own, ...others } = value as CustomData
  if (rest.length === 0) return others
  const kept = pruned(own, rest)
  return kept === own ? value : { ...value, [key]: kept }
}
