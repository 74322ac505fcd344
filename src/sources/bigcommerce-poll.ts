/**
 * Asks BigCommerce for the orders that changed: each in the form in which one order is asked for
 * after a webhook. Called by bigcommerce.ts.
 */
import { z } from 'zod'
import { POLL_PAGE } from '../enrich-limits.ts'
import { isoOf, numberedNext, pageOf, polledIn } from './polled.ts'
import { type CommonSettings, type Polling, pollSettings } from './source.ts'
import { parseExact, textAt } from './tree.ts'

export const bigcommercePollSettings = {
  store_hash: z
    .string()
    .trim()
    .regex(/^[a-z0-9]{1,40}$/i, 'the part between /stores/ and the next slash')
    .nullable()
    .default(null)
    .describe('Store hash, as in the API path of the account: to ask the shop for its orders.'),
  ...pollSettings,
}

interface Access extends CommonSettings {
  readonly store_hash: string | null
  readonly access_token: string | null
  readonly api_url: string
}

export const bigcommercePolling: Polling<Access> = {
  order: 'oldest_first',
  lacks: ({ store_hash: hash, access_token: token }) =>
    hash && token ? undefined : 'Enter store_hash and access_token.',
  request: (place, { api_url, store_hash, access_token }) => {
    const query = new URLSearchParams({
      min_date_modified: isoOf(place.since_s),
      sort: 'date_modified:asc',
      limit: String(POLL_PAGE),
      page: String(pageOf(place)),
    })
    return {
      url: `${api_url}/stores/${store_hash}/v2/orders?${query}`,
      headers: { 'x-auth-token': access_token ?? '' },
    }
  },
  read: ({ text }, { place, settings: { store_hash } }) => {
    // Nothing found is answered with 204 and nothing.
    const orders = polledIn(text === '' ? [] : parseExact(text), {
      place,
      placed: ['date_created'],
      changed: ['date_modified', 'date_created'],
      delivered: (order, whole) => ({
        headers: {},
        text: JSON.stringify({
          scope: 'store/order/updated',
          producer: `stores/${store_hash}`,
          data: { type: 'order', id: textAt(order, 'id') },
        }),
        fetched: { order: whole },
      }),
    })
    return orders && { orders, ...numberedNext(place, orders.length === POLL_PAGE) }
  },
  restMs: (headers) => {
    const left = Number(headers.get('x-rate-limit-requests-left') ?? 'none')
    const resetMs = Number(headers.get('x-rate-limit-time-reset-ms') ?? 'none')
    // The last few are left to the shop's other programs.
    return left < REQUESTS_LEFT && resetMs > 0 ? resetMs : 0
  },
}

const REQUESTS_LEFT = 10
