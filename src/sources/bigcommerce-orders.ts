/** Payloads of BigCommerce in their documented shape, for the examples and tests of the source. */

export const bigcommerceHook = (
  scope: string,
  hash = 'dd70c0976e06b67aaf671e73f49dcb79230ebf9d',
) => ({
  store_id: '1025646',
  producer: 'stores/abc123',
  scope,
  data: { type: 'order', id: 118 },
  hash,
  created_at: 1772449261,
})

export const bigcommerceProducts = [
  {
    id: 1,
    order_id: 118,
    product_id: 112,
    variant_id: 364,
    sku: 'SM-13',
    quantity: 2,
    price_inc_tax: '150.0000',
  },
]

/** As `GET /v2/orders/118` answers. */
export const bigcommerceOrder = (more: { readonly [name: string]: unknown } = {}) => ({
  id: 118,
  customer_id: 7,
  date_created: 'Mon, 02 Mar 2026 11:00:00 +0000',
  date_modified: 'Mon, 02 Mar 2026 11:01:00 +0000',
  status_id: 11,
  total_inc_tax: '316.5000',
  refunded_amount: '0.0000',
  currency_code: 'EUR',
  default_currency_code: 'USD',
  payment_method: 'Credit Card',
  order_source: 'www',
  ip_address: '203.0.113.7',
  cart_id: 'a8458391-ef68-4fe5-9ec1-442e6a767364',
  billing_address: {
    first_name: 'Ann',
    last_name: 'Lee',
    email: 'ann@example.com',
    phone: '(512) 555-0100',
    city: 'Austin',
    state: 'Texas',
    zip: '78757',
    country_iso2: 'US',
  },
  ...more,
})
