/**
 * Reads custom_data: Meta's documented keys in their documented types, custom properties as they
 * are. What Meta refuses for lack of money is said here too.
 */
import { CUSTOM_DATA_KEYS_MAX } from './bounds.ts'
import { readAmount, readCurrency } from './parse-amount.ts'
import { pathOf, type Report } from './parse-report.ts'
import {
  copyJson,
  isAbsent,
  isObject,
  type JsonObject,
  kindOf,
  listOf,
  readId,
  readInteger,
  readWord,
  unpackJson,
} from './parse-scalars.ts'
import type { Content, CustomData, Json } from './shape.ts'

export function readCustomData(source: JsonObject, report: Report): CustomData {
  const result: Record<string, Json | readonly Content[]> = {}
  let count = 0
  for (const key in source) {
    if (key === '__proto__') {
      report.unexpectedKey('custom_data', key)
      continue
    }
    if (key === 'customer_segmentation') continue // Read by parse.ts, with the event's own.
    const value = readProperty(key, source[key], report)
    if (value === undefined) continue
    count += 1
    if (count > CUSTOM_DATA_KEYS_MAX) {
      report.note('too_many_keys', 'custom_data', `${CUSTOM_DATA_KEYS_MAX} were kept`)
      break
    }
    report.spend(key.length)
    result[key] = value
  }
  return result as CustomData
}

/** Meta refuses a Purchase without value or currency, and no other event. */
export function checkPurchase(
  eventName: string,
  customData: CustomData | undefined,
  report: Report,
): void {
  if (eventName !== 'Purchase') return
  if (customData?.value === undefined && !report.findings.some(isAboutValue)) {
    report.object('missing_value', 'custom_data.value', 'is missing: a Purchase needs a value.')
  }
  if (!customData?.currency && !report.findings.some(isAboutCurrency)) {
    report.object('missing_currency', 'custom_data.currency', 'is missing: send it, such as EUR.')
  }
}

/** One finding a fault: what could not be read is not also reported as missing. */
function isAboutValue({ code, key }: { code: string; key?: string }): boolean {
  return code === 'invalid_value' && key === 'custom_data.value'
}

function isAboutCurrency({ code }: { code: string }): boolean {
  return code === 'unknown_currency'
}

function readProperty(
  key: string,
  value: unknown,
  report: Report,
): Json | readonly Content[] | undefined {
  switch (key) {
    case 'value': {
      const amount = readAmount(value, 'custom_data.value', report)
      if (amount !== undefined && amount < 0) {
        report.note('negative_value', 'custom_data.value', 'is below zero')
      }
      return amount
    }
    case 'currency':
      return readCurrency(value, 'custom_data.currency', report)
    case 'contents':
      return readContents(value, report)
    case 'content_ids':
      return readContentIds(value, report)
    case 'net_revenue':
    case 'predicted_ltv':
      return readAmount(value, `custom_data.${key}`, report)
    case 'num_items':
      return readInteger(value, 'custom_data.num_items', report)
    case 'order_id':
    case 'item_number':
      return readId(value, `custom_data.${key}`, report)
    case 'delivery_category':
      return readDelivery(value, 'custom_data.delivery_category', report)
    default:
      if (isAbsent(value)) return undefined
      return copyJson(value, pathOf('custom_data', key), report)
  }
}

/** The list itself, or the list that a JSON text holds, as form encoders send it. */
function unpackList(value: unknown, key: string, report: Report): readonly unknown[] | undefined {
  if (isAbsent(value)) return undefined
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return listOf(value)
  const unpacked = unpackJson(value)
  if (unpacked === undefined) {
    report.object('invalid_parameter', key, 'is text that is not valid JSON: send a list.')
    return undefined
  }
  report.note('converted_type', key, 'came as JSON text; send a list')
  return listOf(unpacked)
}

function readContentIds(value: unknown, report: Report): readonly string[] | undefined {
  const ids = unpackList(value, 'custom_data.content_ids', report)?.map((id) =>
    readId(id, 'custom_data.content_ids', report),
  )
  return ids?.filter((id) => id !== undefined)
}

function readContents(value: unknown, report: Report): readonly Content[] | undefined {
  const items = unpackList(value, 'custom_data.contents', report)
  if (!items) return undefined
  const contents: Content[] = []
  for (const [index, item] of items.entries()) {
    if (isAbsent(item)) continue
    if (isObject(item)) {
      contents.push(readContent(item, `custom_data.contents[${index}]`, report))
      continue
    }
    const key = `custom_data.contents[${index}]`
    report.object('invalid_parameter', key, `is ${kindOf(item)}: send an object with id.`)
  }
  return contents
}

/** A closed set of keys: Meta refuses others, such as `name`. */
function readContent(item: JsonObject, path: string, report: Report): Content {
  const content: Record<string, Json> = {}
  for (const key in item) {
    const value = readContentKey(key, item[key], { path, report })
    if (value === undefined) continue
    report.spend(key.length)
    content[key] = value
  }
  return content
}

function readContentKey(
  key: string,
  value: unknown,
  { path, report }: { readonly path: string; readonly report: Report },
): Json | undefined {
  switch (key) {
    case 'id':
      return readId(value, `${path}.id`, report)
    case 'quantity':
    case 'item_price':
      return readAmount(value, `${path}.${key}`, report)
    case 'title':
    case 'description':
    case 'brand':
    case 'category':
      return isAbsent(value) ? undefined : copyJson(value, `${path}.${key}`, report)
    case 'delivery_category':
      return readDelivery(value, `${path}.delivery_category`, report)
    default:
      if (!isAbsent(value)) report.unexpectedKey(path, key)
      return undefined
  }
}

const DELIVERY: ReadonlySet<string> = new Set(['in_store', 'curbside', 'home_delivery'])

function readDelivery(value: unknown, key: string, report: Report): string | undefined {
  return readWord(value, DELIVERY, { key, report })
}
