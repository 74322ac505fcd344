/**
 * Three outbound events that the examples of the advertising and analytics destinations start from:
 * what becomes of them stands in each destination's own examples, which are its tests and its docs.
 */
import type { Envelope, Hashed } from '../event/shape.ts'
import type { OutboundEvent } from './destination.ts'

/** SHA-256 of what Meta's rules make of the words in quotes. */
export const HASHES = {
  /** "anna@example.com" */
  em: 'f7d54c22dda5b1780276601cd005909b70543fc4a6ba72d735b4cb9bbb611f01' as Hashed,
  /** "4915112345678": without a plus. */
  ph: '8efb96404be52f6109b9db0f687274a81e9e3cc23fabd6f0da5d38baa3d2facd' as Hashed,
  /** "anna" */
  fn: '55579b557896d0ce1764c47fed644f9b35f58bad620674af23f356d80ed0c503' as Hashed,
  /** "customer-17" */
  external_id: 'db2f1aab1da8bb83ccf19147343fbf6993905ccc53bc4a9005611ed1c1df0650' as Hashed,
  /** "de" */
  country: '959a45d44e6fcf58361ed004681556fe50129f2109e817dec098c00c9e5d2578' as Hashed,
}

const USER_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36'

const envelope: Envelope = {
  dataset_id: '1000000000000001',
  channel: 'browser',
  via: 'pixel',
  received_at_ms: 1_767_225_601_000,
  consent: { state: 'granted', signal: 'fbq' },
}

/** A sale with everything a shop usually knows, and the ids of the platforms' own cookies. */
export const PURCHASE: OutboundEvent = {
  key: '1000000000000001:17',
  event: {
    event_name: 'Purchase',
    event_time: 1_767_225_600,
    event_id: 'purchase:17',
    action_source: 'website',
    event_source_url:
      'https://shop.example/thanks?ttclid=E.C.P.abc&epik=dj0yabc&ScCid=c1a2b3&li_fat_id=3f2a-17',
    referrer_url: 'https://shop.example/checkout',
    user_data: {
      em: [HASHES.em],
      ph: [HASHES.ph],
      fn: [HASHES.fn],
      external_id: [HASHES.external_id],
      country: [HASHES.country],
      client_ip_address: '203.0.113.7',
      client_user_agent: USER_AGENT,
      fbp: 'fb.1.1767000000000.1234567890',
    },
    custom_data: {
      value: 59.9,
      currency: 'EUR',
      order_id: '17',
      content_type: 'product',
      contents: [
        { id: 'espresso-1kg', quantity: 2, item_price: 24.95, title: 'Espresso 1 kg' },
        { id: 'cup', quantity: 1, item_price: 10, brand: 'BrewBeans', category: 'Cups' },
      ],
      num_items: 3,
      ga_client_id: 'GA1.1.1234567890.1767000000',
      ga_session_id: 'GS2.1.s1767225000$o1$g1$t1767225600$j60$l0$h0',
    },
  },
  envelope,
}

/** A search by somebody of whom only the browser is known, whose data may be used only in part. */
export const LIMITED_SEARCH: OutboundEvent = {
  key: '1000000000000001:18',
  event: {
    event_name: 'Search',
    event_time: 1_767_225_700,
    event_id: 'e-18',
    action_source: 'website',
    event_source_url: 'https://shop.example/search?q=espresso',
    user_data: {
      client_ip_address: '203.0.113.8',
      client_user_agent: USER_AGENT,
      fbp: 'fb.1.1767000000000.987654321',
    },
    custom_data: { search_string: 'espresso', content_ids: ['espresso-1kg', 'espresso-250g'] },
    data_processing_options: ['LDU'],
    data_processing_options_country: 0,
    data_processing_options_state: 0,
  },
  envelope: { ...envelope, consent: { state: 'unknown', signal: 'none' } },
}

/** A custom event that a server sent, by somebody it knows by e-mail. */
export const CUSTOM: OutboundEvent = {
  key: '1000000000000001:19',
  event: {
    event_name: 'Tasting booked',
    event_time: 1_767_225_800,
    event_id: 'booking:4',
    action_source: 'website',
    user_data: { em: [HASHES.em], external_id: [HASHES.external_id] },
    custom_data: { value: 15, currency: 'EUR' },
  },
  envelope: {
    ...envelope,
    channel: 'server',
    via: 'capi',
    consent: { state: 'granted', signal: 'api' },
  },
}
