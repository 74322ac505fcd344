/**
 * What an event is on Meta's wire: nearly itself, because our events have Meta's shape. Here it is
 * held to Meta's published keys and types: Meta refuses a whole request for one unknown key. What
 * is ours (envelope, findings) never gets here; IP and user agent are the visitor's or absent.
 */
import type { Content, CustomData, Json, ServerEvent, UserData } from '../event/shape.ts'

export function metaPayload(event: ServerEvent<UserData>): Json {
  const { user_data, custom_data, app_data, original_event_data, attribution_data } = event
  const custom = custom_data && metaCustomData(custom_data)
  const app = app_data && pick(app_data, APP_KEYS)
  const original = original_event_data && pick(original_event_data, ORIGINAL_KEYS)
  const attribution = attribution_data && pick(attribution_data, ATTRIBUTION_KEYS)
  return {
    ...pick(event, PLAIN_KEYS),
    user_data: metaUserData(user_data),
    ...filled('custom_data', custom),
    ...filled('app_data', app),
    ...filled('original_event_data', original),
    ...filled('attribution_data', attribution),
  }
}

type JsonObject = { readonly [key: string]: Json }

/** Copied as they are, an empty data_processing_options included: it says "not limited". */
const PLAIN_KEYS = [
  'event_name',
  'event_time',
  'event_id',
  'action_source',
  'event_source_url',
  'referrer_url',
  'opt_out',
  'data_processing_options',
  'data_processing_options_country',
  'data_processing_options_state',
  'customer_segmentation',
  'messaging_channel',
  'advanced_measurement_table',
] as const satisfies readonly (keyof ServerEvent<UserData>)[]

type UserKey = keyof UserData

/** Lists on Meta's wire. */
const LISTS: readonly UserKey[] = [
  ...(['em', 'ph', 'fn', 'ln', 'ge', 'db', 'ct', 'st', 'zp', 'country', 'external_id'] as const),
]
/** One hash each: Meta's SDKs have a single text there. */
const SINGLES: readonly UserKey[] = [
  ...(['f5first', 'f5last', 'fi', 'dobd', 'dobm', 'doby', 'app_user_id'] as const),
]
/** Integers by Meta's table. */
const INTEGERS: readonly UserKey[] = ['fb_login_id', 'lead_id']
const TEXTS: readonly UserKey[] = [
  ...(['client_ip_address', 'client_user_agent', 'fbc', 'fbp', 'subscription_id'] as const),
  ...(['madid', 'anon_id', 'ctwa_clid', 'page_id', 'page_scoped_user_id'] as const),
  ...(['ig_account_id', 'ig_sid', 'whatsapp_business_account_id'] as const),
  ...(['partner_id', 'partner_name'] as const),
]

/** Closed: Meta refuses any other key of an item. */
const CONTENT_KEYS = [
  ...(['id', 'quantity', 'item_price', 'delivery_category'] as const),
  ...(['title', 'description', 'brand', 'category'] as const),
] as const

const APP_KEYS = [
  'advertiser_tracking_enabled',
  'application_tracking_enabled',
  'extinfo',
  'campaign_ids',
  'consider_views',
  'include_dwell_data',
  'include_video_data',
  'install_referrer',
  'installer_package',
  'receipt_data',
  'url_schemes',
  'windows_attribution_id',
  'madid',
] as const

const ORIGINAL_KEYS = ['event_name', 'event_time', 'order_id', 'event_id'] as const

const ATTRIBUTION_KEYS = [
  ...(['scope', 'visit_time', 'ad_id', 'adset_id', 'campaign_id', 'attribution_share'] as const),
  ...(['attribution_model', 'attr_window', 'attribution_value', 'attribution_source'] as const),
  ...(['touchpoint_type', 'touchpoint_ts', 'touchpoint_id', 'attribution_method'] as const),
  ...(['decline_reason', 'auditing_token', 'linkage_key', 'attribution_setting'] as const),
  ...(['total_credit', 'partner_client_id'] as const),
] as const

function metaUserData(user: UserData): JsonObject {
  const lists = LISTS.filter((key) => user[key]?.length).map((key) => [key, user[key]])
  const singles = SINGLES.filter((key) => user[key]?.[0]).map((key) => [key, user[key]?.[0]])
  const integers = INTEGERS.filter((key) => user[key]).map((key) => [key, integerOf(user[key])])
  const texts = TEXTS.filter((key) => user[key]).map((key) => [key, user[key]])
  return Object.fromEntries([...lists, ...singles, ...integers, ...texts]) as JsonObject
}

/** A number where that is exact; else the text, as the SDKs send it: ids have up to 17 digits. */
function integerOf(text: unknown): unknown {
  const number = Number(text)
  return Number.isSafeInteger(number) && String(number) === text ? number : text
}

/** Custom properties stay as they are. Money stays the very number that it is. */
function metaCustomData({ contents, ...rest }: CustomData): JsonObject {
  const items = contents?.map((item: Content) => pick(item, CONTENT_KEYS))
  return { ...rest, ...(items?.length ? { contents: items } : {}) } as JsonObject
}

function pick(source: object, keys: readonly string[]): JsonObject {
  const values = source as Readonly<Record<string, Json | undefined>>
  const given = keys.filter((key) => values[key] !== undefined && values[key] !== null)
  return Object.fromEntries(given.map((key) => [key, values[key]])) as JsonObject
}

function filled(key: string, value: JsonObject | undefined): JsonObject {
  return value && Object.keys(value).length > 0 ? { [key]: value } : {}
}
