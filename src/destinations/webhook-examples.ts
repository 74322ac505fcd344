/**
 * What the webhook destination makes of an event: tests, docs and simulator input at once.
 */
import type { Example } from './destination.ts'
import { PAGE_VIEW, PURCHASE } from './example-events.ts'
import type { WebhookSettings } from './webhook-settings.ts'

const SETTINGS: WebhookSettings = {
  url: 'https://shop.com/hooks/twofold',
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  headers: '',
  mode: 'one',
  events_per_request: 100,
}

export const webhookExamples: readonly Example<WebhookSettings>[] = [
  {
    title: 'a purchase of the server',
    settings: SETTINGS,
    in: PURCHASE,
    out: {
      type: 'event',
      timestamp: '2026-09-21T14:13:20.000Z',
      data: {
        key: '4831500000000017:42',
        dataset_id: '4831500000000017',
        channel: 'server',
        via: 'graph',
        received_at_ms: 1_790_000_001_500,
        consent: { state: 'granted', signal: 'api' },
        event_name: 'Purchase',
        event_time: 1_790_000_000,
        event_id: 'o-17',
        action_source: 'website',
        event_source_url: 'https://shop.com/thanks',
        user_data: {
          em: ['b5fc85e55755f9e0d030a10ab4429b6b2944855f9a0d60077fe832becbc41d72'],
          ct: ['6089854c94ca5454b76be6752c562901a985f64c9a946f62976aeab593b83161'],
          client_ip_address: '198.51.100.7',
          client_user_agent: 'Mozilla/5.0',
          fbp: 'fb.1.1789999000000.1234567890',
        },
        custom_data: {
          value: 30.1,
          currency: 'EUR',
          order_id: '17',
          content_ids: ['beans-1', 'cup-2'],
          contents: [{ id: 'beans-1', quantity: 2, item_price: 12.3 }],
          coupon: 'SPRING',
        },
      },
    },
  },
  {
    title: 'a test event of the browser, one leg of it',
    settings: { ...SETTINGS, mode: 'array' },
    in: PAGE_VIEW,
    out: {
      type: 'event',
      timestamp: '2026-09-21T15:13:20.000Z',
      data: {
        key: '4831500000000017:43:44',
        dataset_id: '4831500000000017',
        channel: 'browser',
        via: 'pixel',
        received_at_ms: 1_790_003_600_250,
        test_event_code: 'TEST1',
        event_name: 'PageView',
        event_time: 1_790_003_600,
        event_id: 'v-1',
        action_source: 'website',
        user_data: {},
      },
    },
  },
]
