/**
 * What an event becomes for TikTok's Events API (version 2.0, /event/track/). Pure. TikTok hashes
 * a phone number with its plus, Meta without: the hash at hand is another one and is not sent.
 */
import type { CustomData } from '../event/shape.ts'
import {
  isLimited,
  itemsOf,
  type JsonObject,
  lean,
  markOf,
  type NameSettings,
  type NameTable,
  nameOf,
  numberOf,
  textOf,
} from './ads-event.ts'
import type { OutboundEvent } from './destination.ts'

/**
 * TikTok's standard events since May 2025 (Lead was SubmitForm, Purchase was CompletePayment). A
 * page view is none of them: name it in event_names to send it.
 */
export const TIKTOK_NAMES: NameTable = {
  PageView: '',
  AddPaymentInfo: 'AddPaymentInfo',
  AddToCart: 'AddToCart',
  AddToWishlist: 'AddToWishlist',
  CompleteRegistration: 'CompleteRegistration',
  Contact: 'Contact',
  CustomizeProduct: 'CustomizeProduct',
  FindLocation: 'FindLocation',
  InitiateCheckout: 'InitiateCheckout',
  Lead: 'Lead',
  Purchase: 'Purchase',
  Schedule: 'Schedule',
  Search: 'Search',
  StartTrial: 'StartTrial',
  SubmitApplication: 'SubmitApplication',
  Subscribe: 'Subscribe',
  ViewContent: 'ViewContent',
}

export function tiktokEvent(outbound: OutboundEvent, settings: NameSettings): JsonObject {
  const { event } = outbound
  return lean({
    event: nameOf(event.event_name, TIKTOK_NAMES, settings),
    event_time: event.event_time,
    event_id: event.event_id,
    user: userOf(outbound),
    page: lean({ url: event.event_source_url, referrer: event.referrer_url }),
    properties: propertiesOf(event.custom_data ?? {}),
    limited_data_use: isLimited(outbound) || undefined,
  })
}

function userOf(outbound: OutboundEvent): JsonObject {
  const { em, external_id, fn, ln, client_ip_address, client_user_agent } = outbound.event.user_data
  return lean({
    email: em,
    external_id,
    first_name: fn?.[0],
    last_name: ln?.[0],
    ttclid: markOf(outbound, { properties: ['ttclid'], parameters: ['ttclid'] }),
    ttp: markOf(outbound, { properties: ['ttp', '_ttp'] }),
    ip: client_ip_address,
    user_agent: client_user_agent,
  })
}

function propertiesOf(data: CustomData): JsonObject {
  return lean({
    value: data.value,
    currency: data.currency,
    content_type: contentType(data),
    contents: itemsOf(data).map((item) =>
      lean({
        content_id: item.id,
        content_name: item.name,
        content_category: item.category,
        brand: item.brand,
        price: item.price,
        quantity: item.quantity,
      }),
    ),
    num_items: numberOf(data.num_items),
    order_id: data.order_id,
    search_string: textOf(data.search_string),
    description: textOf(data.description),
    predicted_ltv: numberOf(data.predicted_ltv),
    delivery_category: textOf(data.delivery_category),
  })
}

/** The two words that both know. */
function contentType(data: CustomData): string | undefined {
  const type = data.content_type
  return type === 'product' || type === 'product_group' ? type : undefined
}
