/** Reporting a thing once: one installation, one call per order, not again on a reload. */
import type { Snippets } from './snippets.ts'

export const ONCE: Snippets = {
  html: `<script>
  // Not again when the page that thanks for the order is opened once more.
  if (localStorage.getItem('reported') !== order.id) {
    fbq('track', 'Purchase', { value: order.total, currency: order.currency, order_id: order.id },
      { eventID: 'purchase:' + order.id })
    localStorage.setItem('reported', order.id)
  }
</script>`,
  gtm: `<!-- The tag that loads the pixel: firing option "Once per page", and no second such tag. -->
<script>
  if (!window.fbqLoadedByGtm) {
    window.fbqLoadedByGtm = true
    fbq('init', 'DATASET_ID')
    fbq('track', 'PageView')
  }
</script>`,
  woocommerce: `add_action('woocommerce_thankyou', function ($order_id) {
  $order = wc_get_order($order_id);
  if ($order->get_meta('_reported')) return; // opened once more
  // ... report the sale ...
  $order->update_meta_data('_reported', '1');
  $order->save();
});`,
  shopify: `// Either the custom pixel or the theme reports, never both. In theme.liquid look for
// fbq( and fbevents, and remove it where the custom pixel stands in Customer events.
analytics.subscribe('page_viewed', () => fbq('track', 'PageView'))`,
}
