/**
 * Asks Shopify for the orders that changed: the Admin API's list of orders, which answers in the
 * very form of its webhooks. Called by shopify.ts.
 */
import { z } from 'zod'
import { POLL_PAGE, RIVAL_PIXELS_MAX } from '../enrich-limits.ts'
import { isoOf, polledIn } from './polled.ts'
import {
  type CommonSettings,
  type Polling,
  pollSettings,
  shopUrlSetting,
  tokenSetting,
} from './source.ts'
import { at, parseExact } from './tree.ts'

export const shopifyPollSettings = {
  shop_url: shopUrlSetting(
    'Address of the shop at Shopify, such as https://brewbeans.myshopify.com: there it is asked ' +
      'for its orders.',
  ),
  access_token: tokenSetting(
    'Admin API access token of an app of yours that may read_orders (older than 60 days: ' +
      'read_all_orders).',
  ),
  api_version: z
    .string()
    .regex(/^\d{4}-(01|04|07|10)$/, 'a version such as 2026-10')
    .default('2026-01')
    .describe('Version of the Admin API that is asked.'),
  ...pollSettings,
}

interface Access extends CommonSettings {
  readonly shop_url: string | null
  readonly access_token: string | null
  readonly api_version: string
}

export const shopifyPolling: Polling<Access> = {
  order: 'oldest_first',
  lacks: ({ shop_url: url, access_token: token }) =>
    url && token ? undefined : 'Enter shop_url and access_token.',
  request: ({ since_s, next }, { shop_url, access_token, api_version }) => {
    const query = new URLSearchParams({ limit: String(POLL_PAGE) })
    // A page that is named stands for the whole question: nothing else may be said beside it.
    if (next !== undefined) query.set('page_info', next)
    else {
      query.set('status', 'any')
      query.set('order', 'updated_at asc')
      query.set('updated_at_min', isoOf(since_s))
    }
    return {
      url: `${shop_url}/admin/api/${api_version}/orders.json?${query}`,
      headers: { 'x-shopify-access-token': access_token ?? '' },
    }
  },
  read: ({ text, headers }, { place, settings }) => {
    const shop = URL.parse(settings.shop_url ?? '')?.host ?? ''
    const orders = polledIn(at(parseExact(text), 'orders'), {
      place,
      placed: ['processed_at', 'created_at'],
      changed: ['updated_at'],
      delivered: (_, order) => ({
        headers: { 'x-shopify-topic': 'orders/updated', 'x-shopify-shop-domain': shop },
        text: order,
      }),
    })
    return orders && { orders, ...nextIn(headers) }
  },
  rival: {
    url: ({ shop_url }) => `${shop_url}/`,
    // The list of app pixels on every page, JSON within JSON.
    pixelsIn: (page) => {
      // Cut at every brace: one expression over all of it would take hours on a hostile page.
      const entries = page.replaceAll('\\', '').split(/[{}]/)
      const own = entries.filter((entry) => entry.includes('"facebook_pixel"'))
      const ids = own.map((entry) => /"pixel_id":"(\d{5,20})"/.exec(entry)?.[1])
      return [...new Set(ids.filter((id) => id !== undefined))].slice(0, RIVAL_PIXELS_MAX)
    },
  },
  restMs: (headers) => {
    const said = headers.get('x-shopify-shop-api-call-limit') ?? ''
    const [, used, room] = /^(\d+)\/(\d+)$/.exec(said) ?? []
    if (!used || !room) return 0
    // A bucket that leaks a twentieth a second: half of it stays free for the shop's other apps.
    const over = Number(used) - Number(room) / 2
    return over > 0 ? Math.ceil((over / (Number(room) / 20)) * 1000) : 0
  },
}

function nextIn(headers: Headers): { readonly next?: string } {
  const links = (headers.get('link') ?? '').split(/,\s*(?=<)/)
  const link = links.find((one) => /;\s*rel="?next"?/.test(one))
  const url = URL.parse(/^<([^>]+)>/.exec(link?.trim() ?? '')?.[1] ?? '')
  const next = url?.searchParams.get('page_info')
  return next ? { next } : {}
}
