/** Examples of Paddle: tests and docs. Times are UTC. */
import type { Example } from './source.ts'

export const paddleExamples: readonly Example[] = [
  {
    title: 'A completed transaction; "1999" are cents',
    settings: {},
    body: {
      event_id: 'evt_01',
      event_type: 'transaction.completed',
      occurred_at: '2026-03-02T15:00:01Z',
      notification_id: 'ntf_1',
      data: {
        id: 'txn_01',
        status: 'completed',
        customer_id: 'ctm_1',
        currency_code: 'USD',
        origin: 'web',
        billed_at: '2026-03-02T15:00:00Z',
        custom_data: { email: 'ann@example.com', twofold_fbp: 'fb.1.1772400000000.42' },
        checkout: { url: 'https://shop.example/pay?_ptxn=txn_01' },
        details: { totals: { total: '1999', grand_total: '1999', currency_code: 'USD' } },
        items: [{ price: { id: 'pri_1' }, quantity: 1 }],
      },
    },
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['txn_01'],
          order_id: 'txn_01',
          purchase: {
            event_name: 'Purchase',
            event_time: 1772463600,
            event_id: 'purchase:txn_01',
            action_source: 'website',
            event_source_url: 'https://shop.example/pay',
            user_data: {
              em: ['ann@example.com'],
              external_id: ['ctm_1'],
              fbp: 'fb.1.1772400000000.42',
            },
            custom_data: {
              value: 19.99,
              currency: 'USD',
              order_id: 'txn_01',
              content_type: 'product',
              content_ids: ['pri_1'],
              contents: [{ id: 'pri_1', quantity: 1 }],
              num_items: 1,
            },
          },
        },
      ],
    },
  },
  {
    title: 'In yen there are no cents; with an API key the customer is asked for',
    settings: { api_key: 'pdl_live_apikey_1' },
    fetched: { customer: { data: { id: 'ctm_1', email: 'ann@example.com', name: 'Ann Lee' } } },
    body: {
      event_id: 'evt_01',
      event_type: 'transaction.completed',
      occurred_at: '2026-03-02T15:00:01Z',
      notification_id: 'ntf_1',
      data: {
        id: 'txn_01',
        status: 'completed',
        customer_id: 'ctm_1',
        currency_code: 'JPY',
        origin: 'web',
        billed_at: '2026-03-02T15:00:00Z',
        custom_data: null,
        checkout: { url: 'https://shop.example/pay?_ptxn=txn_01' },
        details: { totals: { total: '1999', grand_total: '1999', currency_code: 'USD' } },
        items: [{ price: { id: 'pri_1' }, quantity: 1 }],
      },
    },
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['txn_01'],
          order_id: 'txn_01',
          purchase: {
            event_name: 'Purchase',
            event_time: 1772463600,
            event_id: 'purchase:txn_01',
            action_source: 'website',
            event_source_url: 'https://shop.example/pay',
            user_data: {
              em: ['ann@example.com'],
              fn: ['Ann'],
              ln: ['Lee'],
              external_id: ['ctm_1'],
            },
            custom_data: {
              value: 1999,
              currency: 'JPY',
              order_id: 'txn_01',
              content_type: 'product',
              content_ids: ['pri_1'],
              contents: [{ id: 'pri_1', quantity: 1 }],
              num_items: 1,
            },
          },
        },
      ],
    },
  },
  {
    title: 'A renewal',
    settings: {},
    body: {
      event_id: 'evt_01',
      event_type: 'transaction.completed',
      occurred_at: '2026-03-02T15:00:01Z',
      notification_id: 'ntf_1',
      data: {
        id: 'txn_02',
        status: 'completed',
        customer_id: 'ctm_1',
        currency_code: 'USD',
        origin: 'subscription_recurring',
        billed_at: '2026-03-02T15:00:00Z',
        custom_data: { email: 'ann@example.com', twofold_fbp: 'fb.1.1772400000000.42' },
        checkout: { url: 'https://shop.example/pay?_ptxn=txn_01' },
        details: { totals: { total: '1999', grand_total: '1999', currency_code: 'USD' } },
        items: [{ price: { id: 'pri_1' }, quantity: 1 }],
      },
    },
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['txn_02'],
          order_id: 'txn_02',
          purchase: {
            event_name: 'Renewal',
            event_time: 1772463600,
            event_id: 'renewal:txn_02',
            action_source: 'system_generated',
            user_data: { em: ['ann@example.com'], external_id: ['ctm_1'] },
            custom_data: {
              value: 19.99,
              currency: 'USD',
              order_id: 'txn_02',
              content_type: 'product',
              content_ids: ['pri_1'],
              contents: [{ id: 'pri_1', quantity: 1 }],
              num_items: 1,
            },
          },
        },
      ],
    },
  },
  {
    title: 'A refund that was approved',
    settings: {},
    body: {
      event_id: 'evt_02',
      event_type: 'adjustment.updated',
      data: {
        id: 'adj_1',
        transaction_id: 'txn_01',
        action: 'refund',
        status: 'approved',
        currency_code: 'USD',
        totals: { total: '500' },
        updated_at: '2026-03-03T15:00:00Z',
      },
    },
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['txn_01'],
          refunds: [{ id: 'adj_1', amount: '5', currency: 'USD', at_s: 1772550000 }],
        },
      ],
    },
  },
  {
    title: 'A refund that waits for approval',
    settings: {},
    body: {
      event_id: 'evt_02',
      event_type: 'adjustment.updated',
      data: {
        id: 'adj_1',
        transaction_id: 'txn_01',
        action: 'refund',
        status: 'pending_approval',
        currency_code: 'USD',
        totals: { total: '500' },
        updated_at: '2026-03-03T15:00:00Z',
      },
    },
    out: { ignored: 'nothing_new', detail: 'The adjustment is not approved.' },
  },
  {
    title: 'A chargeback',
    settings: {},
    body: {
      event_id: 'evt_02',
      event_type: 'adjustment.updated',
      data: {
        id: 'adj_1',
        transaction_id: 'txn_01',
        action: 'chargeback',
        status: 'approved',
        currency_code: 'USD',
        totals: { total: '500' },
        updated_at: '2026-03-03T15:00:00Z',
      },
    },
    out: {
      facts: [
        {
          kind: 'order',
          refs: ['txn_01'],
          chargebacks: [{ id: 'adj_1', amount: '5', currency: 'USD', at_s: 1772550000 }],
        },
      ],
    },
  },
]
