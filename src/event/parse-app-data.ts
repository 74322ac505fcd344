/**
 * Reads what only some events carry: app_data with its extinfo, the event an earlier one is
 * continued from, attribution data, limited data use. Open objects are copied within bounds.
 */
import type { Report } from './parse-report.ts'
import {
  copyJson,
  isAbsent,
  isObject,
  type JsonObject,
  kindOf,
  listOf,
  readId,
  readInteger,
  readObject,
  textOf,
  unpackJson,
} from './parse-scalars.ts'
import type { Json } from './shape.ts'

export type OpenObject = { readonly [key: string]: Json }

/**
 * app_data with extinfo as a list of 16 texts, whichever of its three shapes it came in, and
 * without app_user_id, which parse.ts takes to user_data to be hashed.
 */
export function readAppData(value: unknown, report: Report): OpenObject | undefined {
  const source = readObject(value, 'app_data', report)
  if (!source) return undefined
  const { extinfo, app_user_id: _, ...rest } = source
  const slots = isAbsent(extinfo) ? undefined : readExtinfo(extinfo, report)
  const open = copyOpen(rest, 'app_data', report)
  return slots ? { ...open, extinfo: slots } : open
}

/** Meta refuses an app event whose extinfo lacks the OS version, and no app event without one. */
export function checkAppData(appData: OpenObject | undefined, report: Report): void {
  if (!appData) {
    report.note('missing_app_data', 'app_data', 'is missing')
    return
  }
  const { extinfo } = appData
  if (!Array.isArray(extinfo) || /^\s*\d/.test(String(extinfo[OS_VERSION]))) return
  report.object('invalid_extinfo', 'app_data.extinfo', 'needs the OS version at position 4.')
}

const SLOTS = 16
const OS_VERSION = 4

/** A list, an object with the keys 0 to 15 (Node SDK), or either as JSON text (Java SDK). */
function readExtinfo(value: unknown, report: Report): string[] | undefined {
  const unpacked = typeof value === 'string' ? unpackJson(value) : value
  if (typeof unpacked !== 'object' || unpacked === null) {
    const what = `is ${kindOf(value)}: send a list of ${SLOTS} texts.`
    report.object('invalid_extinfo', 'app_data.extinfo', what)
    return undefined
  }
  const slots = unpacked as Readonly<Record<number, unknown>>
  return Array.from({ length: SLOTS }, (_, slot) => {
    const text = textOf(slots[slot]) ?? ''
    report.spend(text.length)
    return text
  })
}

/** `{event_name, event_time, order_id, event_id}` of the event this one continues; all optional. */
export function readOriginalEvent(value: unknown, report: Report): OpenObject | undefined {
  const key = 'original_event_data'
  const source = readObject(value, key, report)
  if (!source) return undefined
  const { event_time, order_id, event_id, ...rest } = source
  return {
    ...copyOpen(rest, key, report),
    ...optional('event_time', readInteger(event_time, `${key}.event_time`, report)),
    ...optional('order_id', readId(order_id, `${key}.order_id`, report)),
    ...optional('event_id', readId(event_id, `${key}.event_id`, report)),
  }
}

export function readAttribution(value: unknown, report: Report): OpenObject | undefined {
  const source = readObject(value, 'attribution_data', report)
  return source && copyOpen(source, 'attribution_data', report)
}

/** `["LDU"]`, or `[]`, which says that use is not limited and is therefore kept. */
export function readDataProcessing(value: unknown, report: Report): string[] | undefined {
  if (value === undefined || value === null) return undefined
  const options: string[] = []
  for (const option of listOf(value)) {
    if (isAbsent(option)) continue
    if (typeof option === 'string' && option.trim().toUpperCase() === 'LDU') options.push('LDU')
    else report.object('invalid_parameter', 'data_processing_options', 'may hold only LDU.')
  }
  return options
}

/** Everything of an open object but its nulls. */
function copyOpen(source: JsonObject, key: string, report: Report): OpenObject {
  const given = Object.entries(source).filter(([, value]) => !isAbsent(value))
  const copied = copyJson(Object.fromEntries(given), key, report)
  return isObject(copied) ? (copied as OpenObject) : {}
}

function optional(key: string, value: Json | undefined): OpenObject {
  return value === undefined ? {} : { [key]: value }
}
