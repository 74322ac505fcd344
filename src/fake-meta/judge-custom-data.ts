/**
 * Meta's rules for custom_data: open to custom properties, closed inside contents, and a Purchase
 * needs value and currency.
 */
import {
  decimal,
  type Fields,
  isAbsent,
  isFields,
  isText,
  type Judged,
  unpacked,
  wholeNumber,
} from './judged.ts'

const CONTENT_KEYS: ReadonlySet<string> = new Set([
  ...['id', 'quantity', 'item_price', 'delivery_category'],
  ...['title', 'description', 'brand', 'category'],
])
const NUMBERS = ['value', 'net_revenue', 'predicted_ltv'] as const
const TEXTS = ['order_id', 'item_number'] as const
const DELIVERY: ReadonlySet<unknown> = new Set(['in_store', 'curbside', 'home_delivery'])
/** ISO 4217 in either case, as Meta's own samples and SDKs send it. */
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))

export function judgeCustomDataShape(customData: unknown, one: Judged): void {
  if (isAbsent(customData)) return
  if (!isFields(customData)) {
    if (Array.isArray(customData) && customData.length === 0) return // PHP's empty object.
    one.refuse('parameter_error', 'custom_data', 'must be an object.')
    return
  }
  for (const key of NUMBERS) {
    if (!isAbsent(customData[key]) && decimal(customData[key]) === undefined) {
      one.refuse('parameter_error', `custom_data.${key}`, 'must be a number, such as 30.5.')
    }
  }
  const { currency } = customData
  if (!isAbsent(currency) && !isCurrency(currency)) {
    one.refuse('parameter_error', 'custom_data.currency', 'must be a code of ISO 4217.')
  }
  for (const key of TEXTS) {
    if (!isAbsent(customData[key]) && !isText(customData[key])) {
      one.refuse('parameter_error', `custom_data.${key}`, 'must be text.')
    }
  }
  if (!isAbsent(customData.num_items) && wholeNumber(customData.num_items) === undefined) {
    one.refuse('parameter_error', 'custom_data.num_items', 'must be a whole number.')
  }
  judgeDelivery(customData, 'custom_data', one)
  judgeContents(customData.contents, one)
  judgeContentIds(customData.content_ids, one)
}

/** Only the event that is called exactly Purchase. */
export function judgePurchase(eventName: unknown, customData: Fields, one: Judged): void {
  if (eventName !== 'Purchase') return
  if (isAbsent(customData.value)) {
    one.refuse('missing_value', 'custom_data.value', 'is missing.')
  }
  if (isAbsent(customData.currency)) {
    one.refuse('missing_currency', 'custom_data.currency', 'is missing.')
  }
}

export function isCurrency(value: unknown): value is string {
  return typeof value === 'string' && CURRENCIES.has(value.trim().toUpperCase())
}

/** A list, or the JSON text of one, as form encoders send it; broken text is no list. */
function listIn(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value
  return unpacked(value) ?? {}
}

function judgeContents(value: unknown, one: Judged): void {
  if (isAbsent(value)) return
  const contents = listIn(value)
  if (!Array.isArray(contents)) {
    one.refuse('parameter_error', 'custom_data.contents', 'must be a list of objects.')
    return
  }
  for (const [index, item] of contents.entries()) {
    const path = `custom_data.contents[${index}]`
    if (isAbsent(item)) continue
    if (!isFields(item)) {
      one.refuse('parameter_error', path, 'must be an object.')
      return
    }
    for (const key in item) {
      if (!CONTENT_KEYS.has(key) && !isAbsent(item[key])) one.unexpected(path, key)
    }
    for (const key of ['quantity', 'item_price']) {
      if (!isAbsent(item[key]) && decimal(item[key]) === undefined) {
        one.refuse('parameter_error', `${path}.${key}`, 'must be a number.')
      }
    }
    judgeDelivery(item, path, one)
  }
}

function judgeContentIds(value: unknown, one: Judged): void {
  if (isAbsent(value)) return
  const ids = listIn(value)
  const list = Array.isArray(ids) ? ids : [ids]
  if (!list.every((id) => isAbsent(id) || isText(id))) {
    one.refuse('parameter_error', 'custom_data.content_ids', 'must be a list of texts.')
  }
}

function judgeDelivery(fields: Fields, path: string, one: Judged): void {
  const { delivery_category: category } = fields
  if (isAbsent(category) || DELIVERY.has(category)) return
  const what = `must be one of ${[...DELIVERY].join(', ')}.`
  one.refuse('parameter_error', `${path}.delivery_category`, what)
}
