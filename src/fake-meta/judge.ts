/**
 * Would Meta take these events? Written against Meta's contract alone: it shares no line with the
 * parser that Twofold reads its own events with (a test names every input on which the two differ).
 * All or nothing: the first fault refuses the whole request. Called by events.ts.
 *
 * Order: first the shape of every event, as a schema would be checked; then each event's time,
 * match keys, money and the rules of its action_source. That the time comes before the match keys
 * has been observed at Meta; the rest of the order is a guess.
 */
import { EVENT_AGE_PHYSICAL_STORE_S_MAX, EVENT_AGE_S_MAX, EVENT_FUTURE_S_MAX } from './bounds.ts'
import { judgeCustomDataShape, judgePurchase } from './judge-custom-data.ts'
import { judgeMatchKeys, judgeUserDataShape } from './judge-user-data.ts'
import {
  eventIn,
  type Fault,
  type Fields,
  isAbsent,
  isFields,
  isText,
  Judged,
  unpacked,
  wholeNumber,
} from './judged.ts'

export type Judgement =
  | { readonly ok: true; readonly events: readonly Accepted[] }
  | { readonly ok: false; readonly fault: Fault }

export interface Accepted {
  readonly event: Fields
  readonly warnings: readonly string[]
}

export function judge(entries: readonly unknown[], nowMs: number): Judgement {
  const events: Accepted[] = []
  const judged = entries.map((_, index) => new Judged(index))
  for (const [index, entry] of entries.entries()) {
    const one = judged[index] as Judged
    const event = eventIn(entry)
    if (event) judgeShape(event, one)
    else one.refuse('parameter_error', '', 'is not an event object.')
    if (one.fault) return { ok: false, fault: one.fault }
    events.push({ event: event ?? {}, warnings: one.warnings })
  }
  for (const [index, { event }] of events.entries()) {
    const one = judged[index] as Judged
    judgeMeaning(event, nowMs, one)
    if (one.fault) return { ok: false, fault: one.fault }
  }
  return { ok: true, events }
}

const TEXT_KEYS = [
  'event_name',
  'event_id',
  'event_source_url',
  'referrer_url',
  'advanced_measurement_table',
] as const

const KEYS: ReadonlySet<string> = new Set([
  ...TEXT_KEYS,
  'event_time',
  'action_source',
  'user_data',
  'custom_data',
  'opt_out',
  'data_processing_options',
  'data_processing_options_country',
  'data_processing_options_state',
  'app_data',
  'original_event_data',
  'attribution_data',
  'customer_segmentation',
  'messaging_channel',
])

const ACTION_SOURCES: ReadonlySet<unknown> = new Set([
  'email',
  'website',
  'app',
  'phone_call',
  'chat',
  'physical_store',
  'system_generated',
  'business_messaging',
  'other',
])

const SEGMENTS: ReadonlySet<unknown> = new Set([
  'customer_in_loyalty_program',
  ...['new', 'existing'].flatMap((which) =>
    ['business', 'business_line', 'product_area', 'medium'].map(
      (scope) => `${which}_customer_to_${scope}`,
    ),
  ),
])

const CHANNELS: ReadonlySet<unknown> = new Set(['whatsapp', 'messenger', 'instagram'])

function judgeShape(event: Fields, one: Judged): void {
  for (const key of ['event_name', 'event_time', 'action_source', 'user_data']) {
    if (isAbsent(event[key])) one.refuse('parameter_error', key, 'is missing.')
  }
  for (const key in event) {
    if (!KEYS.has(key) && !isAbsent(event[key])) one.unexpected('', key)
  }
  for (const key of TEXT_KEYS) {
    if (!isAbsent(event[key]) && !isText(event[key])) {
      one.refuse('parameter_error', key, 'must be text.')
    }
  }
  if (typeof event.event_name !== 'string') {
    one.refuse('parameter_error', 'event_name', 'must be text.')
  }
  if (wholeNumber(event.event_time) === undefined) {
    one.refuse('parameter_error', 'event_time', 'must be a whole number: unix seconds.')
  }
  oneOf({ fields: event, key: 'action_source' }, ACTION_SOURCES, one)
  judgeUserDataShape(event.user_data, one)
  judgeCustomDataShape(event.custom_data, one)
  if (isFields(event.custom_data)) {
    const key = 'custom_data.customer_segmentation'
    oneOf({ fields: event.custom_data, key }, SEGMENTS, one)
  }
  judgeRareShapes(event, one)
}

/** What few events carry. */
function judgeRareShapes(event: Fields, one: Judged): void {
  oneOf({ fields: event, key: 'customer_segmentation' }, SEGMENTS, one)
  oneOf({ fields: event, key: 'messaging_channel' }, CHANNELS, one)
  for (const key of ['app_data', 'original_event_data', 'attribution_data']) {
    if (isAbsent(event[key]) || isFields(event[key]) || isEmptyList(event[key])) continue
    one.refuse('parameter_error', key, 'must be an object.')
  }
  if (!isAbsent(event.opt_out) && !BOOLEANS.has(event.opt_out)) {
    one.refuse('parameter_error', 'opt_out', 'must be true or false.')
  }
  if (isFields(event.app_data)) judgeExtinfoShape(event.app_data.extinfo, one)
  judgeProcessing(event, one)
}

const BOOLEANS: ReadonlySet<unknown> = new Set([true, false, 0, 1, '0', '1', 'true', 'false'])

