/** Examples of Google Tag Manager server: tests and docs. Times are UTC. */
import type { Example } from './source.ts'

export const googleTagExamples: readonly Example[] = [
  {
    title: 'A purchase of GA4',
    settings: {},
    body: {
      event_name: 'purchase',
      event_id: 'e-1',
      transaction_id: '17',
      value: 59.9,
      currency: 'EUR',
      page_location: 'https://shop.example/thanks',
      ip_override: '203.0.113.9',
      user_agent: 'Mozilla/5.0 Firefox/128.0',
      'x-fb-ck-fbp': 'fb.1.1772400000000.42',
      user_data: {
        email_address: 'ann@example.com',
        address: { first_name: 'Ann', postal_code: '10115', country: 'DE' },
      },
      items: [{ item_id: 'p1', quantity: 2, price: 29.95 }],
      event_time: 1772463600,
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
            event_id: 'e-1',
            action_source: 'website',
            event_source_url: 'https://shop.example/thanks',
            user_data: {
              em: ['ann@example.com'],
              fn: ['Ann'],
              zp: ['10115'],
              country: ['de'],
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
    title: 'An event nobody asked for',
    settings: {},
    body: [{ event_name: 'scroll', event_id: 'e-2' }],
    out: { ignored: 'not_mapped' },
  },
]
