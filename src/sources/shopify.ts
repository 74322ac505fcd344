/**
 * Shopify: webhooks of orders, refunds, checkouts and customers, signed with the shop's or the
 * app's secret. Amounts in the money the buyer saw, as the pixel reports it, or in the shop's. For
 * users: docs/sources.md.
 */
import { hash } from 'node:crypto'
import { z } from 'zod'
import { eventId } from '../event/ids.ts'
import { carriedIn, fbcOf, siteOf, trailOf } from './carried.ts'
import { sumOf } from './decimal.ts'
import { momentOf, secondsOf } from './moment.ts'
import type { Person } from './person.ts'
import { contentIdSetting, type Item, purchaseOf, shopperOf } from './purchase.ts'
import { shopifyExamples } from './shopify-examples.ts'
import { shopifyPolling, shopifyPollSettings } from './shopify-poll.ts'
import { signedBody } from './signature.ts'
import {
  type AmountAt,
  commonSettings,
  type Delivered,
  type OrderFact,
  type Source,
  type SourceEvent,
  type Translation,
} from './source.ts'
import { at, isObject, listAt, parseExact, type Tree, textAt } from './tree.ts'

export const shopifySchema = z.strictObject({
  ...commonSettings,
  count: z
    .enum(['paid', 'created'])
    .default('paid')
    .describe('When an order counts: once it is paid, or as soon as it is placed.'),
  currency: z
    .enum(['buyer', 'shop'])
    .default('buyer')
    .describe(
      'Amounts as the buyer saw them (as the pixel reports them), or in your own currency.',
    ),
  content_id: contentIdSetting,
  registrations: z
    .boolean()
    .default(false)
    .describe(
      'Count a new customer as CompleteRegistration. Shopify makes one of every guest, too.',
    ),
  ...shopifyPollSettings,
})

export type ShopifySettings = z.infer<typeof shopifySchema>

const PAID: ReadonlySet<unknown> = new Set(['paid', 'partially_refunded', 'refunded'])
const VOID: ReadonlySet<unknown> = new Set(['voided', 'expired'])

export const shopify: Source<ShopifySettings> = {
  name: 'shopify',
  title: 'Shopify',
  about: 'Orders, refunds and checkouts of a Shopify shop, as Shopify itself confirms them.',
  schema: shopifySchema,
  secret: {
    from: 'platform',
    by: 'header',
    label: 'Secret below the list of webhooks',
  },
  setup: [
    'In Shopify, open Settings, Notifications, Webhooks.',
    'Create a webhook for the event “Order payment”, format JSON, address {url}.',
    'Create the same for “Order cancellation” and “Refund create”; “Order creation” and “Checkout creation” if you like.',
    'Below the list Shopify shows the secret that signs them: enter it here. Webhooks of an app of yours are signed with its client secret.',
    'If Shopify’s own Meta channel also shares data with the same dataset, switch that off: its purchases have ids that nobody else can know.',
  ],
  headers: ['x-shopify-topic', 'x-shopify-shop-domain', 'x-shopify-triggered-at'],
  verify: (request, context) => {
    const isNew = request.headers['x-shopify-hmac-sha256'] === undefined
    const header = isNew ? 'shopify-hmac-sha256' : 'x-shopify-hmac-sha256'
    return signedBody(request, context, header)
  },
  identify: ({ headers, body }) => {
    const topic = headers['x-shopify-topic'] ?? headers['shopify-topic'] ?? ''
    const id =
      headers['x-shopify-event-id'] ??
      headers['x-shopify-webhook-id'] ??
      headers['shopify-webhook-id']
    // What is done to many orders at once may share its event id, so the body tells them apart.
    return id ? { key: `${topic} ${id} ${hash('sha256', body)}`, topic } : { topic }
  },
  translate,
  polling: shopifyPolling,
  examples: shopifyExamples,
}

function translate(delivered: Delivered, settings: ShopifySettings): Translation {
  const body = parseExact(delivered.text)
  if (!isObject(body)) return { failed: 'unreadable', detail: 'The body is no JSON object.' }
  const topic = delivered.headers['x-shopify-topic'] ?? ''
  if (topic === 'refunds/create') return refund(body, settings)
  if (topic.startsWith('checkouts/')) return checkout(body, delivered, settings)
  if (topic === 'customers/create') return customer(body, settings)
  if (topic.startsWith('orders/') && at(body, 'order_edit') === undefined) {
    return order(body, delivered, settings)
  }
  return { ignored: 'topic_not_used' }
}

