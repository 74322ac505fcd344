/** Events of Stripe in their documented shape, for the examples and the tests of the source. */

export interface StripeEventInput {
  readonly id?: string
  readonly type?: string
  readonly created?: number
  readonly livemode?: boolean
  readonly object: Readonly<Record<string, unknown>>
}

/** The JSON of an event. */
export function stripeEvent({
  id = 'evt_1',
  type = 'checkout.session.completed',
  created = 1_772_460_000,
  livemode = true,
  object,
}: StripeEventInput): string {
  const data = { object }
  return JSON.stringify({
    id,
    object: 'event',
    api_version: '2025-09-30',
    created,
    livemode,
    type,
    data,
  })
}

export const stripeSession = (more: Readonly<Record<string, unknown>> = {}) => ({
  id: 'cs_live_a1',
  object: 'checkout.session',
  mode: 'payment',
  payment_status: 'paid',
  status: 'complete',
  amount_total: 5990,
  currency: 'eur',
  payment_intent: 'pi_1',
  invoice: null,
  customer: 'cus_9',
  client_reference_id: 'visitor-77',
  success_url: 'https://shop.example/thanks?session={CHECKOUT_SESSION_ID}',
  customer_details: {
    email: 'max@example.com',
    name: 'Max van Damme',
    phone: '+31612345678',
    address: { city: 'Utrecht', state: null, postal_code: '3511', country: 'NL' },
  },
  metadata: {
    twofold_fbp: 'fb.1.1772400000000.5555555555',
    twofold_ip: '198.51.100.23',
    twofold_ua: 'Mozilla/5.0 (X11) Chrome/147.0',
    twofold_consent: 'granted',
  },
  ...more,
})

export const stripeCharge = (more: Readonly<Record<string, unknown>> = {}) => ({
  id: 'ch_1',
  object: 'charge',
  amount: 5990,
  amount_refunded: 1000,
  currency: 'eur',
  payment_intent: 'pi_1',
  ...more,
})

export const stripeInvoice = (more: Readonly<Record<string, unknown>> = {}) => ({
  id: 'in_2',
  object: 'invoice',
  billing_reason: 'subscription_cycle',
  amount_paid: 1200,
  currency: 'usd',
  customer: 'cus_9',
  customer_email: 'max@example.com',
  customer_name: 'Max van Damme',
  payments: { data: [{ payment: { type: 'payment_intent', payment_intent: 'pi_2' } }] },
  ...more,
})
