/** What becomes of three events at Google Analytics: tests and docs/destinations/ga4.md. */
import { CUSTOM, HASHES, LIMITED_SEARCH, PURCHASE } from './ads-examples.ts'
import type { Example } from './destination.ts'
import { type Ga4Settings, ga4Schema } from './ga4-settings.ts'

const settings = ga4Schema.parse({
  measurement_id: 'G-ABC123DEF4',
  api_secret: 'secret-of-the-example',
})
const { client_user_agent = '' } = PURCHASE.event.user_data

export const GA4_EXAMPLES: readonly Example<Ga4Settings>[] = [
  {
    title: 'A purchase with the ids of Google’s own cookies',
    settings,
    in: PURCHASE,
    out: {
      client_id: '1234567890.1767000000',
      timestamp_micros: 1_767_225_600_000_000,
      ip_override: '203.0.113.7',
      user_agent: client_user_agent,
      events: [
        {
          name: 'purchase',
          params: {
            session_id: '1767225000',
            engagement_time_msec: 1,
            timestamp_micros: 1_767_225_600_000_000,
            page_location: PURCHASE.event.event_source_url ?? '',
            page_referrer: 'https://shop.example/checkout',
            currency: 'EUR',
            value: 59.9,
            transaction_id: '17',
            items: [
              { item_id: 'espresso-1kg', item_name: 'Espresso 1 kg', price: 24.95, quantity: 2 },
              {
                item_id: 'cup',
                item_brand: 'BrewBeans',
                item_category: 'Cups',
                price: 10,
                quantity: 1,
              },
            ],
            event_id: 'purchase:17',
          },
        },
      ],
    },
  },
  {
    title:
      'Without Google’s cookies the client id is made of _fbp; limited data denies advertising',
    settings: { ...settings, send_ip_and_user_agent: false },
    in: LIMITED_SEARCH,
    out: {
      client_id: '987654321.1767000000',
      timestamp_micros: 1_767_225_700_000_000,
      consent: { ad_user_data: 'DENIED', ad_personalization: 'DENIED' },
      events: [
        {
          name: 'search',
          params: {
            timestamp_micros: 1_767_225_700_000_000,
            page_location: 'https://shop.example/search?q=espresso',
            search_term: 'espresso',
            items: [{ item_id: 'espresso-1kg' }, { item_id: 'espresso-250g' }],
            event_id: 'e-18',
          },
        },
      ],
    },
  },
  {
    title: 'A server’s custom event: the client id is made of external_id, the e-mail hash is sent',
    settings: { ...settings, send_user_data: true },
    in: CUSTOM,
    out: {
      client_id: '1838648662.248798658',
      timestamp_micros: 1_767_225_800_000_000,
      consent: { ad_user_data: 'GRANTED', ad_personalization: 'GRANTED' },
      user_data: { sha256_email_address: [HASHES.em] },
      events: [
        {
          name: 'Tasting_booked',
          params: {
            timestamp_micros: 1_767_225_800_000_000,
            currency: 'EUR',
            value: 15,
            event_id: 'booking:4',
          },
        },
      ],
    },
  },
  {
    title: 'The same where client ids are not derived',
    settings: { ...settings, derived_client_ids: false },
    in: CUSTOM,
    out: undefined,
  },
]
