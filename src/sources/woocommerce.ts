/**
 * WooCommerce: its own webhooks of orders, signed with a secret made here. The payload is the order
 * as it is at the moment of delivery and nothing is ever sent twice by WooCommerce itself, so every
 * delivery says all there is to know. For users: docs/sources.md.
 */
import { z } from 'zod'
import { type Carried, carriedIn, fbcOf, siteOf, trailOf } from './carried.ts'
import { decimalText, microsOf } from './decimal.ts'
import { momentOf, secondsOf } from './moment.ts'
import type { Person } from './person.ts'
import {
  contentIdSetting,
  type Item,
  purchaseOf,
  renewalName,
  renewalsSetting,
  shopperOf,
} from './purchase.ts'
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
import { woocommerceExamples } from './woocommerce-examples.ts'
import { woocommercePolling, woocommercePollSettings } from './woocommerce-poll.ts'

export const woocommerceSchema = z.strictObject({
  ...commonSettings,
  paid_statuses: z
    .array(z.string().trim().min(1).max(50))
    .max(20)
    .default(['processing', 'completed'])
    .describe('Order statuses that mean: sold. Add those that plugins of yours invent.'),
  content_id: contentIdSetting,
  renewals: renewalsSetting,
  test_payment_methods: z
    .array(z.string().trim().min(1).max(100))
    .max(20)
    .default([])
    .describe('Payment methods (payment_method of the order) that are only used for tests.'),
  ...woocommercePollSettings,
})

export type WoocommerceSettings = z.infer<typeof woocommerceSchema>

export const woocommerce: Source<WoocommerceSettings> = {
  name: 'woocommerce',
  title: 'WooCommerce',
  about: 'Orders and refunds of a WooCommerce shop, by the plugin or by its own webhooks.',
  schema: woocommerceSchema,
  secret: { from: 'twofold', by: 'header', label: 'Secret of the webhook' },
  setup: [
    'In WordPress, open WooCommerce, Settings, Advanced, Webhooks, Add webhook.',
    'Status: Active. Topic: Order updated. Delivery URL: {url}',
    'Secret: {secret}',
    'Save. WooCommerce tries the address at once; then add a second webhook with the topic Order created.',
    'WooCommerce switches a webhook off after five failures without a word: have a look here now and then.',
  ],
  headers: ['x-wc-webhook-topic', 'x-wc-webhook-source'],
  verify: (request, context) => signedBody(request, context, 'x-wc-webhook-signature'),
  // Neither JSON nor signed; WooCommerce activates the webhook only if it is answered with 200.
  isPing: ({ body }) => body.length < 100 && /^webhook_id=\d+$/.test(body.toString('latin1')),
  // Its delivery id is the same for two orders of one second: the body is what tells them apart.
  identify: ({ headers }) => ({ topic: headers['x-wc-webhook-topic'] ?? '' }),
  translate,
  polling: woocommercePolling,
  examples: woocommerceExamples,
}

function translate(delivered: Delivered, settings: WoocommerceSettings): Translation {
  const topic = delivered.headers['x-wc-webhook-topic'] ?? ''
  if (!/^order\.(created|updated|restored)$/.test(topic)) return { ignored: 'topic_not_used' }
  const body = parseExact(delivered.text)
  if (!isObject(body)) return { failed: 'unreadable', detail: 'The body is no JSON object.' }
  const id = textAt(body, 'id')
  const status = textAt(body, 'status')
  if (!id || !status) return { failed: 'incomplete', detail: 'id and status are missing.' }
  const isRenewal = isRenewed(body)
  if (isRenewal && settings.renewals === 'ignore') return { ignored: 'renewal' }
  const context = { delivered, settings, isRenewal, orderId: `${settings.order_prefix}${id}` }
  const counts = isSold(body, status, settings)
  const purchase = counts ? bought(body, context) : undefined
  if (counts && !purchase) {
    return { failed: 'incomplete', detail: 'total and currency: the order has none.' }
  }
  const carried = carriedBy(body)
  const { consent } = carried
  // Its cart_hash is the same for everybody who buys the same: no token. The order's key is one.
  const trail = isRenewal
    ? undefined
    : trailOf({
        tokens: [textAt(body, 'order_key')],
        carried,
        supposed: ['fbc', 'event_source_url'],
      })
  const refunds = refundsIn(body)
  const isCancelled = status === 'cancelled'
  const fact: OrderFact = {
    kind: 'order',
    refs: [id],
    order_id: context.orderId,
    ...(isTest(body, settings) ? { test: true } : {}),
    ...(consent ? { consent } : {}),
    ...(purchase ? { purchase } : {}),
    ...(trail && purchase?.action_source === 'website' ? { trail } : {}),
    ...(refunds.length > 0 ? { refunds } : {}),
    ...(isCancelled ? { cancelled_at_s: changedAt(body) } : {}),
    ...(isCancelled && !purchase ? { user_data: shopperOf(personOf(body), carriedBy(body)) } : {}),
  }
  return { facts: [fact] }
}

