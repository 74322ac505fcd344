/**
 * From an accepted event, or a hit of Meta's browser script, to the copy that is counted: what
 * Meta's dedup looks at. Ids are compared as Meta would: external_id hashed, fbp without suffix.
 */
import { hash } from 'node:crypto'
import type { Copy } from './count.ts'
import { isCurrency } from './judge-custom-data.ts'
import { decimal, type Fields, isAbsent, isFields, isText } from './judged.ts'

export function copyOf(event: Fields, side: Copy['side']): Copy {
  const userData = isFields(event.user_data) ? event.user_data : {}
  const customData = isFields(event.custom_data) ? event.custom_data : {}
  const { currency } = customData
  return {
    event_name: String(event.event_name),
    event_id: isText(event.event_id) && !isAbsent(event.event_id) ? `${event.event_id}` : undefined,
    side,
    value: isAbsent(customData.value) ? undefined : decimal(customData.value),
    currency: isCurrency(currency) ? currency.trim().toUpperCase() : undefined,
    externalIds: externalIdsOf(userData.external_id),
    fbp: fbpOf(userData.fbp),
  }
}

/** A person has a handful; the rest of a longer list is not looked at. */
const EXTERNAL_IDS_MAX = 10

function externalIdsOf(value: unknown): string[] {
  const list = (Array.isArray(value) ? value : [value]).filter((id) => !isAbsent(id))
  const hashes = list.slice(0, EXTERNAL_IDS_MAX).map((id) => {
    const text = String(id).trim().toLowerCase()
    return /^[0-9a-f]{64}(\.|$)/.test(text) ? text.slice(0, 64) : hash('sha256', text)
  })
  return [...new Set(hashes)]
}

function fbpOf(value: unknown): string | undefined {
  const text = Array.isArray(value) ? value[0] : value
  return /^fb\.\d+\.\d+\.[^.\s]+/.exec(String(text ?? '').trim())?.[0]
}

/** A hit's event, or why it is none. */
export type Hit =
  | { readonly ok: true; readonly event: Fields }
  | { readonly ok: false; readonly error: 'unknown_dataset' | 'hit_without_event' }

/** The parameters of /tr: `id`, `ev`, `eid`, `dl`, `ts`, `cd[...]`, `ud[...]`, `fbp`, `fbc`. */
export function readHit(fields: Fields, datasetId: string, nowMs: number): Hit {
  if (fields.id !== datasetId) return { ok: false, error: 'unknown_dataset' }
  if (isAbsent(fields.ev)) return { ok: false, error: 'hit_without_event' }
  const sentAtMs = Number(fields.ts) || nowMs
  const event: Record<string, unknown> = {
    event_name: fields.ev,
    event_time: Math.floor(sentAtMs / 1000),
    action_source: 'website',
    user_data: { ...inBrackets(fields, USER_DATA), ...named(fields, ['fbp', 'fbc']) },
    custom_data: inBrackets(fields, CUSTOM_DATA),
  }
  if (!isAbsent(fields.eid)) event.event_id = fields.eid
  if (!isAbsent(fields.dl)) event.event_source_url = fields.dl
  return { ok: true, event }
}

const USER_DATA = /^ud(?:ff)?\[(.+)\]$/
const CUSTOM_DATA = /^cd\[(.+)\]$/

function inBrackets(fields: Fields, pattern: RegExp): Record<string, unknown> {
  const entries = Object.entries(fields).flatMap(([name, value]) => {
    const key = pattern.exec(name)?.[1]
    return key === undefined ? [] : [[key, value] as const]
  })
  return Object.fromEntries(entries)
}

function named(fields: Fields, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    keys.flatMap((key) => (isAbsent(fields[key]) ? [] : [[key, fields[key]]])),
  )
}