function judgeProcessing(event: Fields, one: Judged): void {
  const options = event.data_processing_options
  if (!isAbsent(options)) {
    const list = Array.isArray(options) ? options : [options]
    if (list.some((option) => !isAbsent(option) && option !== 'LDU')) {
      one.refuse('parameter_error', 'data_processing_options', 'may hold only "LDU".')
    }
  }
  for (const key of ['data_processing_options_country', 'data_processing_options_state']) {
    if (!isAbsent(event[key]) && wholeNumber(event[key]) === undefined) {
      one.refuse('parameter_error', key, 'must be a whole number.')
    }
  }
}

/** The words are Meta's, in Meta's lower case. */
function oneOf(
  place: { fields: Fields; key: string },
  words: ReadonlySet<unknown>,
  one: Judged,
): void {
  const { fields, key } = place
  const value = fields[key.slice(key.lastIndexOf('.') + 1)]
  if (isAbsent(value) || words.has(value)) return
  one.refuse('parameter_error', key, `must be one of ${[...words].join(', ')}.`)
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

function judgeMeaning(event: Fields, nowMs: number, one: Judged): void {
  judgeTime(event, nowMs, one)
  const userData = isFields(event.user_data) ? event.user_data : {}
  const customData = isFields(event.custom_data) ? event.custom_data : {}
  judgeMatchKeys(userData, one)
  judgePurchase(event.event_name, customData, one)
  if (event.action_source === 'app') judgeApp(event, one)
  if (event.action_source === 'business_messaging') judgeMessaging(event, userData, one)
  if (event.action_source === 'website') {
    if (isAbsent(event.event_source_url)) one.warn('website_without_event_source_url')
    if (isAbsent(userData.client_user_agent)) one.warn('website_without_client_user_agent')
  }
  const url = event.event_source_url
  if (!isAbsent(url) && !/^https?:\/\/[^\s/]/i.test(String(url))) one.warn('odd_event_source_url')
}

const DAY_S = 86_400

function judgeTime(event: Fields, nowMs: number, one: Judged): void {
  const ageS = Math.floor(nowMs / 1000) - (wholeNumber(event.event_time) ?? 0)
  const isStore = event.action_source === 'physical_store'
  const mostS = isStore ? EVENT_AGE_PHYSICAL_STORE_S_MAX : EVENT_AGE_S_MAX
  if (ageS > mostS) {
    const age = `${(ageS / DAY_S).toFixed(1)} days ago; at most ${mostS / DAY_S} are taken.`
    one.refuse('event_too_old', 'event_time', `is ${age}`)
  } else if (ageS < -EVENT_FUTURE_S_MAX) {
    one.refuse('event_in_future', 'event_time', `is ${-ageS} seconds ahead: send unix seconds.`)
  } else if (ageS > DAY_S) one.warn('later_than_a_day')
}

const OS_VERSION = 4

/** A list, an object with the keys 0 to 15 (Node SDK), or either as JSON text (Java SDK). */
function slotsIn(extinfo: unknown): Readonly<Record<number, unknown>> | undefined {
  const slots = typeof extinfo === 'string' ? unpacked(extinfo) : extinfo
  const isSlots = typeof slots === 'object' && slots !== null
  return isSlots ? (slots as Readonly<Record<number, unknown>>) : undefined
}

/** Whatever the action_source. */
function judgeExtinfoShape(extinfo: unknown, one: Judged): void {
  if (isAbsent(extinfo) || slotsIn(extinfo)) return
  one.refuse('invalid_extinfo', 'app_data.extinfo', 'must be a list of 16 texts.')
}

function judgeApp({ app_data: appData }: Fields, one: Judged): void {
  if (!isFields(appData)) {
    one.warn('app_without_app_data')
    return
  }
  if (isAbsent(appData.extinfo)) {
    one.warn('app_without_extinfo')
    return
  }
  const version = slotsIn(appData.extinfo)?.[OS_VERSION]
  if (!/^\s*\d/.test(String(version ?? ''))) {
    one.refuse('invalid_extinfo', 'app_data.extinfo', 'needs the OS version at position 4.')
  }
}

const MESSAGING_NAMES: ReadonlySet<unknown> = new Set([
  'LeadSubmitted',
  'QualifiedLead',
  'Purchase',
  'AddToCart',
  'InitiateCheckout',
  'ViewContent',
  'OrderCreated',
  'OrderShipped',
  'OrderDelivered',
  'OrderCanceled',
  'OrderReturned',
])

function judgeMessaging(event: Fields, userData: Fields, one: Judged): void {
  if (isAbsent(event.messaging_channel)) {
    one.refuse('parameter_error', 'messaging_channel', 'is missing.')
  }
  if (!MESSAGING_NAMES.has(event.event_name)) {
    const names = [...MESSAGING_NAMES].join(', ')
    one.refuse('messaging_event_name', 'event_name', `must be one of ${names}.`)
  }
  if (event.messaging_channel !== 'whatsapp') return
  if (isAbsent(userData.page_id) && isAbsent(userData.whatsapp_business_account_id)) {
    const what = 'needs page_id or whatsapp_business_account_id.'
    one.refuse('messaging_missing_id', 'user_data', what)
  }
  if (isAbsent(userData.ctwa_clid)) {
    one.refuse('messaging_ctwa_clid', 'user_data.ctwa_clid', 'is missing.')
  }
}
