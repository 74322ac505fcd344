/**
 * Asks WooCommerce for the orders that changed: its REST API answers in the very form of its
 * webhooks. Called by woocommerce.ts.
 */
import { POLL_PAGE } from '../enrich-limits.ts'
import { isoOf, numberedNext, pageOf, polledIn } from './polled.ts'
import {
  type CommonSettings,
  type Polling,
  pollSettings,
  shopUrlSetting,
  tokenSetting,
} from './source.ts'
import { parseExact } from './tree.ts'

export const woocommercePollSettings = {
  shop_url: shopUrlSetting(
    'Address of WordPress, such as https://shop.example: there the shop is asked for its orders.',
  ),
  consumer_key: tokenSetting('Consumer key (ck_...) of a REST API key that may read.'),
  consumer_secret: tokenSetting('Consumer secret (cs_...) of that key.'),
  ...pollSettings,
}

interface Access extends CommonSettings {
  readonly shop_url: string | null
  readonly consumer_key: string | null
  readonly consumer_secret: string | null
}

export const woocommercePolling: Polling<Access> = {
  order: 'oldest_first',
  lacks: ({ shop_url: url, consumer_key: key, consumer_secret: secret }) =>
    url && key && secret ? undefined : 'Enter shop_url, consumer_key and consumer_secret.',
  request: (place, { shop_url, consumer_key, consumer_secret }) => {
    const query = new URLSearchParams({
      // Exclusive there: what changed in that very second is wanted as well.
      modified_after: isoOf(place.since_s - 1),
      dates_are_gmt: 'true',
      orderby: 'modified',
      order: 'asc',
      status: 'any',
      per_page: String(POLL_PAGE),
      page: String(pageOf(place)),
    })
    const pair = Buffer.from(`${consumer_key}:${consumer_secret}`).toString('base64')
    return {
      url: `${shop_url}/wp-json/wc/v3/orders?${query}`,
      headers: { authorization: `Basic ${pair}` },
    }
  },
  read: ({ text, headers }, { place, settings }) => {
    const orders = polledIn(parseExact(text), {
      place,
      placed: ['date_paid_gmt', 'date_created_gmt'],
      changed: ['date_modified_gmt', 'date_created_gmt'],
      delivered: (_, order) => ({
        headers: {
          'x-wc-webhook-topic': 'order.updated',
          'x-wc-webhook-source': settings.shop_url ?? '',
        },
        text: order,
      }),
    })
    const pages = Number(headers.get('x-wp-totalpages') ?? 'none')
    const isMore = Number.isNaN(pages) ? orders?.length === POLL_PAGE : pageOf(place) < pages
    return orders && { orders, ...numberedNext(place, isMore) }
  },
}
