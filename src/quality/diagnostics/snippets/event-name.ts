/** Standard names, spelt as Meta spells them. */
import type { Snippets } from './snippets.ts'

export const EVENT_NAME: Snippets = {
  html: `<script>
  fbq('track', 'AddToCart') // exactly so: no spaces, no underscore, these capitals
</script>`,
  gtm: `// Custom JavaScript variable "event name": from names of the data layer
function () {
  return {
    view_item: 'ViewContent',
    add_to_cart: 'AddToCart',
    begin_checkout: 'InitiateCheckout',
    purchase: 'Purchase'
  }[{{Event}}]
}`,
  node: `const NAMES = { add_to_cart: 'AddToCart', purchase: 'Purchase', lead: 'Lead' }
const event = { event_name: NAMES[action] ?? action }`,
  php: `$names = ['add_to_cart' => 'AddToCart', 'purchase' => 'Purchase', 'lead' => 'Lead'];
$event['event_name'] = $names[$action] ?? $action;`,
  python: `NAMES = {"add_to_cart": "AddToCart", "purchase": "Purchase", "lead": "Lead"}
event["event_name"] = NAMES.get(action, action)`,
}
