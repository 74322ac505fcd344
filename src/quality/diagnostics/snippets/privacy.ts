/** Keeping people out of addresses and properties. */
import type { Snippets } from './snippets.ts'

export const PRIVACY: Snippets = {
  html: `<!-- Forms that hold people are sent with POST: GET writes them into the address. -->
<form action="/thank-you" method="post">
  <input name="email" type="email">
</form>`,
  gtm: `// Custom JavaScript variable "clean page": for tags that send the address
function () {
  var url = new URL({{Page URL}})
  ;['email', 'mail', 'phone', 'tel', 'name'].forEach(function (key) {
    url.searchParams.delete(key)
  })
  return url.toString()
}`,
  woocommerce: `// Links in mails: the order's key is enough, the address of the customer is not needed.
$url = remove_query_arg(['email', 'billing_email', 'phone'], $url);`,
  node: `// People go into user_data, where they are hashed, never into custom_data or addresses.
const url = new URL(event_source_url)
for (const key of ['email', 'phone', 'name']) url.searchParams.delete(key)`,
  php: `parse_str(parse_url($url, PHP_URL_QUERY) ?? '', $query);
unset($query['email'], $query['phone'], $query['name']);
$url = strtok($url, '?') . ($query ? '?' . http_build_query($query) : '');`,
  python: `from urllib.parse import parse_qsl, urlencode, urlsplit

parts = urlsplit(url)
query = [(key, value) for key, value in parse_qsl(parts.query)
         if key not in {"email", "phone", "name"}]
url = parts._replace(query=urlencode(query)).geturl()`,
}
