/** Examples of PrestaShop: tests and docs. Times are UTC. */
import type { Example } from './source.ts'

export const prestashopExamples: readonly Example[] = [
  {
    title: 'A paid order, tax included',
    settings: {},
    body: {
      order: {
        id: 17,
        reference: 'XKBKNABJK',
        paid: 1,
        date_add: '2026-03-02 15:00:00',
        total_paid_tax_incl: '59.900000',
        products: [
          {
            product_id: 1,
            product_attribute_id: 2,
            product_quantity: 2,
            unit_price_tax_incl: 29.95,
          },
        ],
      },
      currency: { iso_code: 'EUR' },
      customer: { id: 3, email: 'ann@example.com', firstname: 'Ann', lastname: 'Lee' },
      address: { phone: '030 1234567', city: 'Berlin', postcode: '10115', country_iso_code: 'DE' },
      context: {
        ip: '203.0.113.9',
        user_agent: 'Mozilla/5.0 Firefox/128.0',
        url: 'https://shop.example/order-confirmation?id=17',
        _fbp: 'fb.1.1772400000000.42',
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
            event_id: 'purchase:17',
            action_source: 'website',
            event_source_url: 'https://shop.example/order-confirmation',
            user_data: {
              em: ['ann@example.com'],
              ph: ['+49301234567'],
              fn: ['Ann'],
              ln: ['Lee'],
              ct: ['Berlin'],
              zp: ['10115'],
              country: ['de'],
              external_id: ['3'],
              client_ip_address: '203.0.113.9',
              client_user_agent: 'Mozilla/5.0 Firefox/128.0',
              fbp: 'fb.1.1772400000000.42',
            },
            custom_data: {
              value: 59.9,
              currency: 'EUR',
              order_id: '17',
              content_type: 'product',
              content_ids: ['1-2'],
              contents: [{ id: '1-2', quantity: 2, item_price: 29.95 }],
              num_items: 2,
            },
          },
        },
      ],
    },
  },
  {
    title: 'An order that waits for its payment',
    settings: {},
    body: {
      order: {
        id: 17,
        reference: 'XKBKNABJK',
        paid: 0,
        date_add: '2026-03-02 15:00:00',
        total_paid_tax_incl: '59.900000',
        products: [
          {
            product_id: 1,
            product_attribute_id: 2,
            product_quantity: 2,
            unit_price_tax_incl: 29.95,
          },
        ],
      },
      currency: { iso_code: 'EUR' },
      customer: { id: 3, email: 'ann@example.com', firstname: 'Ann', lastname: 'Lee' },
      address: { phone: '030 1234567', city: 'Berlin', postcode: '10115', country_iso_code: 'DE' },
      context: {
        ip: '203.0.113.9',
        user_agent: 'Mozilla/5.0 Firefox/128.0',
        url: 'https://shop.example/order-confirmation?id=17',
        _fbp: 'fb.1.1772400000000.42',
      },
    },
    out: { facts: [{ kind: 'order', refs: ['17'], order_id: '17' }] },
  },
  {
    title: 'A credit slip',
    settings: {},
    body: {
      order: {
        id: 17,
        reference: 'XKBKNABJK',
        paid: 1,
        date_add: '2026-03-02 15:00:00',
        total_paid_tax_incl: '59.900000',
        products: [
          {
            product_id: 1,
            product_attribute_id: 2,
            product_quantity: 2,
            unit_price_tax_incl: 29.95,
          },
        ],
      },
      currency: { iso_code: 'EUR' },
      customer: { id: 3, email: 'ann@example.com', firstname: 'Ann', lastname: 'Lee' },
      address: { phone: '030 1234567', city: 'Berlin', postcode: '10115', country_iso_code: 'DE' },
      context: {
        ip: '203.0.113.9',
        user_agent: 'Mozilla/5.0 Firefox/128.0',
        url: 'https://shop.example/order-confirmation?id=17',
        _fbp: 'fb.1.1772400000000.42',
      },
      slips: [{ id: 4, amount: '10.00', date_add: '2026-03-03 15:00:00' }],
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
            event_id: 'purchase:17',
            action_source: 'website',
            event_source_url: 'https://shop.example/order-confirmation',
            user_data: {
              em: ['ann@example.com'],
              ph: ['+49301234567'],
              fn: ['Ann'],
              ln: ['Lee'],
              ct: ['Berlin'],
              zp: ['10115'],
              country: ['de'],
              external_id: ['3'],
              client_ip_address: '203.0.113.9',
              client_user_agent: 'Mozilla/5.0 Firefox/128.0',
              fbp: 'fb.1.1772400000000.42',
            },
            custom_data: {
              value: 59.9,
              currency: 'EUR',
              order_id: '17',
              content_type: 'product',
              content_ids: ['1-2'],
              contents: [{ id: '1-2', quantity: 2, item_price: 29.95 }],
              num_items: 2,
            },
          },
          refunds: [{ id: '4', amount: '10.00', currency: 'EUR', at_s: 1772550000 }],
        },
      ],
    },
  },
]
