/**
 * PayPal: captures and what is paid back, proven by PayPal's signature. The payer is not in a
 * capture: with the credentials of an app the order is asked for it; without them the match keys
 * are those of the pixel, which meets it by the order id.
 */
import { z } from 'zod'
import { secondsOf } from './moment.ts'
import { paypalExamples } from './paypal-examples.ts'
import { paypalCertificateUrl, paypalSigned } from './paypal-signature.ts'
import type { Person } from './person.ts'
import { purchaseOf } from './purchase.ts'
import {
  type Ask,
  apiUrlSetting,
  commonSettings,
  type Delivered,
  type Source,
  type Translation,
  tokenSetting,
  type Unasked,
} from './source.ts'
import { at, isObject, listAt, parseExact, type Tree, textAt } from './tree.ts'

const schema = z.strictObject({
  ...commonSettings,
  client_id: z
    .string()
    .trim()
    .max(200)
    .default('')
    .describe('Client ID of the app. With it PayPal is asked who paid; empty: it is not.'),
  client_secret: tokenSetting('Secret of the app.'),
  api_url: apiUrlSetting('https://api-m.paypal.com'),
})

type Settings = z.infer<typeof schema>

export const paypal: Source<Settings> = {
  name: 'paypal',
  title: 'PayPal',
  about: 'Captured payments, refunds and reversals. Who paid is asked for.',
  schema,
  secret: { from: 'platform', by: 'header', label: 'Webhook ID' },
  setup: [
    'In the PayPal developer dashboard, open Apps and credentials, your live app, Webhooks, Add webhook.',
    'Webhook URL: {url}',
    'Choose Payment capture completed, refunded and reversed.',
    'PayPal lists the webhook with its Webhook ID: enter it here. It says for whom PayPal signs.',
    'Enter the client ID and the secret of the same app in the settings: a payment does not name the payer, so the order is asked for.',
    'Set invoice_id (or custom_id) of the order to your own order id: by it the browser’s report and this one meet.',
  ],
  headers: [],
  certificateUrl: paypalCertificateUrl,
  verify: paypalSigned,
  identify: ({ body }) => {
    const tree = parseExact(body.toString('utf8'))
    const key = textAt(tree, 'id')
    return { topic: textAt(tree, 'event_type') ?? '', ...(key ? { key } : {}) }
  },
  ask,
  translate,
  examples: paypalExamples,
}

const CAPTURED = 'PAYMENT.CAPTURE.COMPLETED'
/** PayPal lends a token for hours. */
const TOKEN_MS = 10 * 60_000

function ask({ text, fetched = {} }: Delivered, settings: Settings): Ask | Unasked | undefined {
  const { client_id: clientId, client_secret: secret, api_url: base } = settings
  const body = parseExact(text)
  const order = textAt(body, 'resource.supplementary_data.related_ids.order_id') ?? ''
  if (textAt(body, 'event_type') !== CAPTURED || !/^\w{1,64}$/.test(order)) return undefined
  if (!clientId || !secret || fetched.order !== undefined) return undefined
  if (fetched.token === undefined) {
    const basic = Buffer.from(`${clientId}:${secret}`).toString('base64')
    const form = 'application/x-www-form-urlencoded'
    const headers = { authorization: `Basic ${basic}`, 'content-type': form }
    const url = `${base}/v1/oauth2/token`
    return { name: 'token', url, headers, body: 'grant_type=client_credentials', keepMs: TOKEN_MS }
  }
  const token = textAt(parseExact(fetched.token), 'access_token')
  if (!token) return { failed: 'no_token', detail: 'PayPal lent no access_token.' }
  const url = `${base}/v2/checkout/orders/${order}`
  return { name: 'order', url, headers: { authorization: `Bearer ${token}` }, mayBeGone: true }
}

function translate(delivered: Delivered, settings: Settings): Translation {
  const body = parseExact(delivered.text)
  const resource = at(body, 'resource')
  const type = textAt(body, 'event_type')
  if (!type || !isObject(resource)) {
    return { failed: 'unreadable', detail: 'event_type and resource are missing.' }
  }
  const time = secondsOf(textAt(resource, 'create_time') ?? textAt(body, 'create_time'))
  const at_s = time ?? Math.floor(delivered.receivedMs / 1000)
  if (type === CAPTURED) {
    const asked = parseExact(delivered.fetched?.order ?? '')
    return capture(resource, { at_s, settings, asked })
  }
  if (/^PAYMENT\.CAPTURE\.(REFUNDED|REVERSED)$/.test(type)) return paidBack(resource, at_s, type)
  return { ignored: 'topic_not_used' }
}

interface Context {
  readonly at_s: number
  readonly settings: Settings
  /** The order; undefined: not asked for. */
  readonly asked: Tree
}

function capture(resource: Tree, { at_s, settings, asked }: Context): Translation {
  const id = textAt(resource, 'id')
  const order = textAt(resource, 'supplementary_data.related_ids.order_id')
  const own = textAt(resource, 'invoice_id', 'custom_id') ?? order ?? id
  if (!id || !own) return { failed: 'incomplete', detail: 'resource.id is missing.' }
  const orderId = `${settings.order_prefix}${own}`
  const purchase = purchaseOf({
    orderId,
    at_s,
    person: payerOf(asked, resource),
    carried: {},
    value: textAt(resource, 'amount.value'),
    currency: textAt(resource, 'amount.currency_code'),
    items: listAt(asked, 'purchase_units.0.items').map((item) => ({
      id: textAt(item, 'sku'),
      quantity: textAt(item, 'quantity'),
      price: textAt(item, 'unit_amount.value'),
    })),
  })
  if (!purchase) return { failed: 'incomplete', detail: 'resource.amount is missing.' }
  const refs = [id, ...(order ? [order] : [])]
  return { facts: [{ kind: 'order', refs, order_id: orderId, purchase }] }
}

function payerOf(order: Tree, resource: Tree): Person {
  const address = (name: string): string | undefined =>
    textAt(order, `purchase_units.0.shipping.address.${name}`, `payer.address.${name}`)
  return {
    email: textAt(order, 'payer.email_address') ?? textAt(resource, 'payer.email_address'),
    phone: textAt(order, 'payer.phone.phone_number.national_number'),
    firstName: textAt(order, 'payer.name.given_name'),
    lastName: textAt(order, 'payer.name.surname'),
    city: address('admin_area_2'),
    state: address('admin_area_1'),
    zip: address('postal_code'),
    country: address('country_code'),
    externalIds: [textAt(order, 'payer.payer_id')],
  }
}

/** The refund names its capture by a link. A reversal was not the shop's own choice. */
function paidBack(resource: Tree, at_s: number, type: string): Translation {
  const id = textAt(resource, 'id')
  const up = listAt(resource, 'links').find((link) => textAt(link, 'rel') === 'up')
  const captureId = /\/captures\/([\w-]+)$/.exec(textAt(up, 'href') ?? '')?.[1]
  const amount = textAt(resource, 'amount.value')
  const currency = textAt(resource, 'amount.currency_code')
  if (!id || !captureId || !amount || !currency) {
    return { failed: 'incomplete', detail: 'resource.amount or the link to the capture.' }
  }
  const one = { id, amount, currency, at_s }
  const later = type.endsWith('REVERSED') ? { chargebacks: [one] } : { refunds: [one] }
  return { facts: [{ kind: 'order', refs: [captureId], ...later }] }
}
