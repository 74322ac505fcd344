/** What the server must pass on of the visitor's request: address, browser, cookies, page. */
import type { Snippets } from './snippets.ts'

export const VISITOR: Snippets = {
  woocommerce: `// Keep it with the order at checkout: later requests are not the visitor's.
add_action('woocommerce_checkout_create_order', function ($order) {
  $order->update_meta_data('_visitor', [
    'client_ip_address' => WC_Geolocation::get_ip_address(),
    'client_user_agent' => $_SERVER['HTTP_USER_AGENT'] ?? '',
    'fbp' => $_COOKIE['_fbp'] ?? '',
    'fbc' => $_COOKIE['_fbc'] ?? '',
  ]);
});`,
  node: `// In the request of the checkout (Express with app.set('trust proxy', 1))
const user_data = {
  client_ip_address: req.ip, // the visitor's, not your server's
  client_user_agent: req.get('user-agent'),
  fbp: req.cookies._fbp, // as they are: no lower case, no trimming, no new ones
  fbc: req.cookies._fbc,
}
const event_source_url = \`https://\${req.get('host')}\${req.originalUrl}\``,
  php: `// In the request of the checkout
$forwarded = $_SERVER['HTTP_X_FORWARDED_FOR'] ?? null; // behind a proxy of yours
$userData = array_filter([
  'client_ip_address' => trim(explode(',', $forwarded ?? $_SERVER['REMOTE_ADDR'])[0]),
  'client_user_agent' => $_SERVER['HTTP_USER_AGENT'] ?? null,
  'fbp' => $_COOKIE['_fbp'] ?? null, // as they are: no lower case, no trimming, no new ones
  'fbc' => $_COOKIE['_fbc'] ?? null,
]);`,
  python: `# In the request of the checkout (Django; Flask: request.headers, request.cookies)
forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[0].strip()
user_data = {
    "client_ip_address": forwarded or request.META["REMOTE_ADDR"],
    "client_user_agent": request.META.get("HTTP_USER_AGENT"),
    "fbp": request.COOKIES.get("_fbp"),  # as they are: no lower case, no new ones
    "fbc": request.COOKIES.get("_fbc"),
}`,
  shopify: `// Note the cookies at the cart, so that the order's webhook can pass them on.
const cookie = (name) => document.cookie.match('(?:^|; )' + name + '=([^;]*)')?.[1]
fetch('/cart/update.js', {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ attributes: { _fbp: cookie('_fbp'), _fbc: cookie('_fbc') } }),
})`,
}
