/**
 * From whatever a client sent to a server event, or to the problem that Meta would answer with.
 * Pure; never throws; nothing it says repeats a value. Called by ingest's first step. Values of
 * user_data are still personal data in clear afterwards (RawUserData): the hash step comes next.
 *
 * Two modes. `meta`: what Meta refuses is a problem. `lenient`: only what cannot be counted is a
 * problem (no name, no time, no source, too old); the rest is repaired or kept out, and told as a
 * finding, which has the problem's name where Meta would refuse the event later. Events of browsers
 * and of sources are always read leniently: a pixel and a webhook have nobody to tell.
 */
import { EVENT_ID_CHARS_MAX, EVENT_NAME_CHARS_MAX } from './bounds.ts'
import type { KnownFinding } from './findings.ts'
import {
  checkAppData,
  type OpenObject,
  readAppData,
  readAttribution,
  readDataProcessing,
  readOriginalEvent,
} from './parse-app-data.ts'
import { checkPurchase, readCustomData } from './parse-custom-data.ts'
import { checkMessaging, readMessagingChannel } from './parse-messaging.ts'
import { Report } from './parse-report.ts'
import {
  isAbsent,
  isObject,
  type JsonObject,
  kindOf,
  readBoolean,
  readId,
  readInteger,
  readObject,
  readWord,
  unpackJson,
} from './parse-scalars.ts'
import { checkAge, readEventTime } from './parse-time.ts'
import { readUrl } from './parse-url.ts'
import { readUserData, type Visitor } from './parse-user-data.ts'
import type { Problem } from './problems.ts'
import type { ActionSource, Channel, CustomData, RawUserData, ServerEvent } from './shape.ts'

export interface ParseContext {
  readonly mode: 'lenient' | 'meta'
  readonly nowMs: number
  /** Of the event in the request, for messages. */
  readonly index: number
  readonly channel: Channel
  /** Fills in what the event does not say of the visitor, before it is judged. */
  readonly visitor?: Visitor | undefined
}

export type Parsed =
  | {
      readonly ok: true
      readonly event: ServerEvent<RawUserData>
      readonly findings: KnownFinding[]
    }
  | {
      readonly ok: false
      readonly problem: Problem
      /** What could be read, to show the refused event in the log. */
      readonly partial: { event_name?: string; event_id?: string }
    }

/** `input` is an event object or, as some SDKs send it, the JSON text of one. */
export function parseEvent(input: unknown, context: ParseContext): Parsed {
  const report = new Report(context.index, context.mode === 'meta' && context.channel === 'server')
  const source = typeof input === 'string' ? unpackJson(input) : input
  if (!isObject(source)) {
    const kind = typeof input === 'string' ? 'text that is not the JSON of an event' : kindOf(input)
    report.refuse('not_an_object', '', `is ${kind}: send an event object.`)
    return { ok: false, problem: report.problem as Problem, partial: {} }
  }
  const event = readEvent(source, context, report)
  if (event && !report.problem) return { ok: true, event, findings: report.findings }
  return { ok: false, problem: report.problem as Problem, partial: partialOf(source) }
}

type Draft = { -readonly [K in keyof ServerEvent<RawUserData>]: ServerEvent<RawUserData>[K] }

/** In Meta's order: the shape, the time, the match keys, the rest. */
function readEvent(
  source: JsonObject,
  context: ParseContext,
  report: Report,
): ServerEvent<RawUserData> | undefined {
  const eventName = readName(source.event_name, report)
  const eventTime = readEventTime(source.event_time, report)
  const actionSource = readActionSource(source, context.channel, report)
  if (report.strict && isAbsent(source.user_data)) {
    report.refuse('missing_user_data', 'user_data', 'is missing: send at least one match key.')
  }
  checkKeys(source, report)
  if (eventName === undefined || eventTime === undefined || !actionSource) return undefined
  checkAge(eventTime, actionSource, { nowMs: context.nowMs, report })
  if (report.problem) return undefined

  const userData = userDataOf(source, report)
  const event: Draft = {
    event_name: eventName,
    event_time: eventTime,
    action_source: actionSource,
    user_data: readUserData({ userData, visitor: context.visitor, eventTime }, report),
  }
  readIdentity(event, source, report)
  const customData = customDataOf(source, report)
  if (customData) event.custom_data = customData
  checkPurchase(eventName, customData, report)
  readOptions(event, source, report)
  if (actionSource === 'app') checkAppData(event.app_data, report)
  if (actionSource === 'business_messaging') checkMessaging(event, report)
  return event
}

function readIdentity(event: Draft, source: JsonObject, report: Report): void {
  const eventId = readId(source.event_id, 'event_id', report)
  if (eventId !== undefined) {
    event.event_id = eventId
    if (eventId.length > EVENT_ID_CHARS_MAX) {
      const what = `is longer than ${EVENT_ID_CHARS_MAX} characters: send a shorter id.`
      report.refuse('invalid_parameter', 'event_id', what)
    }
  }
  const url = readUrl(source.event_source_url, 'event_source_url', report)
  if (url !== undefined) event.event_source_url = url
  const referrer = readUrl(source.referrer_url, 'referrer_url', report)
  if (referrer !== undefined) event.referrer_url = referrer
}

const MOVED: ReadonlyMap<string, string> = new Map([
  ['advertiser_tracking_enabled', 'app_data'],
  ['contents', 'custom_data'],
])

const EVENT_KEYS: ReadonlySet<string> = new Set([
  'event_name',
  'event_time',
  'event_id',
  'action_source',
  'event_source_url',
  'referrer_url',
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
  'advanced_measurement_table',
])

