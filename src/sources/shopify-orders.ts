/** Payloads of Shopify in their documented shape, for the examples and the tests of the source. */

/** The JSON of an order. `id` is text: it may be larger than a double holds. */
export function shopifyOrder({ id = '5001', at = '2026-03-02T10:00:00-05:00', more = {} } = {}) {
  const money = (shop: string, buyer: string) => ({
    shop_money: { amount: shop, currency_code: 'USD' },
    presentment_money: { amount: buyer, currency_code: 'EUR' },
  })
  const address = {
    first_name: 'Jo',
    last_name: 'Bean',
    phone: '030 1234567',
    city: 'Berlin',
    province_code: 'BE',
    zip: '10115',
    country_code: 'DE',
  }
  const order = {
    id: '@id@',
    name: '#1017',
    test: false,
    created_at: at,
    processed_at: at,
    updated_at: at,
    cancelled_at: null,
    currency: 'USD',
    presentment_currency: 'EUR',
    total_price: '70.00',
    total_price_set: money('70.00', '64.90'),
    financial_status: 'paid',
    email: 'Jo@Example.com',
    phone: null,
    source_name: 'web',
    checkout_token: 'chk7f',
    cart_token: 'crt2a',
    browser_ip: '203.0.113.9',
    client_details: { browser_ip: '203.0.113.9', user_agent: 'Mozilla/5.0 (iPhone) Safari/604.1' },
    landing_site: '/?utm_source=facebook&fbclid=IwAR0abc',
    referring_site: 'https://l.facebook.com/',
    order_status_url: 'https://brewbeans.example/123/orders/secret-token/authenticate?key=k',
    note_attributes: [{ name: '__twofold_fbp', value: 'fb.1.1772400000000.1234567890' }],
    payment_gateway_names: ['shopify_payments'],
    customer: { id: 7001, email: 'jo@example.com' },
    billing_address: address,
    line_items: [
      {
        id: 1,
        product_id: 31,
        variant_id: 3101,
        sku: '',
        quantity: 2,
        price: 35,
        price_set: money('35.00', '32.45'),
        properties: [],
      },
    ],
    refunds: [],
    ...more,
  }
  return JSON.stringify(order).replace('"@id@"', id)
}

/** The JSON of a refund: neither a total nor the customer is in it. */
export function shopifyRefund({
  id = 900,
  order = '5001',
  amount = '10.00',
  at = '2026-03-03T12:00:00Z',
  more = {},
} = {}) {
  const refund = {
    id,
    order_id: '@order@',
    created_at: at,
    processed_at: at,
    refund_line_items: [],
    transactions: [
      { id: 1, kind: 'refund', status: 'success', amount, currency: 'EUR', test: false },
      { id: 2, kind: 'refund', status: 'failure', amount: '99.00', currency: 'EUR', test: false },
    ],
    ...more,
  }
  return JSON.stringify(refund).replace('"@order@"', order)
}
