/** Which products: the ids of the catalog, with quantity and price. */
import type { Snippets } from './snippets.ts'

export const PRODUCTS: Snippets = {
  html: `<script>
  fbq('track', 'AddToCart', {
    content_type: 'product',
    contents: [{ id: 'SKU-1', quantity: 2, item_price: 15.25 }], // ids as in your catalog
    value: 30.5,
    currency: 'EUR',
  })
</script>`,
  gtm: `// Custom JavaScript variable "contents", from the items of the data layer
function () {
  return ({{ecommerce.items}} || []).map(function (item) {
    return { id: String(item.item_id), quantity: item.quantity || 1, item_price: item.price }
  })
}`,
  shopify: `const contents = checkout.lineItems.map(({ variant, quantity }) => ({
  id: String(variant.id).split('/').pop(),
  quantity,
  item_price: variant.price.amount,
}))`,
  woocommerce: `$contents = array_map(fn ($item) => [
  'id' => (string) ($item->get_variation_id() ?: $item->get_product_id()),
  'quantity' => $item->get_quantity(),
  'item_price' => (float) $order->get_item_total($item, true),
], array_values($order->get_items()));`,
  node: `const contents = order.lines.map(({ sku, quantity, price }) => ({
  id: sku, // as in your catalog
  quantity,
  item_price: price, // of one piece
}))`,
  php: `$contents = array_map(fn ($line) => [
  'id' => $line->sku, // as in your catalog
  'quantity' => $line->quantity,
  'item_price' => $line->price, // of one piece
], $order->lines);`,
  python: `contents = [
    {"id": line.sku, "quantity": line.quantity, "item_price": float(line.price)}
    for line in order.lines
]`,
}
