/** Examples of Stripe: tests and docs. Times are UTC. */

import type { Example, Trail } from './source.ts'
import { stripeCharge, stripeEvent, stripeInvoice, stripeSession } from './stripe-events.ts'

/** Where the pages that led to the payment may have left what it lacks. */
const trail = (...tokens: readonly string[]): Trail => ({
  reported: tokens.map((token) => ({
    event_name: 'InitiateCheckout',
    event_id: `initiatecheckout:${token}`,
  })),
})

export const stripeExamples: readonly Example[] = [
  {
    title: 'A paid Checkout session is a Purchase',
    settings: {},
    body: stripeEvent({ object: stripeSession() }),
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['cs_live_a1', 'pi_1'],
          order_id: 'cs_live_a1',
          purchase: {
            event_name: 'Purchase',
            event_time: 1772460000,
            event_id: 'purchase:cs_live_a1',
            action_source: 'website',
            event_source_url: 'https://shop.example/thanks',
            user_data: {
              em: ['max@example.com'],
              ph: ['+31612345678'],
              fn: ['Max van'],
              ln: ['Damme'],
              ct: ['Utrecht'],
              zp: ['3511'],
              country: ['nl'],
              external_id: ['visitor-77', 'cus_9'],
              client_ip_address: '198.51.100.23',
              client_user_agent: 'Mozilla/5.0 (X11) Chrome/147.0',
              fbp: 'fb.1.1772400000000.5555555555',
            },
            custom_data: { value: 59.9, currency: 'EUR', order_id: 'cs_live_a1' },
          },
          trail: trail('visitor-77', 'cs_live_a1'),
          consent: 'granted',
        },
      ],
    },
  },
  {
    title: 'Yen have no hundredths',
    settings: {},
    body: stripeEvent({
      object: stripeSession({ currency: 'jpy', metadata: { order_id: 'A-1' } }),
    }),
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['cs_live_a1', 'pi_1'],
          order_id: 'A-1',
          purchase: {
            event_name: 'Purchase',
            event_time: 1772460000,
            event_id: 'purchase:A-1',
            action_source: 'website',
            event_source_url: 'https://shop.example/thanks',
            user_data: {
              em: ['max@example.com'],
              ph: ['+31612345678'],
              fn: ['Max van'],
              ln: ['Damme'],
              ct: ['Utrecht'],
              zp: ['3511'],
              country: ['nl'],
              external_id: ['visitor-77', 'cus_9'],
            },
            custom_data: { value: 5990, currency: 'JPY', order_id: 'A-1' },
          },
          trail: trail('visitor-77', 'cs_live_a1'),
        },
      ],
    },
  },
  {
    title: 'Dinars have a thousand',
    settings: {},
    body: stripeEvent({ object: stripeSession({ currency: 'kwd', metadata: {} }) }),
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['cs_live_a1', 'pi_1'],
          order_id: 'cs_live_a1',
          purchase: {
            event_name: 'Purchase',
            event_time: 1772460000,
            event_id: 'purchase:cs_live_a1',
            action_source: 'website',
            event_source_url: 'https://shop.example/thanks',
            user_data: {
              em: ['max@example.com'],
              ph: ['+31612345678'],
              fn: ['Max van'],
              ln: ['Damme'],
              ct: ['Utrecht'],
              zp: ['3511'],
              country: ['nl'],
              external_id: ['visitor-77', 'cus_9'],
            },
            custom_data: { value: 5.99, currency: 'KWD', order_id: 'cs_live_a1' },
          },
          trail: trail('visitor-77', 'cs_live_a1'),
        },
      ],
    },
  },
  {
    title: 'A payment method that takes days: not yet',
    settings: {},
    body: stripeEvent({ object: stripeSession({ payment_status: 'unpaid' }) }),
    out: { ignored: 'not_paid' },
  },
  {
    title: 'The payment of a session is an echo of it',
    settings: {},
    body: stripeEvent({
      type: 'payment_intent.succeeded',
      object: { id: 'pi_1', object: 'payment_intent', amount_received: 5990, currency: 'eur' },
    }),
    out: { ignored: 'echo' },
  },
  {
    title: 'With a form of your own the payment counts',
    settings: { counts: 'payment_intents' },
    body: stripeEvent({
      type: 'payment_intent.succeeded',
      object: {
        id: 'pi_3',
        object: 'payment_intent',
        amount_received: 5990,
        currency: 'eur',
        receipt_email: 'max@example.com',
        metadata: { twofold_url: 'https://shop.example/pay?x=1' },
        latest_charge: 'ch_3',
        shipping: { name: 'Max', address: { city: 'Utrecht', country: 'NL' } },
      },
    }),
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['pi_3', 'ch_3'],
          order_id: 'pi_3',
          purchase: {
            event_name: 'Purchase',
            event_time: 1772460000,
            event_id: 'purchase:pi_3',
            action_source: 'website',
            event_source_url: 'https://shop.example/pay',
            user_data: { em: ['max@example.com'], fn: ['Max'], ct: ['Utrecht'], country: ['nl'] },
            custom_data: { value: 59.9, currency: 'EUR', order_id: 'pi_3' },
          },
          trail: trail('pi_3'),
        },
      ],
    },
  },
  {
    title: 'A refund is told as the sum so far',
    settings: {},
    body: stripeEvent({ type: 'charge.refunded', object: stripeCharge() }),
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['ch_1', 'pi_1'],
          refunded: { id: 'sum', amount: '10', currency: 'EUR', at_s: 1772460000 },
        },
      ],
    },
  },
  {
    title: 'A refund by itself',
    settings: {},
    body: stripeEvent({
      type: 'refund.created',
      object: {
        id: 're_1',
        amount: 1000,
        currency: 'eur',
        charge: 'ch_1',
        payment_intent: 'pi_1',
        status: 'succeeded',
      },
    }),
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['pi_1', 'ch_1'],
          refunds: [{ id: 're_1', amount: '10', currency: 'EUR', at_s: 1772460000 }],
        },
      ],
    },
  },
  {
    title: 'A dispute is a Chargeback',
    settings: {},
    body: stripeEvent({
      type: 'charge.dispute.created',
      object: {
        id: 'dp_1',
        amount: 5990,
        currency: 'eur',
        charge: 'ch_1',
        payment_intent: 'pi_1',
        status: 'needs_response',
      },
    }),
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['pi_1', 'ch_1'],
          chargebacks: [{ id: 'dp_1', amount: '59.9', currency: 'EUR', at_s: 1772460000 }],
        },
      ],
    },
  },
  {
    title: 'A renewal is an event of its own',
    settings: {},
    body: stripeEvent({ type: 'invoice.paid', object: stripeInvoice() }),
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['in_2', 'pi_2'],
          order_id: 'in_2',
          purchase: {
            event_name: 'Renewal',
            event_time: 1772460000,
            event_id: 'renewal:in_2',
            action_source: 'system_generated',
            user_data: {
              em: ['max@example.com'],
              fn: ['Max van'],
              ln: ['Damme'],
              external_id: ['cus_9'],
            },
            custom_data: { value: 12, currency: 'USD', order_id: 'in_2' },
          },
        },
      ],
    },
  },
  {
    title: 'The first invoice of a session only joins names',
    settings: {},
    body: stripeEvent({
      type: 'invoice.paid',
      object: stripeInvoice({ billing_reason: 'subscription_create' }),
    }),
    out: { facts: [{ kind: 'order', refs: ['in_2', 'pi_2'], echo: true }] },
  },
  {
    title: 'A subscription that begins with a trial',
    settings: {},
    body: stripeEvent({
      type: 'customer.subscription.created',
      object: {
        id: 'sub_1',
        status: 'trialing',
        currency: 'usd',
        customer: 'cus_9',
        items: { data: [{ quantity: 2, price: { unit_amount: 600, currency: 'usd' } }] },
      },
    }),
    out: {
      facts: [
        {
          kind: 'event',
          once: 'StartTrial sub_1',
          event: {
            event_name: 'StartTrial',
            event_time: 1772460000,
            event_id: 'starttrial:sub_1',
            action_source: 'website',
            user_data: { external_id: ['cus_9'] },
            custom_data: { value: 12, currency: 'USD' },
          },
        },
      ],
    },
  },
  {
    title: 'Test mode',
    settings: {},
    body: stripeEvent({ livemode: false, object: stripeSession({ metadata: {} }) }),
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['cs_live_a1', 'pi_1'],
          order_id: 'cs_live_a1',
          purchase: {
            event_name: 'Purchase',
            event_time: 1772460000,
            event_id: 'purchase:cs_live_a1',
            action_source: 'website',
            event_source_url: 'https://shop.example/thanks',
            user_data: {
              em: ['max@example.com'],
              ph: ['+31612345678'],
              fn: ['Max van'],
              ln: ['Damme'],
              ct: ['Utrecht'],
              zp: ['3511'],
              country: ['nl'],
              external_id: ['visitor-77', 'cus_9'],
            },
            custom_data: { value: 59.9, currency: 'EUR', order_id: 'cs_live_a1' },
          },
          trail: trail('visitor-77', 'cs_live_a1'),
          test: true,
        },
      ],
    },
  },
]