/** Paid once, an order was sold, whatever became of it later. */
function isSold(body: Tree, status: string, settings: WoocommerceSettings): boolean {
  if (settings.paid_statuses.includes(status)) return true
  return /^(refunded|cancelled)$/.test(status) && textAt(body, 'date_paid_gmt') !== undefined
}

interface OrderContext {
  readonly delivered: Delivered
  readonly settings: WoocommerceSettings
  readonly isRenewal: boolean
  readonly orderId: string
}

function bought(body: Tree, context: OrderContext): SourceEvent | undefined {
  const { delivered, settings, isRenewal, orderId } = context
  const created = secondsOf(textAt(body, 'date_created_gmt'))
  const paid = secondsOf(textAt(body, 'date_paid_gmt', 'date_modified_gmt'))
  const meta = metaOf(body)
  // A renewal is a copy of the first order, with everything that the shopper's page had sent; and
  // what an assistant's page sends is the assistant's.
  const carried: Carried = isRenewal || !byShopper(body) ? {} : carriedBy(body)
  return purchaseOf({
    name: isRenewal ? renewalName(settings.renewals) : 'Purchase',
    orderId,
    at_s: momentOf(created, paid, delivered.receivedMs),
    actionSource: byShopper(body) ? 'website' : 'system_generated',
    url: siteOf(delivered.headers['x-wc-webhook-source']),
    referrer: isRenewal ? undefined : meta.get('_wc_order_attribution_referrer'),
    person: personOf(body, isRenewal),
    carried,
    value: textAt(body, 'total'),
    currency: textAt(body, 'currency'),
    items: itemsOf(body, settings),
  })
}

/** Someone else's browser made an order of these: its address is not the shopper's. */
const byShopper = (body: Tree): boolean =>
  !/^(admin|rest-api|subscription|bulk|import)/.test(textAt(body, 'created_via') ?? '')

function isRenewed(body: Tree): boolean {
  const meta = metaOf(body)
  return textAt(body, 'created_via') === 'subscription' || meta.has('_subscription_renewal')
}

function personOf(body: Tree, isRenewal = false): Person {
  const meta = metaOf(body)
  const place = (name: string): string | undefined =>
    textAt(body, `billing.${name}`, `shipping.${name}`)
  const isWeb = byShopper(body) && !isRenewal
  const entry = meta.get('_wc_order_attribution_session_entry')
  const started = secondsOf(meta.get('_wc_order_attribution_session_start_time'))
  const customerId = textAt(body, 'customer_id')
  return {
    email: place('email'),
    phone: place('phone'),
    firstName: place('first_name'),
    lastName: place('last_name'),
    city: place('city'),
    state: place('state'),
    zip: place('postcode'),
    country: place('country'),
    externalIds: customerId === '0' ? [] : [customerId],
    ip: isWeb ? textAt(body, 'customer_ip_address') : undefined,
    userAgent: isWeb
      ? (textAt(body, 'customer_user_agent') ?? meta.get('_wc_order_attribution_user_agent'))
      : undefined,
    fbc: isWeb ? fbcOf(entry, started ?? secondsOf(textAt(body, 'date_created_gmt'))) : undefined,
  }
}

function itemsOf(body: Tree, { content_id: kind }: WoocommerceSettings): Item[] {
  return listAt(body, 'line_items').map((item) => {
    const variation = textAt(item, 'variation_id')
    const variant = variation === '0' ? undefined : variation
    const product = textAt(item, 'product_id')
    const ids = { variant: variant ?? product, product, sku: textAt(item, 'sku') ?? product }
    return { id: ids[kind], quantity: textAt(item, 'quantity'), price: textAt(item, 'price') }
  })
}

/** Each with its own id; the totals are below zero. */
function refundsIn(body: Tree): AmountAt[] {
  const currency = textAt(body, 'currency')
  return listAt(body, 'refunds').flatMap((refund) => {
    const id = textAt(refund, 'id')
    const micros = microsOf(textAt(refund, 'total'))
    if (!id || !currency || !micros) return []
    const amount = decimalText(micros < 0n ? -micros : micros)
    return [{ id, amount, currency, at_s: changedAt(body) }]
  })
}

const changedAt = (body: Tree): number =>
  secondsOf(textAt(body, 'date_modified_gmt', 'date_created_gmt')) ?? 0

function isTest(body: Tree, { test_payment_methods: methods }: WoocommerceSettings): boolean {
  return methods.includes(textAt(body, 'payment_method') ?? '')
}

function metaOf(body: Tree): ReadonlyMap<string, string> {
  const pairs = listAt(body, 'meta_data').flatMap((one): [string, string][] => {
    const key = textAt(one, 'key')
    const value = textAt(one, 'value')
    return key && value ? [[key, value]] : []
  })
  return new Map(pairs)
}

const carriedBy = (body: Tree): Carried =>
  carriedIn(listAt(body, 'meta_data').map((one) => [at(one, 'key'), at(one, 'value')]))