function order(body: Tree, delivered: Delivered, settings: ShopifySettings): Translation {
  const id = textAt(body, 'id')
  if (id === undefined) return { failed: 'incomplete', detail: 'id: the order has none.' }
  const status = at(body, 'financial_status')
  const isPaid = PAID.has(status) || delivered.headers['x-shopify-topic'] === 'orders/paid'
  const counts = isPaid || (settings.count === 'created' && !VOID.has(status))
  const orderId = `${settings.order_prefix}${id}`
  const purchase = counts ? bought(body, { delivered, settings, orderId }) : undefined
  if (counts && !purchase) {
    return { failed: 'incomplete', detail: 'total_price and currency: the order has none.' }
  }
  const carried = carriedBy(body)
  const cancelledAtS = secondsOf(textAt(body, 'cancelled_at'))
  const refunds = listAt(body, 'refunds').flatMap(refundIn)
  // Buy-now buttons and wallets skip the cart, so nothing is carried: the checkout's token is what
  // the pages there have told.
  const trail = trailOf({
    tokens: [textAt(body, 'checkout_token'), textAt(body, 'cart_token')],
    carried,
    supposed: ['fbc', 'event_source_url'],
  })
  const fact: OrderFact = {
    kind: 'order',
    refs: [id],
    order_id: orderId,
    ...(isTest(body) ? { test: true } : {}),
    ...(carried.consent ? { consent: carried.consent } : {}),
    ...(purchase ? { purchase } : {}),
    ...(trail && purchase?.action_source === 'website' ? { trail } : {}),
    ...(refunds.length > 0 ? { refunds } : {}),
    ...(cancelledAtS === undefined ? {} : { cancelled_at_s: cancelledAtS }),
    ...(purchase || cancelledAtS === undefined
      ? {}
      : { user_data: shopperOf(personOf(body), carried) }),
  }
  return { facts: [fact] }
}

interface OrderContext {
  readonly delivered: Delivered
  readonly settings: ShopifySettings
  readonly orderId: string
}

function bought(body: Tree, context: OrderContext): SourceEvent | undefined {
  const { delivered, settings, orderId } = context
  const acted = secondsOf(textAt(body, 'processed_at', 'created_at'))
  const paid = secondsOf(textAt(body, 'updated_at'))
  const actionSource = actionSourceOf(textAt(body, 'source_name'))
  const { value, currency } = moneyOf(body, 'total_price', settings)
  return purchaseOf({
    orderId,
    at_s: momentOf(acted, paid, delivered.receivedMs),
    actionSource,
    url: siteIn(body, delivered),
    referrer: textAt(body, 'referring_site'),
    person: personOf(body, actionSource),
    carried: carriedBy(body),
    value,
    currency,
    items: itemsOf(body, settings),
  })
}

/** Value and currency of the same money set, never one of each. */
function moneyOf(
  tree: Tree,
  name: string,
  { currency }: ShopifySettings,
): { value: string | undefined; currency: string | undefined } {
  const kind = currency === 'buyer' ? 'presentment_money' : 'shop_money'
  const value = textAt(tree, `${name}_set.${kind}.amount`)
  const code = textAt(tree, `${name}_set.${kind}.currency_code`)
  if (value !== undefined && code !== undefined) return { value, currency: code }
  return { value: textAt(tree, name), currency: textAt(tree, 'currency') }
}

function itemsOf(body: Tree, settings: ShopifySettings): Item[] {
  const { content_id: kind } = settings
  const path = { variant: 'variant_id', product: 'product_id', sku: 'sku' }[kind]
  return listAt(body, 'line_items').map((item) => ({
    id: textAt(item, path, 'variant_id', 'product_id', 'sku'),
    quantity: textAt(item, 'quantity'),
    price: moneyOf(item, 'price', settings).value,
  }))
}

/** A till and a draft that an assistant wrote have no browser of the shopper's. */
function actionSourceOf(name: string | undefined): string {
  if (/^(pos|iphone|android)$/.test(name ?? '')) return 'physical_store'
  return name === 'shopify_draft_order' ? 'system_generated' : 'website'
}

const ADDRESSES = ['billing_address', 'shipping_address', 'customer.default_address']

