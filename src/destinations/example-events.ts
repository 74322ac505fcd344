/**
 * Events for the examples of destinations that send an event as it is.
 */
import type { Hashed } from '../event/shape.ts'
import type { OutboundEvent } from './destination.ts'

/** SHA-256 of ada@example.com and of london. */
const EMAIL = 'b5fc85e55755f9e0d030a10ab4429b6b2944855f9a0d60077fe832becbc41d72' as Hashed
const CITY = '6089854c94ca5454b76be6752c562901a985f64c9a946f62976aeab593b83161' as Hashed

export const PURCHASE: OutboundEvent = {
  key: '4831500000000017:42',
  event: {
    event_name: 'Purchase',
    event_time: 1_790_000_000,
    event_id: 'o-17',
    action_source: 'website',
    event_source_url: 'https://shop.com/thanks',
    user_data: {
      em: [EMAIL],
      ct: [CITY],
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
  envelope: {
    dataset_id: '4831500000000017',
    channel: 'server',
    via: 'graph',
    received_at_ms: 1_790_000_001_500,
    consent: { state: 'granted', signal: 'api' },
  },
}

/** The least that an event holds, of a test. */
export const PAGE_VIEW: OutboundEvent = {
  key: '4831500000000017:43:44',
  event: {
    event_name: 'PageView',
    event_time: 1_790_003_600,
    event_id: 'v-1',
    action_source: 'website',
    user_data: {},
  },
  envelope: {
    dataset_id: '4831500000000017',
    channel: 'browser',
    via: 'pixel',
    received_at_ms: 1_790_003_600_250,
    test_event_code: 'TEST1',
  },
}
