/**
 * Asks Stripe for its events, which are what its webhooks deliver: a session that was paid days
 * after it was made is found by the event of its payment, which a list of sessions by their date
 * would not show. Stripe keeps events for 30 days. Called by stripe.ts.
 */
import { POLL_PAGE } from '../enrich-limits.ts'
import { polledIn } from './polled.ts'
import {
  apiUrlSetting,
  type CommonSettings,
  type Polling,
  pollSettings,
  tokenSetting,
} from './source.ts'
import { at, listAt, parseExact, textAt } from './tree.ts'

export const stripePollSettings = {
  api_key: tokenSetting(
    'Restricted key (rk_...) that may read Events, to ask for sales. No secret key is needed.',
  ),
  api_url: apiUrlSetting('https://api.stripe.com'),
  ...pollSettings,
}

type Counts = 'checkout' | 'payment_intents' | 'invoices'

interface Access extends CommonSettings {
  readonly api_key: string | null
  readonly api_url: string
  readonly counts: Counts
}

/** What tells of a sale, by the setting; a renewal is an invoice everywhere. */
const TYPES: Readonly<Record<Counts, readonly string[]>> = {
  checkout: [
    'checkout.session.completed',
    'checkout.session.async_payment_succeeded',
    'invoice.paid',
  ],
  payment_intents: ['payment_intent.succeeded', 'invoice.paid'],
  invoices: ['invoice.paid'],
}

export const stripePolling: Polling<Access> = {
  order: 'newest_first',
  lacks: ({ api_key: key }) => (key ? undefined : 'Enter api_key.'),
  // Which account a key is of, only the key says: a new one of the same account costs some pages.
  account: ({ api_key: key }) => key ?? '',
  request: ({ since_s, next }, { api_key, api_url, counts }) => {
    const query = new URLSearchParams({ limit: String(POLL_PAGE), 'created[gte]': String(since_s) })
    for (const type of TYPES[counts]) query.append('types[]', type)
    if (next !== undefined) query.set('starting_after', next)
    return { url: `${api_url}/v1/events?${query}`, headers: { authorization: `Bearer ${api_key}` } }
  },
  read: ({ text }, { place }) => {
    const tree = parseExact(text)
    const orders = polledIn(at(tree, 'data'), {
      place,
      placed: ['created'],
      changed: ['created'],
      delivered: (_, event) => ({ headers: {}, text: event }),
    })
    if (!orders) return undefined
    const last = textAt(listAt(tree, 'data').at(-1), 'id')
    return { orders, ...(at(tree, 'has_more') === true && last ? { next: last } : {}) }
  },
}
