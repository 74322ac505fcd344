/** Customer information: from the order, normalised and hashed once, left out where unknown. */
import type { Snippets } from './snippets.ts'

export const PERSON: Snippets = {
  html: `<script>
  // Hashed in the browser before it leaves. Leave out what you do not know.
  fbq('init', 'DATASET_ID', { em: customer.email, ph: customer.phone, external_id: customer.id })
</script>`,
  gtm: `<!-- Custom HTML tag, before the event tags -->
<script>
  fbq('init', 'DATASET_ID', {
    em: {{customer.email}} || undefined,
    external_id: {{customer.id}} || undefined
  })
</script>`,
  shopify: `// In the custom pixel, before the purchase is tracked:
const { email, phone, billingAddress } = checkout
fbq('init', 'DATASET_ID', {
  em: email ?? undefined,
  ph: phone ?? undefined,
  fn: billingAddress?.firstName ?? undefined,
  ln: billingAddress?.lastName ?? undefined,
})`,
  woocommerce: `$hash = fn ($text) => hash('sha256', strtolower(trim($text)));
$user_data = array_filter([
  'em' => $order->get_billing_email() ? [$hash($order->get_billing_email())] : null,
  'external_id' => $order->get_customer_id() ? [$hash((string) $order->get_customer_id())] : null,
]);`,
  node: `const { createHash } = require('node:crypto')

const hashed = (text) =>
  text ? [createHash('sha256').update(text.trim().toLowerCase()).digest('hex')] : undefined

const user_data = {
  em: hashed(customer.email), // undefined leaves the key out
  ph: hashed(customer.phone?.replace(/\\D/g, '').replace(/^0+/, '')), // with country code
  external_id: hashed(String(customer.id)),
}`,
  php: `$hashed = fn (?string $text) => $text ? [hash('sha256', strtolower(trim($text)))] : null;
$userData = array_filter([
  'em' => $hashed($customer->email),
  'ph' => $hashed(ltrim(preg_replace('/\\D/', '', $customer->phone ?? ''), '0')),
  'external_id' => $hashed((string) $customer->id),
]);`,
  python: `from hashlib import sha256

def hashed(text):
    return [sha256(text.strip().lower().encode()).hexdigest()] if text else None

user_data = {key: value for key, value in {
    "em": hashed(customer.email),
    "external_id": hashed(str(customer.id)),
}.items() if value}`,
}
