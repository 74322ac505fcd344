/**
 * Stripe: one sale is told many times (session, payment, charge, invoice), so the settings say
 * which of them counts; the others only add names under which refunds and disputes find the order.
 * For users: docs/sources.md.
 */
import { z } from 'zod'
import { trailOf } from './carried.ts'
import { purchaseOf, renewalName, renewalsSetting } from './purchase.ts'
import { missing, PROVEN, pairsIn, signedBy, tooFarOff } from './signature.ts'
import {
  commonSettings,
  type Delivered,
  type OrderFact,
  type Source,
  type Translation,
} from './source.ts'
import { stripeExamples } from './stripe-examples.ts'
import {
  carriedBy,
  majorIn,
  personIn,
  refsIn,
  returnPage,
  type StripeObject,
} from './stripe-fields.ts'
import { stripePolling, stripePollSettings } from './stripe-poll.ts'
import { subscriptionOf } from './stripe-subscription.ts'
import { at, isObject, parseExact, type Tree, textAt } from './tree.ts'

export const stripeSchema = z.strictObject({
  ...commonSettings,
  counts: z
    .enum(['checkout', 'payment_intents', 'invoices'])
    .default('checkout')
    .describe(
      'What tells of a sale: Checkout sessions and payment links, payments of your own form ' +
        '(Elements), or invoices of Billing.',
    ),
  renewals: renewalsSetting,
  ...stripePollSettings,
})

export type StripeSettings = z.infer<typeof stripeSchema>

export const stripe: Source<StripeSettings> = {
  name: 'stripe',
  title: 'Stripe',
  about: 'Payments, subscriptions, refunds and disputes as Stripe confirms them.',
  schema: stripeSchema,
  secret: { from: 'platform', by: 'header', label: 'Signing secret of the endpoint (whsec_...)' },
  setup: [
    'In the Stripe dashboard, open Developers, Webhooks, Add endpoint (an event destination).',
    'Endpoint URL: {url}',
    'Choose: checkout.session.completed, checkout.session.async_payment_succeeded, invoice.paid, charge.refunded, charge.dispute.created, customer.subscription.created. With a form of your own also payment_intent.succeeded.',
    'Stripe shows the signing secret of the endpoint: enter it here.',
    'Stripe knows neither address nor browser of your customers. With sessions of your own, send fbp, fbc and the like along in their metadata; for payment links, buy buttons and pricing tables the snippet below does it.',
  ],
  headers: [],
  verify: (request, context) => {
    const header = request.headers['stripe-signature']
    if (!header) return missing('stripe-signature')
    const pairs = pairsIn(header, ',')
    const timestamp = pairs.find(([name]) => name === 't')?.[1] ?? ''
    const signatures = pairs.filter(([name]) => name === 'v1').map(([, value]) => value)
    const over = [`${timestamp}.`, request.body]
    const signed = signedBy(context, signatures, { algorithm: 'sha256', encoding: 'hex', over })
    if (!signed.ok) return signed
    return tooFarOff(Number(timestamp || 'none') * 1000, context) ?? PROVEN
  },
  identify: ({ body }) => {
    const event = parseExact(body.toString('utf8'))
    const id = textAt(event, 'id')
    return { topic: textAt(event, 'type') ?? '', ...(id ? { key: id } : {}) }
  },
  translate,
  polling: stripePolling,
  examples: stripeExamples,
}

interface StripeEvent extends StripeObject {
  readonly settings: StripeSettings
}

type Translator = (event: StripeEvent) => Translation

const TYPES: Readonly<Record<string, Translator>> = {
  'checkout.session.completed': session,
  'checkout.session.async_payment_succeeded': session,
  'payment_intent.succeeded': payment,
  'invoice.paid': invoice,
  'invoice.payment_succeeded': invoice,
  'charge.refunded': refundedCharge,
  'refund.created': refund,
  'refund.updated': refund,
  'charge.refund.updated': refund,
  'charge.dispute.created': dispute,
  'customer.subscription.created': subscriptionOf,
  'customer.subscription.updated': subscriptionOf,
}

function translate(delivered: Delivered, settings: StripeSettings): Translation {
  const body = parseExact(delivered.text)
  const object = at(body, 'data.object')
  const type = textAt(body, 'type')
  if (!type || !isObject(object)) {
    return { failed: 'unreadable', detail: 'type and data.object: no event of Stripe.' }
  }
  const run = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined
  if (!run) return { ignored: 'topic_not_used' }
  const created = Number(textAt(body, 'created') ?? Math.floor(delivered.receivedMs / 1000))
  const test = at(body, 'livemode') === false ? { test: true as const } : {}
  return run({ object, at_s: created, settings, test })
}

