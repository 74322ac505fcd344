/**
 * Magento and Adobe Commerce: neither has webhooks that may be used for this, so a small observer
 * posts the order (as its REST API shows it) or the credit memo, with the key or signed after
 * Standard Webhooks. For users: docs/sources.md.
 */
import { z } from 'zod'
import { carriedIn } from './carried.ts'
import { magentoExamples } from './magento-examples.ts'
import { momentOf, secondsOf } from './moment.ts'
import { purchaseOf } from './purchase.ts'
import { KEY_IN_URL, knowsKey } from './shared-key.ts'
import { standardWebhook } from './signature.ts'
import { commonSettings, type Delivered, type Source, type Translation } from './source.ts'
import { at, entriesAt, isObject, listAt, parseExact, type Tree, textAt } from './tree.ts'

const schema = z.strictObject({
  ...commonSettings,
  paid_states: z
    .array(z.string().trim().min(1).max(50))
    .max(20)
    .default(['processing', 'complete', 'closed'])
    .describe('States of an order that mean: sold.'),
})

type Settings = z.infer<typeof schema>

export const magento: Source<Settings> = {
  name: 'magento',
  title: 'Magento / Adobe Commerce',
  about: 'Orders and credit memos, posted by an observer of your shop.',
  schema,
  secret: KEY_IN_URL,
  setup: [
    'Add an observer of sales_order_save_commit_after that posts the order as /V1/orders/{id} shows it, as JSON, to: {url}',
    'The same for sales_order_creditmemo_refund with {"creditmemo": ...} as /V1/creditmemo/{id} shows it, and its order_currency_code.',
    'Post after the response is sent, from a queue: a shop must not wait for this. Synchronous webhooks of Adobe Commerce can stop a checkout; do not use them.',
    'Put twofold_fbp, twofold_fbc, twofold_ua and twofold_ip of the shopper into extension_attributes of the order.',
  ],
  headers: [],
  verify: (request, context) =>
    request.headers['webhook-signature'] === undefined
      ? knowsKey(request, context)
      : standardWebhook(request, context),
  identify: ({ body }) => {
    const tree = parseExact(body.toString('utf8'))
    return { topic: at(tree, 'creditmemo') ? 'creditmemo' : 'order' }
  },
  translate,
  examples: magentoExamples,
}

function translate(delivered: Delivered, settings: Settings): Translation {
  const body = parseExact(delivered.text)
  if (!isObject(body)) return { failed: 'unreadable', detail: 'The body is no JSON object.' }
  const memo = at(body, 'creditmemo')
  return memo ? creditMemo(memo, settings) : order(body, delivered, settings)
}

function order(body: Tree, delivered: Delivered, settings: Settings): Translation {
  const id = textAt(body, 'increment_id')
  const entity = textAt(body, 'entity_id')
  const state = textAt(body, 'state')
  if (!id || !state) return { failed: 'incomplete', detail: 'increment_id and state are missing.' }
  const refs = [id, ...(entity ? [`entity ${entity}`] : [])]
  const orderId = `${settings.order_prefix}${id}`
  const changed = secondsOf(textAt(body, 'updated_at'))
  const cancelled = state === 'canceled' && changed ? { cancelled_at_s: changed } : {}
  if (!settings.paid_states.includes(state)) {
    return { facts: [{ kind: 'order', refs, order_id: orderId, ...cancelled }] }
  }
  const carried = carriedIn(entriesAt(body, 'extension_attributes'))
  const place = (name: string): string | undefined => textAt(body, `billing_address.${name}`)
  const purchase = purchaseOf({
    orderId,
    at_s: momentOf(secondsOf(textAt(body, 'created_at')), changed, delivered.receivedMs),
    carried,
    person: {
      email: textAt(body, 'customer_email', 'billing_address.email'),
      phone: place('telephone'),
      firstName: place('firstname') ?? textAt(body, 'customer_firstname'),
      lastName: place('lastname') ?? textAt(body, 'customer_lastname'),
      city: place('city'),
      state: place('region_code') ?? place('region'),
      zip: place('postcode'),
      country: place('country_id'),
      externalIds: [textAt(body, 'customer_id')],
      ip: textAt(body, 'remote_ip'),
    },
    value: textAt(body, 'grand_total'),
    currency: textAt(body, 'order_currency_code'),
    // A configurable product lists its chosen variant a second time, below itself.
    items: listAt(body, 'items')
      .filter((item) => !at(item, 'parent_item') && !textAt(item, 'parent_item_id'))
      .map((item) => ({
        id: textAt(item, 'sku', 'product_id'),
        quantity: textAt(item, 'qty_ordered'),
        price: textAt(item, 'price_incl_tax', 'price'),
      })),
  })
  if (!purchase) return { failed: 'incomplete', detail: 'grand_total and order_currency_code.' }
  const consent = carried.consent ? { consent: carried.consent } : {}
  return { facts: [{ kind: 'order', refs, order_id: orderId, purchase, ...consent }] }
}

function creditMemo(memo: Tree, settings: Settings): Translation {
  const id = textAt(memo, 'entity_id', 'increment_id')
  const entity = textAt(memo, 'order_id')
  const order = textAt(memo, 'order_increment_id')
  const amount = textAt(memo, 'grand_total')
  const currency = textAt(memo, 'order_currency_code')?.toUpperCase()
  const at_s = secondsOf(textAt(memo, 'created_at'))
  if (!id || !(order ?? entity) || !amount || !currency || at_s === undefined) {
    return { failed: 'incomplete', detail: 'order_id, grand_total, order_currency_code.' }
  }
  const refs = [...(order ? [order] : []), ...(entity ? [`entity ${entity}`] : [])]
  const named = order ? { order_id: `${settings.order_prefix}${order}` } : {}
  return { facts: [{ kind: 'order', refs, ...named, refunds: [{ id, amount, currency, at_s }] }] }
}
