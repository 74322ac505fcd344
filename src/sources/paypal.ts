/**
 * PayPal: captures and what is paid back. Proven by the key in the address: the certificates that
 * PayPal signs with would have to be fetched for every delivery. The payer is not in a capture, so
 * the match keys are those of the pixel, which meets it by the order id.
 */
import { z } from 'zod'
import { secondsOf } from './moment.ts'
import { paypalExamples } from './paypal-examples.ts'
import { purchaseOf } from './purchase.ts'
import { KEY_IN_URL, knowsKey } from './shared-key.ts'
import { commonSettings, type Delivered, type Source, type Translation } from './source.ts'
import { at, isObject, listAt, parseExact, type Tree, textAt } from './tree.ts'

const schema = z.strictObject(commonSettings)

type Settings = z.infer<typeof schema>

export const paypal: Source<Settings> = {
  name: 'paypal',
  title: 'PayPal',
  about: 'Captured payments, refunds and reversals. PayPal does not name the payer in them.',
  schema,
  secret: KEY_IN_URL,
  setup: [
    'In the PayPal developer dashboard, open Apps and credentials, your live app, Webhooks, Add webhook.',
    'Webhook URL, with the key at its end: {url}',
    'Choose Payment capture completed, refunded and reversed.',
    'Set invoice_id (or custom_id) of the order to your own order id: by it the browser’s report and this one meet.',
  ],
  headers: [],
  verify: knowsKey,
  identify: ({ body }) => {
    const tree = parseExact(body.toString('utf8'))
    const key = textAt(tree, 'id')
    return { topic: textAt(tree, 'event_type') ?? '', ...(key ? { key } : {}) }
  },
  translate,
  examples: paypalExamples,
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
  if (type === 'PAYMENT.CAPTURE.COMPLETED') return capture(resource, at_s, settings)
  if (/^PAYMENT\.CAPTURE\.(REFUNDED|REVERSED)$/.test(type)) return paidBack(resource, at_s, type)
  return { ignored: 'topic_not_used' }
}

function capture(resource: Tree, at_s: number, settings: Settings): Translation {
  const id = textAt(resource, 'id')
  const order = textAt(resource, 'supplementary_data.related_ids.order_id')
  const own = textAt(resource, 'invoice_id', 'custom_id') ?? order ?? id
  if (!id || !own) return { failed: 'incomplete', detail: 'resource.id is missing.' }
  const orderId = `${settings.order_prefix}${own}`
  const purchase = purchaseOf({
    orderId,
    at_s,
    person: { email: textAt(resource, 'payer.email_address') },
    carried: {},
    value: textAt(resource, 'amount.value'),
    currency: textAt(resource, 'amount.currency_code'),
    items: [],
  })
  if (!purchase) return { failed: 'incomplete', detail: 'resource.amount is missing.' }
  const refs = [id, ...(order ? [order] : [])]
  return { facts: [{ kind: 'order', refs, order_id: orderId, purchase }] }
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
