/** Examples of Shopify: tests and docs. Times are UTC. */
import { shopifyOrder, shopifyRefund } from './shopify-orders.ts'
import type { Example, Trail } from './source.ts'

/** Where the pages of its checkout may have left what the order lacks. */
const TRAIL: Trail = {
  reported: [
    { event_name: 'InitiateCheckout', event_id: 'initiatecheckout:chk7f' },
    { event_name: 'InitiateCheckout', event_id: 'initiatecheckout:crt2a' },
  ],
  supposed: ['fbc', 'event_source_url'],
}

export const shopifyExamples: readonly Example[] = [
  {
    title: 'A paid order is a Purchase, in the money the buyer saw',
    settings: {},
    headers: {
      'x-shopify-topic': 'orders/paid',
      'x-shopify-shop-domain': 'brewbeans.myshopify.com',
    },
    body: shopifyOrder(),
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['5001'],
          order_id: '5001',
          purchase: {
            event_name: 'Purchase',
            event_time: 1772463600,
            event_id: 'purchase:5001',
            action_source: 'website',
            event_source_url: 'https://brewbeans.example/',
            referrer_url: 'https://l.facebook.com/',
            user_data: {
              em: ['Jo@Example.com'],
              ph: ['+49301234567'],
              fn: ['Jo'],
              ln: ['Bean'],
              ct: ['Berlin'],
              st: ['BE'],
              zp: ['10115'],
              country: ['de'],
              external_id: ['7001'],
              client_ip_address: '203.0.113.9',
              client_user_agent: 'Mozilla/5.0 (iPhone) Safari/604.1',
              fbp: 'fb.1.1772400000000.1234567890',
              fbc: 'fb.1.1772463600000.IwAR0abc',
            },
            custom_data: {
              value: 64.9,
              currency: 'EUR',
              order_id: '5001',
              content_type: 'product',
              content_ids: ['3101'],
              contents: [{ id: '3101', quantity: 2, item_price: 32.45 }],
              num_items: 2,
            },
          },
          trail: TRAIL,
        },
      ],
    },
  },
  {
    title: 'The same in the money of the shop',
    settings: { currency: 'shop', content_id: 'product', order_prefix: 'us-' },
    headers: {
      'x-shopify-topic': 'orders/paid',
      'x-shopify-shop-domain': 'brewbeans.myshopify.com',
    },
    body: shopifyOrder(),
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['5001'],
          order_id: 'us-5001',
          purchase: {
            event_name: 'Purchase',
            event_time: 1772463600,
            event_id: 'purchase:us-5001',
            action_source: 'website',
            event_source_url: 'https://brewbeans.example/',
            referrer_url: 'https://l.facebook.com/',
            user_data: {
              em: ['Jo@Example.com'],
              ph: ['+49301234567'],
              fn: ['Jo'],
              ln: ['Bean'],
              ct: ['Berlin'],
              st: ['BE'],
              zp: ['10115'],
              country: ['de'],
              external_id: ['7001'],
              client_ip_address: '203.0.113.9',
              client_user_agent: 'Mozilla/5.0 (iPhone) Safari/604.1',
              fbp: 'fb.1.1772400000000.1234567890',
              fbc: 'fb.1.1772463600000.IwAR0abc',
            },
            custom_data: {
              value: 70,
              currency: 'USD',
              order_id: 'us-5001',
              content_type: 'product',
              content_ids: ['31'],
              contents: [{ id: '31', quantity: 2, item_price: 35 }],
              num_items: 2,
            },
          },
          trail: TRAIL,
        },
      ],
    },
  },
  {
    title: 'An id that no double holds stays whole; a till has no browser',
    settings: {},
    headers: {
      'x-shopify-topic': 'orders/paid',
      'x-shopify-shop-domain': 'brewbeans.myshopify.com',
    },
    body: shopifyOrder({
      id: '820982911946154508',
      more: {
        source_name: 'pos',
        client_details: null,
        line_items: [],
        landing_site: null,
        note_attributes: [],
      },
    }),
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['820982911946154508'],
          order_id: '820982911946154508',
          purchase: {
            event_name: 'Purchase',
            event_time: 1772463600,
            event_id: 'purchase:820982911946154508',
            action_source: 'physical_store',
            user_data: {
              em: ['Jo@Example.com'],
              ph: ['+49301234567'],
              fn: ['Jo'],
              ln: ['Bean'],
              ct: ['Berlin'],
              st: ['BE'],
              zp: ['10115'],
              country: ['de'],
              external_id: ['7001'],
            },
            custom_data: { value: 64.9, currency: 'EUR', order_id: '820982911946154508' },
          },
        },
      ],
    },
  },
  {
    title: 'An order that is not paid yet',
    settings: {},
    headers: {
      'x-shopify-topic': 'orders/create',
      'x-shopify-shop-domain': 'brewbeans.myshopify.com',
    },
    body: shopifyOrder({ more: { financial_status: 'pending' } }),
    out: { facts: [{ kind: 'order', refs: ['5001'], order_id: '5001' }] },
  },
  {
    title: 'A test order by its gateway',
    settings: {},
    headers: {
      'x-shopify-topic': 'orders/paid',
      'x-shopify-shop-domain': 'brewbeans.myshopify.com',
    },
    body: shopifyOrder({ more: { payment_gateway_names: ['bogus'], line_items: [] } }),
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['5001'],
          order_id: '5001',
          test: true,
          purchase: {
            event_name: 'Purchase',
            event_time: 1772463600,
            event_id: 'purchase:5001',
            action_source: 'website',
            event_source_url: 'https://brewbeans.example/',
            referrer_url: 'https://l.facebook.com/',
            user_data: {
              em: ['Jo@Example.com'],
              ph: ['+49301234567'],
              fn: ['Jo'],
              ln: ['Bean'],
              ct: ['Berlin'],
              st: ['BE'],
              zp: ['10115'],
              country: ['de'],
              external_id: ['7001'],
              client_ip_address: '203.0.113.9',
              client_user_agent: 'Mozilla/5.0 (iPhone) Safari/604.1',
              fbp: 'fb.1.1772400000000.1234567890',
              fbc: 'fb.1.1772463600000.IwAR0abc',
            },
            custom_data: { value: 64.9, currency: 'EUR', order_id: '5001' },
          },
          trail: TRAIL,
        },
      ],
    },
  },
  {
    title: 'A refund names neither its sum nor the customer',
    settings: {},
    headers: {
      'x-shopify-topic': 'refunds/create',
      'x-shopify-shop-domain': 'brewbeans.myshopify.com',
    },
    body: shopifyRefund(),
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['5001'],
          order_id: '5001',
          refunds: [{ id: '900', amount: '10', currency: 'EUR', at_s: 1772539200 }],
        },
      ],
    },
  },
  {
    title: 'A refund that moved no money',
    settings: {},
    headers: {
      'x-shopify-topic': 'refunds/create',
      'x-shopify-shop-domain': 'brewbeans.myshopify.com',
    },
    body: shopifyRefund({ more: { transactions: [] } }),
    out: { ignored: 'nothing_new', detail: 'The refund moved no money.' },
  },
  {
    title: 'A cancelled order that was paid and refunded',
    settings: {},
    headers: {
      'x-shopify-topic': 'orders/cancelled',
      'x-shopify-shop-domain': 'brewbeans.myshopify.com',
    },
    body: shopifyOrder({
      more: {
        financial_status: 'refunded',
        cancelled_at: '2026-03-04T09:00:00Z',
        refunds: [JSON.parse(shopifyRefund({ amount: '64.90' }))],
        line_items: [],
        note_attributes: [],
        landing_site: null,
      },
    }),
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['5001'],
          order_id: '5001',
          purchase: {
            event_name: 'Purchase',
            event_time: 1772463600,
            event_id: 'purchase:5001',
            action_source: 'website',
            event_source_url: 'https://brewbeans.example/',
            referrer_url: 'https://l.facebook.com/',
            user_data: {
              em: ['Jo@Example.com'],
              ph: ['+49301234567'],
              fn: ['Jo'],
              ln: ['Bean'],
              ct: ['Berlin'],
              st: ['BE'],
              zp: ['10115'],
              country: ['de'],
              external_id: ['7001'],
              client_ip_address: '203.0.113.9',
              client_user_agent: 'Mozilla/5.0 (iPhone) Safari/604.1',
            },
            custom_data: { value: 64.9, currency: 'EUR', order_id: '5001' },
          },
          trail: TRAIL,
          refunds: [{ id: '900', amount: '64.9', currency: 'EUR', at_s: 1772539200 }],
          cancelled_at_s: 1772614800,
        },
      ],
    },
  },
  {
    title: 'Uninstalled',
    settings: {},
    headers: {
      'x-shopify-topic': 'app/uninstalled',
      'x-shopify-shop-domain': 'brewbeans.myshopify.com',
    },
    body: '{}',
    out: { ignored: 'topic_not_used' },
  },
]