const ACTION_SOURCES: ReadonlySet<string> = new Set<ActionSource>([
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

const SEGMENTS: ReadonlySet<string> = new Set([
  'customer_in_loyalty_program',
  ...['business', 'business_line', 'product_area', 'medium'].flatMap((scope) => [
    `new_customer_to_${scope}`,
    `existing_customer_to_${scope}`,
  ]),
])

function checkKeys(source: JsonObject, report: Report): void {
  for (const key in source) {
    if (EVENT_KEYS.has(key) || isAbsent(source[key])) continue
    const home = report.strict ? undefined : MOVED.get(key)
    if (home) report.note('moved_key', key, `belongs in ${home}`)
    else report.unexpectedKey('', key)
  }
}

function readName(value: unknown, report: Report): string | undefined {
  if (isAbsent(value)) {
    report.refuse('missing_event_name', 'event_name', 'is missing: send a name such as Purchase.')
    return undefined
  }
  const name = typeof value === 'string' ? value.trim() : ''
  // A line break would make two keys of dedup look alike (dedup-key.ts joins with them).
  if (!name || name.length > EVENT_NAME_CHARS_MAX || /\p{Cc}/u.test(name)) {
    const what = `must be one line of text, at most ${EVENT_NAME_CHARS_MAX} characters.`
    report.refuse('invalid_parameter', 'event_name', what)
    return undefined
  }
  if (name !== value) report.note('name_trimmed', 'event_name', 'had spaces around it')
  return name
}

/** In any case, as the SDKs send it. Missing, it is a website when there is a page. */
function readActionSource(
  source: JsonObject,
  channel: Channel,
  report: Report,
): ActionSource | undefined {
  const { action_source: value } = source
  if (isAbsent(value)) {
    if (channel === 'browser') return 'website'
    if (!report.strict && !isAbsent(source.event_source_url)) {
      report.note('action_source_inferred', 'action_source', 'was missing; website was taken')
      return 'website'
    }
    const what = `is missing: send one of ${[...ACTION_SOURCES].join(', ')}.`
    report.refuse('missing_action_source', 'action_source', what)
    return undefined
  }
  const word = typeof value === 'string' ? value.trim().toLowerCase() : ''
  if (ACTION_SOURCES.has(word)) return word as ActionSource
  const what = `is not one of ${[...ACTION_SOURCES].join(', ')}.`
  report.refuse('invalid_action_source', 'action_source', what)
  return undefined
}

/** app_data.app_user_id, where two SDKs put it, joins user_data: it must be hashed as well. */
function userDataOf(source: JsonObject, report: Report): JsonObject {
  const userData = readObject(source.user_data, 'user_data', report) ?? {}
  const { app_data: appData } = source
  if (!isObject(appData) || isAbsent(appData.app_user_id)) return userData
  report.note('moved_key', 'app_data.app_user_id', 'belongs in user_data')
  return { app_user_id: appData.app_user_id, ...userData }
}

function customDataOf(source: JsonObject, report: Report): CustomData | undefined {
  const given = readObject(source.custom_data, 'custom_data', report)
  // At event level `contents` stands by mistake; checkKeys has said so.
  const contents = given?.contents ?? source.contents
  if (!given && isAbsent(contents)) return undefined
  return readCustomData(isAbsent(contents) ? (given ?? {}) : { ...given, contents }, report)
}

/** The parameters that few events carry. */
function readOptions(event: Draft, source: JsonObject, report: Report): void {
  const optOut = readBoolean(source.opt_out, 'opt_out', report)
  if (optOut !== undefined) event.opt_out = optOut
  readProcessing(event, source, report)
  const appData = appDataOf(source, report)
  if (appData) event.app_data = appData
  const original = readOriginalEvent(source.original_event_data, report)
  if (original) event.original_event_data = original
  const attribution = readAttribution(source.attribution_data, report)
  if (attribution) event.attribution_data = attribution
  const segment = segmentOf(source, report)
  if (segment) event.customer_segmentation = segment
  const channel = readMessagingChannel(source.messaging_channel, report)
  if (channel) event.messaging_channel = channel
  const key = 'advanced_measurement_table'
  const table = readId(source[key], key, report)
  if (table !== undefined) event.advanced_measurement_table = table
}

function readProcessing(event: Draft, source: JsonObject, report: Report): void {
  const options = readDataProcessing(source.data_processing_options, report)
  if (options) event.data_processing_options = options
  for (const key of ['data_processing_options_country', 'data_processing_options_state'] as const) {
    const number = readInteger(source[key], key, report)
    if (number !== undefined) event[key] = number
  }
}

function appDataOf(source: JsonObject, report: Report): OpenObject | undefined {
  const tracking = source.advertiser_tracking_enabled
  const appData = readAppData(source.app_data, report)
  if (report.strict || isAbsent(tracking) || appData?.advertiser_tracking_enabled !== undefined) {
    return appData
  }
  const enabled = readBoolean(tracking, 'advertiser_tracking_enabled', report)
  return enabled === undefined ? appData : { ...appData, advertiser_tracking_enabled: enabled }
}

/** Meta's table has it at event level, Meta's example in custom_data: either is taken. */
function segmentOf(source: JsonObject, report: Report): string | undefined {
  const key = 'customer_segmentation'
  const own = readWord(source[key], SEGMENTS, { key, report })
  if (own || !isObject(source.custom_data)) return own
  return readWord(source.custom_data[key], SEGMENTS, { key: `custom_data.${key}`, report })
}

function partialOf(source: JsonObject): { event_name?: string; event_id?: string } {
  const { event_name: name, event_id: id } = source
  return {
    ...(typeof name === 'string' && name.trim()
      ? { event_name: name.trim().slice(0, EVENT_NAME_CHARS_MAX) }
      : {}),
    ...(typeof id === 'string' && id ? { event_id: id.slice(0, EVENT_ID_CHARS_MAX) } : {}),
  }
}
