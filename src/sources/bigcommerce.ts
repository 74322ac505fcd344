/**
 * BigCommerce: its webhooks only point at an order, so the order and its products are asked for
 * with the shop's own token, as they are at that moment. Proven by a header that the webhook was
 * made to send, or by its signature with the client secret. For users: docs/sources.md.
 */
import { z } from 'zod'
import { bigcommerceExamples } from './bigcommerce-examples.ts'
import { bigcommercePolling, bigcommercePollSettings } from './bigcommerce-poll.ts'
import { trailOf } from './carried.ts'
import { decimalText, microsOf } from './decimal.ts'
import { momentOf, secondsOf } from './moment.ts'
import type { Person } from './person.ts'
import { contentIdSetting, type Item, purchaseOf, shopperOf } from './purchase.ts'
import { knowsKey } from './shared-key.ts'
import { standardWebhook } from './signature.ts'
import {
  type Ask,
  apiUrlSetting,
  commonSettings,
  type Delivered,
  type OrderFact,
  type Source,
  type SourceEvent,
  type Translation,
  tokenSetting,
  type Unasked,
} from './source.ts'
import { isObject, listAt, parseExact, type Tree, textAt } from './tree.ts'

const schema = z.strictObject({
  ...commonSettings,
  access_token: tokenSetting('Access token of an API account that may read orders.'),
  api_url: apiUrlSetting('https://api.bigcommerce.com'),
  paid_statuses: z
    .array(
      z
        .string()
        .trim()
        .regex(/^\d{1,4}$/, 'the number of a status, such as 11'),
    )
    .max(30)
    .default(['2', '3', '8', '9', '10', '11'])
    .describe('Ids of the order statuses that mean: sold. Labels can be renamed, ids stay.'),
  content_id: contentIdSetting,
  test_payment_methods: z
    .array(z.string().trim().min(1).max(100))
    .max(20)
    .default(['Test Payment Gateway'])
    .describe('Payment methods of orders that are only tests.'),
  ...bigcommercePollSettings,
})

type Settings = z.infer<typeof schema>

/** Products of one order that are read: the most that one answer holds. */
const PRODUCTS_MAX = 250

export const bigcommerce: Source<Settings> = {
  name: 'bigcommerce',
  title: 'BigCommerce',
  about: 'Orders, refunds and cancellations of a BigCommerce shop, read with a token of yours.',
  schema,
  secret: { from: 'twofold', by: 'header', label: 'Key that the webhook sends in x-twofold-key' },
  setup: [
    'In BigCommerce, open Settings, API, Store-level API accounts, Create: Orders read-only, Information and settings read-only. Enter its access token in the settings here.',
    'Webhooks are made by a request of yours: POST https://api.bigcommerce.com/stores/YOUR_STORE_HASH/v3/hooks with the header X-Auth-Token and a body as in the next step.',
    'Scope store/order/statusUpdated, destination {url}, is_active true, headers {"x-twofold-key": "the key"}. The key: {secret}',
    'The same again with the scopes store/order/created and store/order/refund/created.',
    'BigCommerce signs as well: to have that accepted too, add the client secret of the API account as a second secret.',
  ],
  headers: [],
  verify: (request, context) => {
    const byKey = knowsKey(request, context)
    if (byKey.ok || !request.headers['webhook-signature']) return byKey
    return standardWebhook(request, context, (secret) => secret)
  },
  // Equal for every try of one delivery.
  identify: ({ body }) => {
    const tree = parseExact(body.toString('utf8'))
    const key = textAt(tree, 'hash')
    return { topic: textAt(tree, 'scope') ?? '', ...(key ? { key } : {}) }
  },
  ask,
  translate,
  polling: bigcommercePolling,
  examples: bigcommerceExamples,
}

interface Pointer {
  readonly shop: string
  readonly orderId: string
}

/** Undefined: not about an order. */
function pointerIn(body: Tree): Pointer | undefined {
  const shop = /^stores\/([a-z0-9]{1,40})$/i.exec(textAt(body, 'producer') ?? '')?.[1]
  const scope = textAt(body, 'scope') ?? ''
  const orderId = /^\d{1,18}$/.exec(textAt(body, 'data.id') ?? '')?.[0]
  const isOrder = /^store\/order\/(created|updated|statusUpdated|refund\/created)$/.test(scope)
  return shop && orderId && isOrder ? { shop, orderId } : undefined
}

function ask({ text, fetched = {} }: Delivered, settings: Settings): Ask | Unasked | undefined {
  const pointer = pointerIn(parseExact(text))
  if (!pointer) return undefined
  if (!settings.access_token) {
    return { failed: 'no_token', detail: 'Enter access_token in the settings, then try it again.' }
  }
  const headers = { 'x-auth-token': settings.access_token }
  const order = `${settings.api_url}/stores/${pointer.shop}/v2/orders/${pointer.orderId}`
  if (fetched.order === undefined) return { name: 'order', url: order, headers }
  const isSold = sold(parseExact(fetched.order), settings)
  if (!isSold || fetched.products !== undefined) return undefined
  return {
    name: 'products',
    url: `${order}/products?limit=${PRODUCTS_MAX}`,
    headers,
    mayBeGone: true,
  }
}

