/**
 * Webflow: orders of its shop (amounts in minor units, as Stripe has them) and forms as leads.
 * Hooks made by the API are signed; those of the dashboard are not and need the key in their
 * address.
 */
import { z } from 'zod'
import { carriedIn } from './carried.ts'
import { majorOf } from './decimal.ts'
import { doneOf } from './lead.ts'
import { momentOf, secondsOf } from './moment.ts'
import type { Person } from './person.ts'
import { purchaseOf } from './purchase.ts'
import { knowsKey } from './shared-key.ts'
import { signedBy, tooFarOff } from './signature.ts'
import { commonSettings, type Delivered, type Source, type Translation } from './source.ts'
import { at, entriesAt, isObject, listAt, parseExact, type Tree, textAt } from './tree.ts'
import { webflowExamples } from './webflow-examples.ts'

const schema = z.strictObject({
  ...commonSettings,
  form_event: z.string().trim().min(1).max(50).default('Lead').describe('What a form is.'),
})

type Settings = z.infer<typeof schema>

export const webflow: Source<Settings> = {
  name: 'webflow',
  title: 'Webflow',
  about: 'Orders and forms of a Webflow site.',
  schema,
  secret: {
    from: 'twofold',
    by: 'url',
    label: 'Key at the end of the address, or secret of the hook',
  },
  setup: [
    'In Webflow, open the settings of the site, Apps and integrations, Webhooks, Add webhook.',
    'Trigger: Form submission. URL, with the key at its end: {url}',
    'With a shop, the same for Order placed and Order changed.',
    'Hooks that an app makes by the API are signed: enter the secret of those here as well.',
    'Paste the head code below into the site: it adds the hidden fields that carry the browser.',
  ],
  headers: [],
  verify: (request, context) => {
    const { headers, body } = request
    const signature = headers['x-webflow-signature']
    const timestamp = headers['x-webflow-timestamp']
    if (!signature || !timestamp) return knowsKey(request, context)
    const over = [`${timestamp}:`, body]
    const signed = signedBy(context, [signature], { algorithm: 'sha256', encoding: 'hex', over })
    if (!signed.ok) return knowsKey(request, context)
    return tooFarOff(Number(timestamp), context) ?? signed
  },
  identify: ({ body }) => {
    const tree = parseExact(body.toString('utf8'))
    return { topic: textAt(tree, 'triggerType') ?? '' }
  },
  translate,
  examples: webflowExamples,
}

function translate(delivered: Delivered, settings: Settings): Translation {
  const body = parseExact(delivered.text)
  const payload = at(body, 'payload')
  const type = textAt(body, 'triggerType')
  if (!isObject(payload) || !type) return { failed: 'unreadable', detail: 'triggerType, payload.' }
  if (type === 'form_submission') return form(payload, settings)
  if (/^ecomm_(new_order|order_changed)$/.test(type)) return order(payload, delivered, settings)
  return { ignored: 'topic_not_used' }
}

/** Labels are free text: a field is known by its label, an e-mail by its form. */
function form(payload: Tree, settings: Settings): Translation {
  const id = textAt(payload, 'id')
  const at_s = secondsOf(textAt(payload, 'submittedAt'))
  if (!id || at_s === undefined) {
    return { failed: 'incomplete', detail: 'id and submittedAt are missing.' }
  }
  const fields = entriesAt(payload, 'data')
  const labelled = (label: RegExp): string | undefined =>
    textAt({ value: fields.find(([name]) => label.test(name))?.[1] }, 'value')
  const email = fields.map(([, value]) => value).find((value) => EMAIL.test(String(value)))
  const fact = doneOf({
    name: settings.form_event,
    id,
    at_s,
    actionSource: 'website',
    carried: carriedIn(fields),
    person: {
      email: textAt({ email }, 'email'),
      phone: labelled(/phone|telefon|mobile|handy/i),
      firstName: labelled(/^(first|vor)[ _-]?name/i),
      lastName: labelled(/^(last|nach|family|sur)[ _-]?name/i),
      name: labelled(/^(full[ _-]?|your )?name$/i),
    },
    custom: { content_name: textAt(payload, 'name') },
  })
  return { facts: [fact] }
}

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/

function order(payload: Tree, delivered: Delivered, settings: Settings): Translation {
  const id = textAt(payload, 'orderId')
  const currency = textAt(payload, 'customerPaid.unit')
  const status = textAt(payload, 'status')
  if (!id || !currency || !status) {
    return { failed: 'incomplete', detail: 'orderId, status and customerPaid are missing.' }
  }
  const orderId = `${settings.order_prefix}${id}`
  const custom = listAt(payload, 'customData').map(
    (one) => [textAt(one, 'name'), textAt(one, 'textInput', 'textArea')] as const,
  )
  const value = majorOf(textAt(payload, 'customerPaid.value'), currency, 'stripe')
  const purchase = purchaseOf({
    orderId,
    at_s: momentOf(secondsOf(textAt(payload, 'acceptedOn')), undefined, delivered.receivedMs),
    person: personOf(payload),
    carried: carriedIn(custom),
    value,
    currency,
    items: listAt(payload, 'purchasedItems').map((item) => ({
      id: textAt(item, 'variantId', 'productId'),
      quantity: textAt(item, 'count'),
      price: majorOf(textAt(item, 'variantPrice.value'), currency, 'stripe'),
    })),
  })
  if (!purchase || !value) return { failed: 'incomplete', detail: 'customerPaid has no value.' }
  if (status === 'pending') return { facts: [{ kind: 'order', refs: [id], order_id: orderId }] }
  const refundedAt = secondsOf(textAt(payload, 'refundedOn')) ?? purchase.event_time
  const whole = { id, amount: value, currency: currency.toUpperCase(), at_s: refundedAt }
  const isDisputed = status === 'disputed' || status === 'dispute-lost'
  const later = {
    ...(status === 'refunded' ? { refunded: whole } : {}),
    ...(isDisputed ? { chargebacks: [whole] } : {}),
  }
  return { facts: [{ kind: 'order', refs: [id], order_id: orderId, purchase, ...later }] }
}

function personOf(payload: Tree): Person {
  const place = (name: string): string | undefined => textAt(payload, `allAddresses.0.${name}`)
  return {
    email: textAt(payload, 'customerInfo.email'),
    name: textAt(payload, 'customerInfo.fullName'),
    city: place('city'),
    state: place('state'),
    zip: place('postalCode'),
    country: place('country'),
  }
}
