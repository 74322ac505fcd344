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

/** By Twofold's own SDK (docs/sdk.md). In a request of your shop `request` says all of the visitor. */
export const twofoldSnippet = ({ origin, datasetId }: SnippetContext): string =>
  `import { createTwofold } from 'twofold/sdk'

const twofold = createTwofold({
  url: '${origin}',
  dataset: '${datasetId}',
  token: process.env.TWOFOLD_TOKEN,
})

// The order and its visitor: put in what your shop knows. The SDK hashes the e-mail.
twofold.track(
  'Purchase',
  { value: 30.5, currency: 'EUR', order_id: '${ORDER}' }, // its id: ${EXAMPLE_ID}
  {
    user: {
      em: 'jo@example.com',
      client_ip_address: '203.0.113.7', // these four come by themselves with { request },
      client_user_agent: 'Mozilla/5.0', // the visitor's request
      fbp: 'fb.1.1789000000000.1098115397',
      fbc: 'fb.1.1789000000000.EXAMPLE_CLICK',
    },
    url: 'https://shop.example/thank-you',
  },
)

console.log(await twofold.close())`

/** By Meta's own SDK. */
export const nodeSnippet = ({ origin, datasetId }: SnippetContext): string =>
  `import bizSdk from 'facebook-nodejs-business-sdk'

const { CustomData, EventRequest, FacebookAdsApi, ServerEvent, UserData } = bizSdk

// The one change: the address that the SDK sends to.
Object.defineProperty(FacebookAdsApi, 'GRAPH', { get: () => '${origin}' })

const purchase = new ServerEvent()
  .setEventName('Purchase')
  .setEventTime(Math.floor(Date.now() / 1000))
  .setEventId('${EXAMPLE_ID}')
  .setActionSource('website')
  .setEventSourceUrl('https://shop.example/thank-you')
  .setUserData(
    new UserData()
      .setEmail('jo@example.com') // the SDK hashes it
      .setClientIpAddress('203.0.113.7') // of the visitor's request
      .setClientUserAgent('Mozilla/5.0') // its User-Agent header
      .setFbp('fb.1.1789000000000.1098115397') // its cookie _fbp, if any
      .setFbc('fb.1.1789000000000.EXAMPLE_CLICK'), // its cookie _fbc, if any
  )
  .setCustomData(
    new CustomData().setValue(30.5).setCurrency('EUR').setOrderId('${ORDER}'),
  )

await new EventRequest(process.env.TWOFOLD_TOKEN, '${datasetId}')
  .setEvents([purchase])
  .execute()`