function session({ object, at_s, settings, test }: StripeEvent): Translation {
  if (settings.counts !== 'checkout') return { ignored: 'echo' }
  const status = textAt(object, 'payment_status')
  if (status !== 'paid' && status !== 'no_payment_required') return { ignored: 'not_paid' }
  const isFree = textAt(object, 'amount_total') === '0'
  if (textAt(object, 'mode') === 'setup' || (textAt(object, 'mode') === 'subscription' && isFree)) {
    return { ignored: 'not_paid', detail: 'Nothing was paid: a trial, or a card that is kept.' }
  }
  return sale(object, { at_s, settings, test, value: 'amount_total', name: 'Purchase' })
}

function payment({ object, at_s, settings, test }: StripeEvent): Translation {
  if (settings.counts !== 'payment_intents' || textAt(object, 'invoice')) {
    return { ignored: 'echo' }
  }
  return sale(object, { at_s, settings, test, value: 'amount_received', name: 'Purchase' })
}

function invoice({ object, at_s, settings, test }: StripeEvent): Translation {
  const isRenewal = textAt(object, 'billing_reason') === 'subscription_cycle'
  const isFree = textAt(object, 'amount_paid') === '0'
  if (isFree) return { ignored: 'not_paid', detail: 'Nothing was paid.' }
  if (isRenewal && settings.renewals === 'ignore') return { ignored: 'renewal' }
  if (!isRenewal && settings.counts !== 'invoices') {
    // The session of the sale knows the invoice, the refund the payment: this joins the two.
    const fact: OrderFact = { kind: 'order', refs: refsIn(object), echo: true, ...test }
    return fact.refs.length > 1 ? { facts: [fact] } : { ignored: 'echo' }
  }
  const name = isRenewal ? renewalName(settings.renewals) : 'Purchase'
  return sale(object, { at_s, settings, test, value: 'amount_paid', name })
}

interface Sale extends Pick<StripeEvent, 'at_s' | 'settings' | 'test'> {
  /** Where the amount stands. */
  readonly value: string
  readonly name: string
}

function sale(object: Tree, { at_s, settings, test, value, name }: Sale): Translation {
  const refs = refsIn(object)
  const isRenewal = name === 'Renewal' || textAt(object, 'billing_reason') === 'subscription_cycle'
  const whole = carriedBy(object)
  // Metadata of a subscription is that of its first sale: nobody's page sent it with this one.
  const carried = isRenewal ? {} : whole
  const order = carried.order_id ?? textAt(object, 'id')
  if (!order) return { failed: 'incomplete', detail: 'data.object.id is missing.' }
  const orderId = `${settings.order_prefix}${order}`
  const purchase = purchaseOf({
    name,
    orderId,
    at_s,
    actionSource: isRenewal ? 'system_generated' : 'website',
    url: returnPage(object),
    person: personIn(object),
    carried,
    value: majorIn(object, value),
    currency: textAt(object, 'currency'),
    items: [],
  })
  if (!purchase) return { failed: 'incomplete', detail: `${value} and currency are missing.` }
  const consent = whole.consent ? { consent: whole.consent } : {}
  const tokens = [textAt(object, 'client_reference_id'), textAt(object, 'id')]
  const found = isRenewal ? undefined : trailOf({ tokens, carried })
  const trail = found ? { trail: found } : {}
  return {
    facts: [{ kind: 'order', refs, order_id: orderId, purchase, ...test, ...consent, ...trail }],
  }
}

/** The sum so far, of every refund of the charge. */
function refundedCharge({ object, at_s, test }: StripeEvent): Translation {
  const amount = majorIn(object, 'amount_refunded')
  const currency = textAt(object, 'currency')?.toUpperCase()
  const refs = refsIn(object)
  if (!amount || !currency || refs.length === 0) {
    return { failed: 'incomplete', detail: 'amount_refunded, currency or payment are missing.' }
  }
  const refunded = { id: 'sum', amount, currency, at_s }
  return { facts: [{ kind: 'order', refs, refunded, ...test }] }
}

function refund({ object, at_s, test }: StripeEvent): Translation {
  if (textAt(object, 'status') !== 'succeeded') {
    return { ignored: 'nothing_new', detail: 'The refund has not gone through.' }
  }
  const one = amountOf(object, at_s)
  const refs = refsIn(object).slice(1)
  if (!one || refs.length === 0) {
    return { failed: 'incomplete', detail: 'amount, currency or payment are missing.' }
  }
  return { facts: [{ kind: 'order', refs, refunds: [one], ...test }] }
}

function dispute({ object, at_s, test }: StripeEvent): Translation {
  const one = amountOf(object, at_s)
  const refs = refsIn(object).slice(1)
  if (!one || refs.length === 0) {
    return { failed: 'incomplete', detail: 'amount, currency or payment are missing.' }
  }
  return { facts: [{ kind: 'order', refs, chargebacks: [one], ...test }] }
}

function amountOf(object: Tree, at_s: number) {
  const id = textAt(object, 'id')
  const amount = majorIn(object, 'amount')
  const currency = textAt(object, 'currency')?.toUpperCase()
  return id && amount && currency ? { id, amount, currency, at_s } : undefined
}