function translate(delivered: Delivered, settings: Settings): Translation {
  const body = parseExact(delivered.text)
  if (!textAt(body, 'scope')) return { failed: 'unreadable', detail: 'scope is missing.' }
  const pointer = pointerIn(body)
  if (!pointer) return { ignored: 'topic_not_used' }
  const order = parseExact(delivered.fetched?.order ?? '')
  const id = textAt(order, 'id')
  const status = textAt(order, 'status_id')
  if (!isObject(order) || !id || !status) {
    return { failed: 'incomplete', detail: 'The order that was asked for has no id or status_id.' }
  }
  const orderId = `${settings.order_prefix}${id}`
  const isSold = sold(order, settings)
  const purchase = isSold ? bought(order, { delivered, settings, orderId }) : undefined
  if (isSold && !purchase) {
    return { failed: 'incomplete', detail: 'total_inc_tax and currency: the order has none.' }
  }
  return { facts: [factOf(order, { id, status, orderId, purchase, settings })] }
}

interface Known {
  readonly id: string
  readonly status: string
  readonly orderId: string
  readonly purchase: SourceEvent | undefined
  readonly settings: Settings
}

const CANCELLED = '5'

function factOf(order: Tree, { id, status, orderId, purchase, settings }: Known): OrderFact {
  const at_s = secondsOf(textAt(order, 'date_modified', 'date_created')) ?? 0
  const currency = currencyOf(order)
  const refunded = microsOf(textAt(order, 'refunded_amount')) ?? 0n
  const isCancelled = status === CANCELLED
  const trail = trailOf({ tokens: [textAt(order, 'cart_id')], carried: {} })
  return {
    kind: 'order',
    refs: [id],
    order_id: orderId,
    ...(isTest(order, settings) ? { test: true } : {}),
    ...(purchase ? { purchase } : {}),
    ...(trail && purchase?.action_source === 'website' ? { trail } : {}),
    ...(refunded > 0n && currency
      ? { refunded: { id, amount: decimalText(refunded), currency, at_s } }
      : {}),
    ...(isCancelled ? { cancelled_at_s: at_s } : {}),
    ...(isCancelled && !purchase ? { user_data: shopperOf(personOf(order), {}) } : {}),
  }
}

/** Whatever was paid back of it: it was paid. */
function sold(order: Tree, { paid_statuses: paid }: Settings): boolean {
  if (paid.includes(textAt(order, 'status_id') ?? '')) return true
  return (microsOf(textAt(order, 'refunded_amount')) ?? 0n) > 0n
}

/** What the shopper paid in, not what prices were shown in. */
const currencyOf = (order: Tree): string | undefined =>
  textAt(order, 'default_currency_code', 'currency_code')?.toUpperCase()

const isTest = (order: Tree, { test_payment_methods: methods }: Settings): boolean =>
  methods.includes(textAt(order, 'payment_method') ?? '')

interface Context {
  readonly delivered: Delivered
  readonly settings: Settings
  readonly orderId: string
}

function bought(order: Tree, { delivered, settings, orderId }: Context): SourceEvent | undefined {
  const created = secondsOf(textAt(order, 'date_created'))
  const changed = secondsOf(textAt(order, 'date_modified'))
  return purchaseOf({
    orderId,
    at_s: momentOf(created, changed, delivered.receivedMs),
    actionSource: actionSourceOf(order),
    person: personOf(order),
    carried: {},
    value: textAt(order, 'total_inc_tax'),
    currency: currencyOf(order),
    items: itemsOf(parseExact(delivered.fetched?.products ?? ''), settings),
  })
}

/** Made by hand or by another program, an order has that one's address. */
function actionSourceOf(order: Tree): 'website' | 'physical_store' | 'system_generated' {
  const from = textAt(order, 'order_source') ?? ''
  if (from === 'pos') return 'physical_store'
  return /^(manual|external)/.test(from) ? 'system_generated' : 'website'
}

function personOf(order: Tree): Person {
  const customer = textAt(order, 'customer_id')
  const billed = (name: string): string | undefined => textAt(order, `billing_address.${name}`)
  const isWeb = actionSourceOf(order) === 'website'
  return {
    email: billed('email'),
    phone: billed('phone'),
    firstName: billed('first_name'),
    lastName: billed('last_name'),
    city: billed('city'),
    state: billed('state'),
    zip: billed('zip'),
    country: billed('country_iso2'),
    externalIds: customer === '0' ? [] : [customer],
    ip: isWeb ? textAt(order, 'ip_address', 'ip_address_v6') : undefined,
  }
}

function itemsOf(products: Tree, { content_id: kind }: Settings): Item[] {
  return listAt({ products }, 'products').map((item) => {
    const product = textAt(item, 'product_id')
    const variant = textAt(item, 'variant_id') ?? product
    const ids = { variant, product, sku: textAt(item, 'sku') ?? variant }
    return {
      id: ids[kind],
      quantity: textAt(item, 'quantity'),
      price: textAt(item, 'price_inc_tax'),
    }
  })
}
