/** One event id, made of the order number, on both sides: see docs/event-ids.md. */
import type { Snippets } from './snippets.ts'

export const SHARED_ID: Snippets = {
  html: `<script>
  // twofold.eventId makes the same id as the server: purchase:1001
  fbq('track', 'Purchase', { value: order.total, currency: order.currency, order_id: order.id },
    { eventID: 'purchase:' + order.id })
</script>`,
  gtm: `<!-- Custom HTML tag, fired by the purchase event; {{...}} are data layer variables. -->
<script>
  fbq('track', 'Purchase', {
    value: {{ecommerce.value}},
    currency: {{ecommerce.currency}},
    order_id: {{ecommerce.transaction_id}}
  }, { eventID: 'purchase:' + {{ecommerce.transaction_id}} })
</script>`,
  shopify: `// Settings > Customer events > your custom pixel
analytics.subscribe('checkout_completed', ({ data: { checkout } }) => {
  const orderId = String(checkout.order.id).split('/').pop()
  fbq('track', 'Purchase', {
    value: checkout.totalPrice.amount,
    currency: checkout.currencyCode,
    order_id: orderId,
  }, { eventID: 'purchase:' + orderId })
})`,
  woocommerce: `// functions.php of your child theme: the page that thanks for the order
add_action('woocommerce_thankyou', function ($order_id) {
  $order = wc_get_order($order_id);
  printf(
    "<script>fbq('track', 'Purchase', %s, %s)</script>",
    wp_json_encode([
      'value' => (float) $order->get_total(),
      'currency' => $order->get_currency(),
      'order_id' => (string) $order_id,
    ]),
    wp_json_encode(['eventID' => 'purchase:' . $order_id])
  );
});`,
  node: `const event = {
  event_name: 'Purchase',
  event_id: \`purchase:\${order.id}\`, // as the browser sends it
  event_time: Math.floor(order.placedAt.getTime() / 1000),
  action_source: 'website',
  custom_data: { value: order.total, currency: order.currency, order_id: String(order.id) },
}`,
  php: `$event = [
  'event_name' => 'Purchase',
  'event_id' => 'purchase:' . $order->id, // as the browser sends it
  'event_time' => $order->placedAt->getTimestamp(),
  'action_source' => 'website',
  'custom_data' => [
    'value' => $order->total,
    'currency' => $order->currency,
    'order_id' => (string) $order->id,
  ],
];`,
  python: `event = {
    "event_name": "Purchase",
    "event_id": f"purchase:{order.id}",  # as the browser sends it
    "event_time": int(order.placed_at.timestamp()),
    "action_source": "website",
    "custom_data": {
        "value": float(order.total),
        "currency": order.currency,
        "order_id": str(order.id),
    },
}`,
}
