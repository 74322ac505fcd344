/** The code that a person copies to connect a site or a server. Pure text; nothing here runs. */
import { eventId } from '../../event/ids.ts'

export interface SnippetContext {
  /** Origin that pixels and servers use. */
  readonly origin: string
  readonly datasetId: string
  /** A send token, or what stands in its place until one is made. */
  readonly token: string
}

/** Used in every example, so that browser and server snippets visibly speak of one order. */
export const ORDER = '1001'
export const EXAMPLE_ID = eventId('purchase', ORDER)

/** Any base code works; this one is for a site that has none yet. */
export const replaceSnippet = ({ origin, datasetId }: SnippetContext): string => `<script>
  if (!window.fbq) {
    let fbq = (window.fbq = window._fbq = function () {
      fbq.callMethod ? fbq.callMethod.apply(fbq, arguments) : fbq.queue.push(arguments)
    })
    fbq.push = fbq
    fbq.loaded = true
    fbq.version = '2.0'
    fbq.queue = []
  }
  fbq('init', '${datasetId}')
  fbq('track', 'PageView')
</script>
<script async src="${origin}/p.js?id=${datasetId}" data-mode="replace"></script>
<noscript>
  <img src="${origin}/e?id=${datasetId}&name=PageView" width="1" height="1" alt="" hidden>
</noscript>`

export const companionSnippet = ({ origin, datasetId }: SnippetContext): string =>
  `<!-- Meta's own base code stays above, as it is. -->
<script src="${origin}/p.js?id=${datasetId}" data-mode="companion"
        data-pixel="YOUR_META_PIXEL_ID"></script>`

export const purchaseSnippet = (): string => `fbq('track', 'Purchase', {
  value: 30.5,
  currency: 'EUR',
  order_id: '${ORDER}',
}, { eventID: '${EXAMPLE_ID}' })`

export const curlSnippet = ({ origin, datasetId, token }: SnippetContext): string =>
  `curl '${origin}/v24.0/${datasetId}/events' \\
  -H 'Authorization: Bearer ${token}' \\
  -H 'Content-Type: application/json' \\
  -d '{
    "data": [{
      "event_name": "Purchase",
      "event_time": '"$(date +%s)"',
      "event_id": "${EXAMPLE_ID}",
      "action_source": "website",
      "event_source_url": "https://shop.example/thank-you",
      "user_data": {
        "em": ["jo@example.com"],
        "client_ip_address": "203.0.113.7",
        "client_user_agent": "Mozilla/5.0"
      },
      "custom_data": { "value": 30.5, "currency": "EUR", "order_id": "${ORDER}" }
    }]
  }'`
