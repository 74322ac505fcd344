/** Examples of Webflow: tests and docs. Times are UTC. */
import type { Example } from './source.ts'

export const webflowExamples: readonly Example[] = [
  {
    title: 'A form is a lead; a number can be a phone',
    settings: {},
    body: {
      triggerType: 'form_submission',
      payload: {
        name: 'Contact us',
        siteId: '65',
        data: {
          'First Name': 'Ann',
          'Email 2': 'ann@example.com',
          'Phone Number': 15550100000,
          twofold_fbp: 'fb.1.1772400000000.42',
        },
        submittedAt: '2026-03-02T15:00:00Z',
        id: 'sub_1',
        formId: 'f_1',
      },
    },
    out: {
      facts: [
        {
          kind: 'event',
          once: 'Lead sub_1',
          event: {
            event_name: 'Lead',
            event_time: 1772463600,
            event_id: 'lead:sub_1',
            action_source: 'website',
            user_data: {
              em: ['ann@example.com'],
              ph: ['15550100000'],
              fn: ['Ann'],
              fbp: 'fb.1.1772400000000.42',
            },
            custom_data: { content_name: 'Contact us' },
          },
        },
      ],
    },
  },
  {
    title: 'An order: 6099 are cents, and what was paid counts',
    settings: {},
    body: {
      triggerType: 'ecomm_new_order',
      payload: {
        orderId: 'fc7-128',
        status: 'unfulfilled',
        acceptedOn: '2026-03-02T15:00:00Z',
        refundedOn: null,
        customerPaid: { unit: 'USD', value: 6099, string: '$60.99' },
        totals: { total: { unit: 'USD', value: 6122 } },
        purchasedItems: [
          {
            productId: 'p1',
            variantId: 'v1',
            count: 1,
            variantPrice: { unit: 'USD', value: 5500 },
          },
        ],
        customerInfo: { fullName: 'Ann Lee', email: 'ann@example.com' },
        allAddresses: [{ city: 'Boston', state: 'MA', postalCode: '02101', country: 'US' }],
        customData: [{ name: 'twofold_fbc', textInput: 'fb.1.1772400000000.IwAR' }],
      },
    },
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['fc7-128'],
          order_id: 'fc7-128',
          purchase: {
            event_name: 'Purchase',
            event_time: 1772463600,
            event_id: 'purchase:fc7-128',
            action_source: 'website',
            user_data: {
              em: ['ann@example.com'],
              fn: ['Ann'],
              ln: ['Lee'],
              ct: ['Boston'],
              st: ['MA'],
              zp: ['02101'],
              country: ['us'],
              fbc: 'fb.1.1772400000000.IwAR',
            },
            custom_data: {
              value: 60.99,
              currency: 'USD',
              order_id: 'fc7-128',
              content_type: 'product',
              content_ids: ['v1'],
              contents: [{ id: 'v1', quantity: 1, item_price: 55 }],
              num_items: 1,
            },
          },
        },
      ],
    },
  },
  {
    title: 'An order that is paid later',
    settings: {},
    body: {
      triggerType: 'ecomm_new_order',
      payload: {
        orderId: 'fc7-128',
        status: 'pending',
        acceptedOn: '2026-03-02T15:00:00Z',
        refundedOn: null,
        customerPaid: { unit: 'USD', value: 6099, string: '$60.99' },
        totals: { total: { unit: 'USD', value: 6122 } },
        purchasedItems: [
          {
            productId: 'p1',
            variantId: 'v1',
            count: 1,
            variantPrice: { unit: 'USD', value: 5500 },
          },
        ],
        customerInfo: { fullName: 'Ann Lee', email: 'ann@example.com' },
        allAddresses: [{ city: 'Boston', state: 'MA', postalCode: '02101', country: 'US' }],
        customData: [{ name: 'twofold_fbc', textInput: 'fb.1.1772400000000.IwAR' }],
      },
    },
    out: { facts: [{ kind: 'order', refs: ['fc7-128'], order_id: 'fc7-128' }] },
  },
  {
    title: 'An order that was refunded',
    settings: {},
    body: {
      triggerType: 'ecomm_order_changed',
      payload: {
        orderId: 'fc7-128',
        status: 'refunded',
        acceptedOn: '2026-03-02T15:00:00Z',
        refundedOn: '2026-03-04T10:00:00Z',
        customerPaid: { unit: 'USD', value: 6099, string: '$60.99' },
        totals: { total: { unit: 'USD', value: 6122 } },
        purchasedItems: [
          {
            productId: 'p1',
            variantId: 'v1',
            count: 1,
            variantPrice: { unit: 'USD', value: 5500 },
          },
        ],
        customerInfo: { fullName: 'Ann Lee', email: 'ann@example.com' },
        allAddresses: [{ city: 'Boston', state: 'MA', postalCode: '02101', country: 'US' }],
        customData: [{ name: 'twofold_fbc', textInput: 'fb.1.1772400000000.IwAR' }],
      },
    },
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['fc7-128'],
          order_id: 'fc7-128',
          purchase: {
            event_name: 'Purchase',
            event_time: 1772463600,
            event_id: 'purchase:fc7-128',
            action_source: 'website',
            user_data: {
              em: ['ann@example.com'],
              fn: ['Ann'],
              ln: ['Lee'],
              ct: ['Boston'],
              st: ['MA'],
              zp: ['02101'],
              country: ['us'],
              fbc: 'fb.1.1772400000000.IwAR',
            },
            custom_data: {
              value: 60.99,
              currency: 'USD',
              order_id: 'fc7-128',
              content_type: 'product',
              content_ids: ['v1'],
              contents: [{ id: 'v1', quantity: 1, item_price: 55 }],
              num_items: 1,
            },
          },
          refunded: { id: 'fc7-128', amount: '60.99', currency: 'USD', at_s: 1772618400 },
        },
      ],
    },
  },
]
