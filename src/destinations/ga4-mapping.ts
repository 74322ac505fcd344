/**
 * What an event becomes for Google Analytics 4: the body of a Measurement Protocol request with one
 * event in it; the destination joins bodies that differ in nothing else. Pure.
 */
import type { CustomData } from '../event/shape.ts'
import {
  isLimited,
  itemsOf,
  type JsonObject,
  lean,
  type NameTable,
  nameOf,
  numberOf,
  textOf,
} from './ads-event.ts'
import type { OutboundEvent, SkipReason } from './destination.ts'
import { clientIdOf, sessionIdOf } from './ga4-client.ts'
import type { Ga4Settings } from './ga4-settings.ts'

/** Google's recommended events; those without one go under their own name as custom events. */
export const GA4_NAMES: NameTable = {
  PageView: 'page_view',
  AddPaymentInfo: 'add_payment_info',
  AddToCart: 'add_to_cart',
  AddToWishlist: 'add_to_wishlist',
  CompleteRegistration: 'sign_up',
  Contact: 'contact',
  CustomizeProduct: 'customize_product',
  Donate: 'donate',
  FindLocation: 'find_location',
  InitiateCheckout: 'begin_checkout',
  Lead: 'generate_lead',
  Purchase: 'purchase',
  Schedule: 'schedule',
  Search: 'search',
  StartTrial: 'start_trial',
  SubmitApplication: 'submit_application',
  Subscribe: 'subscribe',
  ViewContent: 'view_item',
}

/** Names that Google keeps for itself, and three that only apps may send. */
export const GA4_RESERVED_NAMES: readonly string[] = [
  'ad_activeview',
  'ad_click',
  'ad_exposure',
  'ad_impression',
  'ad_query',
  'ad_reward',
  'adunit_exposure',
  'app_clear_data',
  'app_exception',
  'app_install',
  'app_remove',
  'app_store_refund',
  'app_update',
  'app_upgrade',
  'dynamic_link_app_open',
  'dynamic_link_app_update',
  'dynamic_link_first_open',
  'error',
  'first_open',
  'first_visit',
  'in_app_purchase',
  'notification_dismiss',
  'notification_foreground',
  'notification_open',
  'notification_receive',
  'notification_send',
  'os_update',
  'screen_view',
  'session_start',
  'user_engagement',
]

const RESERVED: ReadonlySet<string> = new Set(GA4_RESERVED_NAMES)
const NAME = /^[a-zA-Z][a-zA-Z0-9_]{0,39}$/
const RESERVED_PREFIX = /^(_|firebase_|ga_|google_|gtag\.)/

/** The name it is sent under, or why it is not sent. */
export function ga4Name(
  name: string,
  settings: Ga4Settings,
): { readonly name: string } | { readonly skip: SkipReason } {
  const mapped = nameOf(name, GA4_NAMES, settings)
  if (mapped === undefined) return { skip: 'event_not_mapped' }
  const written = mapped.trim().replace(/[^a-zA-Z0-9_]+/g, '_')
  const allowed = NAME.test(written) && !RESERVED.has(written) && !RESERVED_PREFIX.test(written)
  return allowed ? { name: written } : { skip: 'event_name_not_allowed' }
}

export function ga4Body(outbound: OutboundEvent, settings: Ga4Settings): JsonObject {
  const { event } = outbound
  const named = ga4Name(event.event_name, settings)
  const name = 'name' in named ? named.name : undefined
  const { client_ip_address, client_user_agent, external_id } = event.user_data
  const seen = settings.send_ip_and_user_agent
  return lean({
    client_id: clientIdOf(outbound, settings.derived_client_ids),
    user_id: settings.send_user_id ? external_id?.[0] : undefined,
    timestamp_micros: event.event_time * 1_000_000,
    consent: consentOf(outbound, settings),
    user_data: userDataOf(outbound, settings),
    ip_override: seen ? client_ip_address : undefined,
    user_agent: seen ? client_user_agent : undefined,
    events: [
      lean({
        name,
        params: lean({
          ...sessionParams(outbound),
          ...pageParams(outbound),
          ...saleParams(outbound, name),
          ...ownParams(event.custom_data ?? {}, settings.parameters),
          event_id: event.event_id,
        }),
      }),
    ],
  })
}

/** Left out when nothing is known: Google then takes what the browser's own hits said. */
function consentOf(outbound: OutboundEvent, settings: Ga4Settings): JsonObject | undefined {
  if (isLimited(outbound)) return { ad_user_data: 'DENIED', ad_personalization: 'DENIED' }
  const { consent } = outbound.envelope
  if (consent?.state !== 'granted') return undefined
  // What was said to Meta's pixel is no word about Google, unless the owner says it is.
  if (consent.signal === 'fbq' && !settings.consent_from_fbq) return undefined
  return { ad_user_data: 'GRANTED', ad_personalization: 'GRANTED' }
}

/** Phones are hashed with a plus there: the hash at hand is another one. */
function userDataOf(outbound: OutboundEvent, settings: Ga4Settings): JsonObject | undefined {
  if (!settings.send_user_data || isLimited(outbound)) return undefined
  return lean({ sha256_email_address: outbound.event.user_data.em })
}

function sessionParams(outbound: OutboundEvent): JsonObject {
  const session_id = sessionIdOf(outbound)
  return lean({
    session_id,
    // Both are needed for the event to show as activity; how long it took is not known.
    engagement_time_msec: session_id === undefined ? undefined : 1,
    // The time of this very event, whichever others are in the request.
    timestamp_micros: outbound.event.event_time * 1_000_000,
  })
}

function pageParams({ event, envelope }: OutboundEvent): JsonObject {
  return lean({
    page_location: event.event_source_url?.slice(0, PAGE_LOCATION_CHARS_MAX),
    page_referrer: event.referrer_url?.slice(0, PAGE_REFERRER_CHARS_MAX),
    page_title: envelope.browser?.title?.slice(0, PAGE_TITLE_CHARS_MAX),
  })
}

function saleParams({ event }: OutboundEvent, name: string | undefined): JsonObject {
  const data = event.custom_data ?? {}
  const items = itemsOf(data).slice(0, ITEMS_MAX)
  return lean({
    currency: data.currency,
    value: data.value,
    // The same for every report of the sale, so that Google counts it once.
    transaction_id: data.order_id ?? (name === 'purchase' ? event.event_id : undefined),
    coupon: short(data.coupon),
    search_term: short(data.search_string),
    items: items.map((item) =>
      lean({
        item_id: item.id,
        item_name: item.name,
        item_brand: item.brand,
        item_category: item.category,
        price: item.price,
        quantity: item.quantity,
      }),
    ),
  })
}

function ownParams(data: CustomData, names: readonly string[]): JsonObject {
  const entries = names
    .filter((name) => NAME.test(name) && !RESERVED_PREFIX.test(name))
    .map((name) => [name, numberOf(data[name]) ?? short(data[name])] as const)
  return lean(Object.fromEntries(entries))
}

const short = (value: unknown): string | undefined => textOf(value)?.slice(0, VALUE_CHARS_MAX)

/** Google drops a value that is longer, so it is cut (Event collection limits). */
const VALUE_CHARS_MAX = 100
const PAGE_LOCATION_CHARS_MAX = 1000
const PAGE_REFERRER_CHARS_MAX = 420
const PAGE_TITLE_CHARS_MAX = 300
const ITEMS_MAX = 200
