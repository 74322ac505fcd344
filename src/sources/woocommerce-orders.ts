/** Payloads of WooCommerce in their documented shape, for the examples and tests of the source. */

/** The JSON of an order. */
export function wooOrder({
  id = 727,
  status = 'processing',
  at = '2026-03-02T15:00:00',
  more = {},
} = {}) {
  return JSON.stringify({
    id,
    number: String(id),
    order_key: `wc_order_k${id}`,
    status,
    currency: 'EUR',
    total: '29.35',
    total_tax: '4.69',
    customer_id: 26,
    customer_ip_address: '203.0.113.44',
    customer_user_agent: 'Mozilla/5.0 (Macintosh) Firefox/128.0',
    created_via: 'checkout',
    payment_method: 'stripe',
    date_created_gmt: at,
    date_modified_gmt: at,
    date_paid_gmt: status === 'pending' || status === 'on-hold' ? null : at,
    billing: {
      first_name: 'Ann',
      last_name: 'Lee',
      email: 'ann@example.com',
      phone: '(555) 555-5555',
      city: 'San Francisco',
      state: 'CA',
      postcode: '94103',
      country: 'US',
    },
    shipping: {},
    line_items: [
      { id: 315, product_id: 93, variation_id: 0, sku: 'B-1', quantity: 2, price: 10 },
      { id: 316, product_id: 22, variation_id: 23, sku: '', quantity: 1, price: 4.6583333333 },
    ],
    meta_data: [
      { id: 1, key: '_twofold_fbp', value: 'fb.1.1772400000000.987654321' },
      {
        id: 2,
        key: '_wc_order_attribution_session_entry',
        value: 'https://shop.example/?fbclid=IwAR1xyz&utm_source=fb',
      },
      { id: 3, key: '_wc_order_attribution_session_start_time', value: '2026-03-02 14:50:00' },
    ],
    refunds: [],
    ...more,
  })
}
