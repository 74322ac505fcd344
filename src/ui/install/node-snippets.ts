/**
 * One sale sent from Node, by Twofold's own SDK or by Meta's. Pure text; nothing here runs. The
 * token comes from the environment, so it never ends up in a repository.
 */
import { EXAMPLE_ID, ORDER, type SnippetContext } from './snippets.ts'

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
