/** What becomes of three events at TikTok: tests and docs/destinations/tiktok.md are made of it. */
import { CUSTOM, HASHES, LIMITED_SEARCH, PURCHASE } from './ads-examples.ts'
import type { Example } from './destination.ts'
import { type TiktokSettings, tiktokSchema } from './tiktok-settings.ts'

const settings = tiktokSchema.parse({
  pixel_code: 'C4ABCDEFGHIJKLMNOPQR',
  access_token: 'token-of-the-example',
})
const { client_user_agent = '' } = PURCHASE.event.user_data

export const TIKTOK_EXAMPLES: readonly Example<TiktokSettings>[] = [
  {
    title: 'A purchase: the phone is left out, because TikTok hashes it in another form',
    settings,
    in: PURCHASE,
    out: {
      event: 'Purchase',
      event_time: 1_767_225_600,
      event_id: 'purchase:17',
      user: {
        email: [HASHES.em],
        external_id: [HASHES.external_id],
        first_name: HASHES.fn,
        ttclid: 'E.C.P.abc',
        ip: '203.0.113.7',
        user_agent: client_user_agent,
      },
      page: {
        url: PURCHASE.event.event_source_url ?? '',
        referrer: 'https://shop.example/checkout',
      },
      properties: {
        value: 59.9,
        currency: 'EUR',
        content_type: 'product',
        contents: [
          { content_id: 'espresso-1kg', content_name: 'Espresso 1 kg', price: 24.95, quantity: 2 },
          {
            content_id: 'cup',
            content_category: 'Cups',
            brand: 'BrewBeans',
            price: 10,
            quantity: 1,
          },
        ],
        num_items: 3,
        order_id: '17',
      },
    },
  },
  {
    title: 'Limited Data Use is passed on',
    settings,
    in: LIMITED_SEARCH,
    out: {
      event: 'Search',
      event_time: 1_767_225_700,
      event_id: 'e-18',
      user: { ip: '203.0.113.8', user_agent: client_user_agent },
      page: { url: 'https://shop.example/search?q=espresso' },
      properties: {
        contents: [{ content_id: 'espresso-1kg' }, { content_id: 'espresso-250g' }],
        search_string: 'espresso',
      },
      limited_data_use: true,
    },
  },
  {
    title: 'A custom event under a standard name',
    settings: { ...settings, event_names: { 'Tasting booked': 'Schedule' } },
    in: CUSTOM,
    out: {
      event: 'Schedule',
      event_time: 1_767_225_800,
      event_id: 'booking:4',
      user: { email: [HASHES.em], external_id: [HASHES.external_id] },
      properties: { value: 15, currency: 'EUR' },
    },
  },
  {
    title: 'A custom event where those are skipped',
    settings: { ...settings, custom_events: 'skip' },
    in: CUSTOM,
    out: undefined,
  },
]
