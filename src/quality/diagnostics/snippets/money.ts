/** The value of a sale: a number in major units, always with its currency. */
import type { Snippets } from './snippets.ts'

export const MONEY: Snippets = {
  html: `<script>
  // A number in major units (30.5, not "30,50 €" and not 3050), with its currency.
  fbq('track', 'Purchase', { value: 30.5, currency: 'EUR', order_id: '1001' })
</script>`,
  gtm: `// Custom JavaScript variable "value": text of the page as a number
function () {
  var text = String({{ecommerce.value}}).replace(/[^0-9.,-]/g, '')
  var decimal = text.lastIndexOf(',') > text.lastIndexOf('.') ? ',' : '.'
  var group = decimal === ',' ? /\\./g : /,/g
  return Number(text.replace(group, '').replace(decimal, '.'))
}`,
  shopify: `// In the custom pixel: amounts are numbers in major units already.
analytics.subscribe('checkout_completed', ({ data: { checkout } }) => {
  fbq('track', 'Purchase', {
    value: checkout.totalPrice.amount,
    currency: checkout.currencyCode,
  })
})`,
  woocommerce: `$custom_data = [
  'value' => (float) $order->get_total(), // not wc_price(): that is HTML
  'currency' => $order->get_currency(),
  'order_id' => (string) $order->get_id(),
];`,
  node: `const custom_data = {
  value: order.totalCents / 100, // major units; for JPY and the like do not divide
  currency: order.currency, // 'EUR'
  order_id: String(order.id),
}`,
  php: `$customData = [
  'value' => round($order->totalCents / 100, 2), // major units; for JPY do not divide
  'currency' => $order->currency, // 'EUR'
  'order_id' => (string) $order->id,
];`,
  python: `custom_data = {
    "value": order.total_cents / 100,  # major units; for JPY do not divide
    "currency": order.currency,  # "EUR"
    "order_id": str(order.id),
}`,
}
