/** Examples of BigCommerce: tests and docs. Times are UTC. */
import { bigcommerceHook, bigcommerceOrder, bigcommerceProducts } from './bigcommerce-orders.ts'
import type { Example, SourceEvent, Trail } from './source.ts'

const settings = { access_token: 'the-token-of-the-shop' }

const purchase: SourceEvent = {
  event_name: 'Purchase',
  event_time: 1772449200,
  event_id: 'purchase:118',
  action_source: 'website',
  user_data: {
    em: ['ann@example.com'],
    ph: ['+15125550100'],
    fn: ['Ann'],
    ln: ['Lee'],
    ct: ['Austin'],
    st: ['Texas'],
    zp: ['78757'],
    country: ['us'],
    external_id: ['7'],
    client_ip_address: '203.0.113.7',
  },
  custom_data: {
    value: 316.5,
    currency: 'USD',
    order_id: '118',
    content_type: 'product',
    content_ids: ['364'],
    contents: [{ id: '364', quantity: 2, item_price: 150 }],
    num_items: 2,
  },
}

/** Where the browser that paid is looked for: the cart that the page named. */
const trail: Trail = {
  reported: [
    {
      event_name: 'InitiateCheckout',
      event_id: 'initiatecheckout:a8458391-ef68-4fe5-9ec1-442e6a767364',
    },
  ],
}

const order = { kind: 'order', refs: ['118'], order_id: '118' } as const

export const bigcommerceExamples: readonly Example[] = [
  {
    title: 'A paid order: the webhook only points at it',
    settings,
    body: bigcommerceHook('store/order/statusUpdated'),
    fetched: { order: bigcommerceOrder(), products: bigcommerceProducts },
    out: { facts: [{ ...order, purchase, trail }] },
  },
  {
    title: 'An order that is incomplete yet: its payment may have failed',
    settings,
    body: bigcommerceHook('store/order/created'),
    fetched: { order: bigcommerceOrder({ status_id: 0 }) },
    out: { facts: [order] },
  },
  {
    title: 'A refund: told as the sum so far',
    settings,
    body: bigcommerceHook('store/order/refund/created'),
    fetched: {
      order: bigcommerceOrder({ status_id: 14, refunded_amount: '16.5000' }),
      products: bigcommerceProducts,
    },
    out: {
      facts: [
        {
          ...order,
          purchase,
          trail,
          refunded: { id: '118', amount: '16.5', currency: 'USD', at_s: 1772449260 },
        },
      ],
    },
  },
  {
    title: 'An order that an assistant made has the address of the assistant',
    settings,
    body: bigcommerceHook('store/order/created'),
    fetched: { order: bigcommerceOrder({ order_source: 'manual' }), products: '' },
    out: {
      facts: [
        {
          ...order,
          purchase: {
            ...purchase,
            action_source: 'system_generated',
            user_data: Object.fromEntries(
              Object.entries(purchase.user_data).filter(([name]) => name !== 'client_ip_address'),
            ),
            custom_data: { value: 316.5, currency: 'USD', order_id: '118' },
          },
        },
      ],
    },
  },
  {
    title: 'A test payment',
    settings,
    body: bigcommerceHook('store/order/created'),
    fetched: {
      order: bigcommerceOrder({ payment_method: 'Test Payment Gateway' }),
      products: bigcommerceProducts,
    },
    out: { facts: [{ ...order, test: true, purchase, trail }] },
  },
  {
    title: 'A cart',
    settings,
    body: bigcommerceHook('store/cart/updated'),
    out: { ignored: 'topic_not_used' },
  },
]
