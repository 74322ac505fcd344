/** Saying what the visitor allowed: see docs/consent.md. */
import type { Snippets } from './snippets.ts'

export const CONSENT: Snippets = {
  html: `<script>
  fbq('consent', 'revoke') // until the visitor has chosen
  fbq('init', 'DATASET_ID')
  // In the callback of your consent banner:
  onConsent((allowed) => fbq('consent', allowed ? 'grant' : 'revoke'))
</script>`,
  gtm: `<!-- Custom HTML tag on the trigger of your consent banner -->
<script>
  fbq('consent', {{consent.marketing}} === 'granted' ? 'grant' : 'revoke')
</script>`,
  shopify: `// In the custom pixel
fbq('consent', init.customerPrivacy.marketingAllowed ? 'grant' : 'revoke')
customerPrivacy.subscribe('visitorConsentCollected', (event) => {
  fbq('consent', event.customerPrivacy.marketingAllowed ? 'grant' : 'revoke')
})`,
  woocommerce: `// Of the visitor, kept with the order and sent with the server's report
$event['consent'] = ['state' => $order->get_meta('_marketing_consent') ? 'granted' : 'denied'];`,
  node: `const event = {
  event_name: 'Purchase',
  consent: { state: order.marketingConsent ? 'granted' : 'denied' }, // as the browser said
}`,
  php: `$event['consent'] = ['state' => $order->marketingConsent ? 'granted' : 'denied'];`,
  python: `event["consent"] = {"state": "granted" if order.marketing_consent else "denied"}`,
}
