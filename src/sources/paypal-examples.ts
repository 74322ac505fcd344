/** Examples of PayPal: tests and docs. Times are UTC. */
import type { Example } from './source.ts'

export const paypalExamples: readonly Example[] = [
  {
    title: 'A captured payment',
    settings: {},
    body: {
      id: 'WH-1',
      event_type: 'PAYMENT.CAPTURE.COMPLETED',
      create_time: '2026-03-02T15:00:05Z',
      resource: {
        id: '42311647XV020574X',
        amount: { currency_code: 'USD', value: '60.99' },
        invoice_id: 'INV-17',
        status: 'COMPLETED',
        supplementary_data: { related_ids: { order_id: '5O190127TN364715T' } },
        create_time: '2026-03-02T15:00:00Z',
      },
    },
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['42311647XV020574X', '5O190127TN364715T'],
          order_id: 'INV-17',
          purchase: {
            event_name: 'Purchase',
            event_time: 1772463600,
            event_id: 'purchase:INV-17',
            action_source: 'website',
            user_data: {},
            custom_data: { value: 60.99, currency: 'USD', order_id: 'INV-17' },
          },
        },
      ],
    },
  },
  {
    title: 'With the credentials of an app: who paid is asked for',
    settings: { client_id: 'the-app', client_secret: 'its-secret' },
    body: {
      id: 'WH-2',
      event_type: 'PAYMENT.CAPTURE.COMPLETED',
      create_time: '2026-03-02T15:00:05Z',
      resource: {
        id: '42311647XV020574X',
        amount: { currency_code: 'USD', value: '60.99' },
        supplementary_data: { related_ids: { order_id: '5O190127TN364715T' } },
        create_time: '2026-03-02T15:00:00Z',
      },
    },
    fetched: {
      token: { access_token: 'A21AA', expires_in: 31000 },
      order: {
        payer: {
          payer_id: 'QYR5Z8XDVJNXQ',
          email_address: 'ann@example.com',
          name: { given_name: 'Ann', surname: 'Lee' },
        },
        purchase_units: [
          {
            shipping: {
              address: {
                admin_area_2: 'San Jose',
                admin_area_1: 'CA',
                postal_code: '95131',
                country_code: 'US',
              },
            },
            items: [{ sku: 'B-1', quantity: '1', unit_amount: { value: '60.99' } }],
          },
        ],
      },
    },
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['42311647XV020574X', '5O190127TN364715T'],
          order_id: '5O190127TN364715T',
          purchase: {
            event_name: 'Purchase',
            event_time: 1772463600,
            event_id: 'purchase:5O190127TN364715T',
            action_source: 'website',
            user_data: {
              em: ['ann@example.com'],
              fn: ['Ann'],
              ln: ['Lee'],
              ct: ['San Jose'],
              st: ['CA'],
              zp: ['95131'],
              country: ['us'],
              external_id: ['QYR5Z8XDVJNXQ'],
            },
            custom_data: {
              value: 60.99,
              currency: 'USD',
              order_id: '5O190127TN364715T',
              content_type: 'product',
              content_ids: ['B-1'],
              contents: [{ id: 'B-1', quantity: 1, item_price: 60.99 }],
              num_items: 1,
            },
          },
        },
      ],
    },
  },
  {
    title: 'An order that is only approved',
    settings: {},
    body: {
      id: 'WH-1',
      event_type: 'CHECKOUT.ORDER.APPROVED',
      create_time: '2026-03-02T15:00:05Z',
      resource: { id: '5O190127TN364715T' },
    },
    out: { ignored: 'topic_not_used' },
  },
  {
    title: 'A refund names its capture by a link',
    settings: {},
    body: {
      id: 'WH-1',
      event_type: 'PAYMENT.CAPTURE.REFUNDED',
      create_time: '2026-03-02T15:00:05Z',
      resource: {
        id: '1JU08902781691411',
        amount: { currency_code: 'USD', value: '10.00' },
        create_time: '2026-03-03T15:00:00Z',
        links: [
          { rel: 'self', href: 'https://api.paypal.com/v2/payments/refunds/1JU08902781691411' },
          { rel: 'up', href: 'https://api.paypal.com/v2/payments/captures/42311647XV020574X' },
        ],
      },
    },
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['42311647XV020574X'],
          refunds: [
            { id: '1JU08902781691411', amount: '10.00', currency: 'USD', at_s: 1772550000 },
          ],
        },
      ],
    },
  },
]