function personOf(body: Tree, actionSource = 'website'): Person {
  const place = (name: string): string | undefined =>
    textAt(body, ...ADDRESSES.map((address) => `${address}.${name}`))
  const isWeb = actionSource === 'website'
  const clicked = secondsOf(textAt(body, 'created_at'))
  return {
    email: textAt(body, 'email', 'contact_email', 'customer.email'),
    phone: textAt(
      body,
      'phone',
      'billing_address.phone',
      'shipping_address.phone',
      'customer.phone',
      'customer.default_address.phone',
    ),
    firstName: place('first_name') ?? textAt(body, 'customer.first_name'),
    lastName: place('last_name') ?? textAt(body, 'customer.last_name'),
    city: place('city'),
    state: place('province_code') ?? place('province'),
    zip: place('zip'),
    country: place('country_code'),
    externalIds: [textAt(body, 'customer.id')],
    ip: isWeb ? textAt(body, 'client_details.browser_ip', 'browser_ip') : undefined,
    userAgent: isWeb ? textAt(body, 'client_details.user_agent') : undefined,
    fbc: fbcOf(textAt(body, 'landing_site'), clicked),
  }
}

function carriedBy(body: Tree) {
  const attributes = [
    ...listAt(body, 'note_attributes'),
    ...listAt(body, 'line_items').flatMap((item) => listAt(item, 'properties')),
  ]
  return carriedIn(attributes.map((one) => [at(one, 'name'), at(one, 'value')]))
}

/** The status page itself would open the order to whoever knows its address. */
function siteIn(body: Tree, { headers }: Delivered): string | undefined {
  return siteOf(textAt(body, 'order_status_url')) ?? siteOf(headers['x-shopify-shop-domain'])
}

function isTest(body: Tree): boolean {
  const gateways = listAt(body, 'payment_gateway_names')
  return at(body, 'test') === true || gateways.some((name) => /bogus/i.test(String(name)))
}

/** What was really paid back; nothing for a refund that moved no money. */
function refundIn(tree: Tree): AmountAt[] {
  const paid = listAt(tree, 'transactions').filter(
    (one) => at(one, 'kind') === 'refund' && at(one, 'status') === 'success',
  )
  const currency = textAt(paid[0], 'currency')
  const amount = sumOf(paid.map((one) => textAt(one, 'amount')))
  const id = textAt(tree, 'id')
  if (!id || !currency || amount === undefined || amount === '0') return []
  const time = secondsOf(textAt(tree, 'processed_at', 'created_at')) ?? 0
  return [{ id, amount, currency, at_s: time }]
}

function refund(body: Tree, { order_prefix: prefix }: ShopifySettings): Translation {
  const id = textAt(body, 'order_id')
  if (id === undefined) return { failed: 'incomplete', detail: 'order_id: the refund has none.' }
  const refunds = refundIn(body)
  if (refunds.length === 0) {
    return { ignored: 'nothing_new', detail: 'The refund moved no money.' }
  }
  const test = listAt(body, 'transactions').some((one) => at(one, 'test') === true)
  const order_id = `${prefix}${id}`
  return {
    facts: [{ kind: 'order', refs: [id], order_id, refunds, ...(test ? { test: true } : {}) }],
  }
}

function checkout(body: Tree, delivered: Delivered, settings: ShopifySettings): Translation {
  const token = textAt(body, 'token')
  if (token === undefined) return { failed: 'incomplete', detail: 'token: the checkout has none.' }
  const { value, currency } = moneyOf(body, 'total_price', settings)
  const event = purchaseOf({
    name: 'InitiateCheckout',
    orderId: token,
    at_s: momentOf(secondsOf(textAt(body, 'created_at')), undefined, delivered.receivedMs),
    url: siteIn(body, delivered),
    referrer: textAt(body, 'referring_site'),
    person: personOf(body),
    carried: carriedBy(body),
    value,
    currency: currency ?? textAt(body, 'presentment_currency'),
    items: itemsOf(body, settings),
  })
  if (!event) return { failed: 'incomplete', detail: 'total_price and currency are missing.' }
  const { order_id: _, ...custom_data } = event.custom_data ?? {}
  const { consent } = carriedBy(body)
  const once = `checkout ${token}`
  const said = consent ? { consent } : {}
  return { facts: [{ kind: 'event', once, event: { ...event, custom_data }, ...said }] }
}

function customer(body: Tree, settings: ShopifySettings): Translation {
  const id = textAt(body, 'id')
  if (!settings.registrations) return { ignored: 'not_mapped' }
  if (id === undefined) return { failed: 'incomplete', detail: 'id: the customer has none.' }
  const person = personOf({ customer: body, email: at(body, 'email'), phone: at(body, 'phone') })
  const event: SourceEvent = {
    event_name: 'CompleteRegistration',
    event_time: secondsOf(textAt(body, 'created_at')) ?? 0,
    event_id: eventId('CompleteRegistration', id),
    action_source: 'website',
    user_data: shopperOf(person, {}),
  }
  return { facts: [{ kind: 'event', once: `customer ${id}`, event }] }
}
