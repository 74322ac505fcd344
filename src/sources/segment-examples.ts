/** Examples of Segment, or another CDP: tests and docs. Times are UTC. */
import type { Example } from './source.ts'

export const segmentExamples: readonly Example[] = [
  {
    title: 'Order Completed is a Purchase, under its messageId',
    settings: {},
    body: {
      type: 'track',
      messageId: 'm-1',
      anonymousId: 'a-1',
      userId: 'u-1',
      event: 'Order Completed',
      timestamp: '2026-03-02T15:00:00.000Z',
      context: {
        ip: '203.0.113.9',
        userAgent: 'Mozilla/5.0 Firefox/128.0',
        page: { url: 'https://shop.example/thanks', referrer: 'https://shop.example/cart' },
        traits: { email: 'ann@example.com' },
        clientIds: { fbp: 'fb.1.1772400000000.42' },
      },
      properties: {
        order_id: '17',
        total: 59.9,
        currency: 'eur',
        products: [{ product_id: 'p1', price: 29.95, quantity: 2 }],
      },
    },
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['17'],
          order_id: '17',
          purchase: {
            event_name: 'Purchase',
            event_time: 1772463600,
            event_id: 'm-1',
            action_source: 'website',
            event_source_url: 'https://shop.example/thanks',
            referrer_url: 'https://shop.example/cart',
            user_data: {
              em: ['ann@example.com'],
              external_id: ['u-1', 'a-1'],
              client_ip_address: '203.0.113.9',
              client_user_agent: 'Mozilla/5.0 Firefox/128.0',
              fbp: 'fb.1.1772400000000.42',
            },
            custom_data: {
              value: 59.9,
              currency: 'EUR',
              order_id: '17',
              content_type: 'product',
              content_ids: ['p1'],
              contents: [{ id: 'p1', quantity: 2, item_price: 29.95 }],
            },
          },
        },
      ],
    },
  },
  {
    title: 'A device whose clock is wrong',
    settings: {},
    body: {
      type: 'track',
      messageId: 'm-2',
      anonymousId: 'a-1',
      event: 'Signed Up',
      originalTimestamp: '2026-03-02T13:00:00Z',
      sentAt: '2026-03-02T13:00:10Z',
    },
    out: {
      facts: [
        {
          kind: 'event',
          once: 'm-2',
          event: {
            event_name: 'CompleteRegistration',
            event_time: 1772460090,
            event_id: 'm-2',
            action_source: 'website',
            user_data: { external_id: ['a-1'] },
            custom_data: {},
          },
        },
      ],
    },
  },
  {
    title: 'A refund of an order',
    settings: {},
    body: {
      type: 'track',
      messageId: 'm-3',
      event: 'Order Refunded',
      timestamp: '2026-03-03T15:00:00Z',
      properties: { order_id: '17', total: 10, currency: 'EUR' },
    },
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['17'],
          order_id: '17',
          refunds: [{ id: 'm-3', amount: '10', currency: 'EUR', at_s: 1772550000 }],
        },
      ],
    },
  },
  {
    title: 'Who somebody is, is no event',
    settings: {},
    body: {
      batch: [
        { type: 'identify', messageId: 'm-4', userId: 'u-1', traits: { email: 'ann@example.com' } },
      ],
    },
    out: { ignored: 'not_mapped' },
  },
]
