/** Examples of WooCommerce: tests and docs. Times are UTC. */

import type { Example, Trail } from './source.ts'
import { wooOrder } from './woocommerce-orders.ts'

/** Where the pages of its checkout may have left what the order lacks. */
const TRAIL: Trail = {
  reported: [{ event_name: 'InitiateCheckout', event_id: 'initiatecheckout:wc_order_k727' }],
  supposed: ['fbc', 'event_source_url'],
}

export const woocommerceExamples: readonly Example[] = [
  {
    title: 'A paid order is a Purchase',
    settings: {},
    headers: {
      'x-wc-webhook-topic': 'order.updated',
      'x-wc-webhook-source': 'https://shop.example/',
    },
    body: wooOrder(),
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['727'],
          order_id: '727',
          purchase: {
            event_name: 'Purchase',
            event_time: 1772463600,
            event_id: 'purchase:727',
            action_source: 'website',
            event_source_url: 'https://shop.example/',
            user_data: {
              em: ['ann@example.com'],
              ph: ['+15555555555'],
              fn: ['Ann'],
              ln: ['Lee'],
              ct: ['San Francisco'],
              st: ['CA'],
              zp: ['94103'],
              country: ['us'],
              external_id: ['26'],
              client_ip_address: '203.0.113.44',
              client_user_agent: 'Mozilla/5.0 (Macintosh) Firefox/128.0',
              fbp: 'fb.1.1772400000000.987654321',
              fbc: 'fb.1.1772463000000.IwAR1xyz',
            },
            custom_data: {
              value: 29.35,
              currency: 'EUR',
              order_id: '727',
              content_type: 'product',
              content_ids: ['93', '23'],
              contents: [
                { id: '93', quantity: 2, item_price: 10 },
                { id: '23', quantity: 1, item_price: 4.658333 },
              ],
              num_items: 3,
            },
          },
          trail: TRAIL,
        },
      ],
    },
  },
  {
    title: 'An order that waits for its payment',
    settings: {},
    headers: {
      'x-wc-webhook-topic': 'order.created',
      'x-wc-webhook-source': 'https://shop.example/',
    },
    body: wooOrder({ status: 'on-hold' }),
    out: { facts: [{ kind: 'order', refs: ['727'], order_id: '727' }] },
  },
  {
    title: 'A checkout that was never finished',
    settings: {},
    headers: {
      'x-wc-webhook-topic': 'order.created',
      'x-wc-webhook-source': 'https://shop.example/',
    },
    body: wooOrder({ status: 'checkout-draft', more: { date_paid_gmt: null } }),
    out: { facts: [{ kind: 'order', refs: ['727'], order_id: '727' }] },
  },
  {
    title: 'Refunds have ids of their own; part of it was paid back',
    settings: {},
    headers: {
      'x-wc-webhook-topic': 'order.updated',
      'x-wc-webhook-source': 'https://shop.example/',
    },
    body: wooOrder({
      more: {
        refunds: [
          { id: 731, reason: '', total: '-10.00' },
          { id: 732, total: '-0.50' },
        ],
        line_items: [],
        meta_data: [],
      },
    }),
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['727'],
          order_id: '727',
          purchase: {
            event_name: 'Purchase',
            event_time: 1772463600,
            event_id: 'purchase:727',
            action_source: 'website',
            event_source_url: 'https://shop.example/',
            user_data: {
              em: ['ann@example.com'],
              ph: ['+15555555555'],
              fn: ['Ann'],
              ln: ['Lee'],
              ct: ['San Francisco'],
              st: ['CA'],
              zp: ['94103'],
              country: ['us'],
              external_id: ['26'],
              client_ip_address: '203.0.113.44',
              client_user_agent: 'Mozilla/5.0 (Macintosh) Firefox/128.0',
            },
            custom_data: { value: 29.35, currency: 'EUR', order_id: '727' },
          },
          trail: TRAIL,
          refunds: [
            { id: '731', amount: '10', currency: 'EUR', at_s: 1772463600 },
            { id: '732', amount: '0.5', currency: 'EUR', at_s: 1772463600 },
          ],
        },
      ],
    },
  },
  {
    title: 'Made by an assistant: no address, no browser of the shopper',
    settings: {},
    headers: {
      'x-wc-webhook-topic': 'order.created',
      'x-wc-webhook-source': 'https://shop.example/',
    },
    body: wooOrder({
      status: 'completed',
      more: { created_via: 'admin', customer_ip_address: '10.0.0.7', line_items: [] },
    }),
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['727'],
          order_id: '727',
          purchase: {
            event_name: 'Purchase',
            event_time: 1772463600,
            event_id: 'purchase:727',
            action_source: 'system_generated',
            user_data: {
              em: ['ann@example.com'],
              ph: ['+15555555555'],
              fn: ['Ann'],
              ln: ['Lee'],
              ct: ['San Francisco'],
              st: ['CA'],
              zp: ['94103'],
              country: ['us'],
              external_id: ['26'],
            },
            custom_data: { value: 29.35, currency: 'EUR', order_id: '727' },
          },
        },
      ],
    },
  },
  {
    title: 'A renewal is a copy of the first order and has none of its clicks',
    settings: {},
    headers: {
      'x-wc-webhook-topic': 'order.updated',
      'x-wc-webhook-source': 'https://shop.example/',
    },
    body: wooOrder({ id: 900, more: { created_via: 'subscription', line_items: [] } }),
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['900'],
          order_id: '900',
          purchase: {
            event_name: 'Renewal',
            event_time: 1772463600,
            event_id: 'renewal:900',
            action_source: 'system_generated',
            user_data: {
              em: ['ann@example.com'],
              ph: ['+15555555555'],
              fn: ['Ann'],
              ln: ['Lee'],
              ct: ['San Francisco'],
              st: ['CA'],
              zp: ['94103'],
              country: ['us'],
              external_id: ['26'],
            },
            custom_data: { value: 29.35, currency: 'EUR', order_id: '900' },
          },
        },
      ],
    },
  },
  {
    title: 'Cancelled before it was paid',
    settings: {},
    headers: {
      'x-wc-webhook-topic': 'order.updated',
      'x-wc-webhook-source': 'https://shop.example/',
    },
    body: wooOrder({ status: 'cancelled', more: { date_paid_gmt: null, line_items: [] } }),
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['727'],
          order_id: '727',
          cancelled_at_s: 1772463600,
          user_data: {
            em: ['ann@example.com'],
            ph: ['+15555555555'],
            fn: ['Ann'],
            ln: ['Lee'],
            ct: ['San Francisco'],
            st: ['CA'],
            zp: ['94103'],
            country: ['us'],
            external_id: ['26'],
            client_ip_address: '203.0.113.44',
            client_user_agent: 'Mozilla/5.0 (Macintosh) Firefox/128.0',
            fbp: 'fb.1.1772400000000.987654321',
            fbc: 'fb.1.1772463000000.IwAR1xyz',
          },
        },
      ],
    },
  },
  {
    title: 'A product was changed',
    settings: {},
    headers: {
      'x-wc-webhook-topic': 'product.updated',
      'x-wc-webhook-source': 'https://shop.example/',
    },
    body: '{}',
    out: { ignored: 'topic_not_used' },
  },
]
