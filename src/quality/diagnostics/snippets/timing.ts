/** When it happened, and sending it at once. */
import type { Snippets } from './snippets.ts'

export const TIMING: Snippets = {
  node: `const event = {
  event_name: 'Purchase',
  // When it happened, in whole seconds: not milliseconds, not the time of sending.
  event_time: Math.floor(order.placedAt.getTime() / 1000),
}
await send(event) // in the request or a queue of seconds, not in a nightly job`,
  php: `$event = [
  'event_name' => 'Purchase',
  'event_time' => $order->placedAt->getTimestamp(), // seconds (UTC), when it happened
];
send($event); // in the request or a queue of seconds, not in a nightly job`,
  python: `event = {
    "event_name": "Purchase",
    # When it happened, in seconds; a naive datetime would be taken as local time.
    "event_time": int(order.placed_at.astimezone(timezone.utc).timestamp()),
}
send(event)  # in the request or a queue of seconds, not in a nightly job`,
  woocommerce: `// At once, not from WP-Cron, which waits for the next visitor:
add_action('woocommerce_payment_complete', function ($order_id) {
  $event['event_time'] = wc_get_order($order_id)->get_date_created()->getTimestamp();
});`,
}
