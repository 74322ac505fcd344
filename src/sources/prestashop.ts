/**
 * PrestaShop: it has no webhooks, so a module of the shop posts what its hooks say, in one small
 * shape, with the key or signed after Standard Webhooks. For users: docs/sources.md.
 */
import { z } from 'zod'
import { carriedIn } from './carried.ts'
import { momentOf, secondsOf } from './moment.ts'
import { prestashopExamples } from './prestashop-examples.ts'
import { purchaseOf } from './purchase.ts'
import { KEY_IN_URL, knowsKey } from './shared-key.ts'
import { standardWebhook } from './signature.ts'
import { commonSettings, type Delivered, type Source, type Translation } from './source.ts'
import { at, entriesAt, isObject, listAt, parseExact, textAt } from './tree.ts'

const schema = z.strictObject(commonSettings)

type Settings = z.infer<typeof schema>

export const prestashop: Source<Settings> = {
  name: 'prestashop',
  title: 'PrestaShop',
  about: 'Orders and credit slips, posted by a module of your shop.',
  schema,
  secret: KEY_IN_URL,
  setup: [
    'In a module of the shop, post JSON to this address from actionOrderStatusPostUpdate and actionOrderSlipAdd: {url}',
    'The body: {"order": {id, reference, paid, date_add, total_paid_tax_incl, products}, "currency": {iso_code}, "customer", "address", "context": {ip, user_agent, url}, "slips"}.',
    '`paid` is newOrderStatus->paid: 1 means sold. Take `context` from the shopper’s own request, not from that of an employee.',
  ],
  headers: [],
  verify: (request, context) =>
    request.headers['webhook-signature'] === undefined
      ? knowsKey(request, context)
      : standardWebhook(request, context),
  identify: () => ({ topic: 'order' }),
  translate,
  examples: prestashopExamples,
}

function translate(delivered: Delivered, settings: Settings): Translation {
  const body = parseExact(delivered.text)
  const order = at(body, 'order')
  const id = textAt(order, 'id')
  if (!isObject(body) || !id) return { failed: 'unreadable', detail: 'order.id is missing.' }
  const orderId = `${settings.order_prefix}${id}`
  const currency = textAt(body, 'currency.iso_code')?.toUpperCase()
  const isPaid = /^(1|true)$/.test(String(at(order, 'paid') ?? ''))
  const carried = carriedIn(entriesAt(body, 'context'))
  const place = (name: string): string | undefined => textAt(body, `address.${name}`)
  const purchase = purchaseOf({
    orderId,
    at_s: momentOf(
      secondsOf(textAt(order, 'date_add')),
      secondsOf(textAt(order, 'date_upd')),
      delivered.receivedMs,
    ),
    url: textAt(body, 'context.url'),
    carried,
    person: {
      email: textAt(body, 'customer.email'),
      phone: place('phone_mobile') ?? place('phone'),
      firstName: textAt(body, 'customer.firstname', 'address.firstname'),
      lastName: textAt(body, 'customer.lastname', 'address.lastname'),
      city: place('city'),
      state: place('state_iso_code'),
      zip: place('postcode'),
      country: place('country_iso_code'),
      externalIds: [textAt(body, 'customer.id')],
      ip: textAt(body, 'context.ip'),
      userAgent: textAt(body, 'context.user_agent'),
    },
    value: textAt(order, 'total_paid_tax_incl'),
    currency,
    items: listAt(order, 'products').map((item) => ({
      id: [textAt(item, 'product_id'), textAt(item, 'product_attribute_id')]
        .filter((part) => part !== undefined && part !== '0')
        .join('-'),
      quantity: textAt(item, 'product_quantity'),
      price: textAt(item, 'unit_price_tax_incl'),
    })),
  })
  if (isPaid && !purchase) {
    return { failed: 'incomplete', detail: 'order.total_paid_tax_incl and currency.iso_code.' }
  }
  const refunds = listAt(body, 'slips').flatMap((slip) => {
    const [slipId, amount] = [textAt(slip, 'id'), textAt(slip, 'amount')]
    const at_s = secondsOf(textAt(slip, 'date_add'))
    return slipId && amount && currency && at_s !== undefined
      ? [{ id: slipId, amount, currency, at_s }]
      : []
  })
  const consent = carried.consent ? { consent: carried.consent } : {}
  const sold = isPaid && purchase ? { purchase } : {}
  const back = refunds.length > 0 ? { refunds } : {}
  return { facts: [{ kind: 'order', refs: [id], order_id: orderId, ...sold, ...back, ...consent }] }
}
