/** What becomes of three events at Pinterest: tests and docs/destinations/pinterest.md. */
import { CUSTOM, HASHES, LIMITED_SEARCH, PURCHASE } from './ads-examples.ts'
import type { Example } from './destination.ts'
import { type PinterestSettings, pinterestSchema } from './pinterest-settings.ts'

const settings = pinterestSchema.parse({
  ad_account_id: '549755885175',
  access_token: 'token-of-the-example',
})
const { client_user_agent = '' } = PURCHASE.event.user_data

export const PINTEREST_EXAMPLES: readonly Example<PinterestSettings>[] = [
  {
    title: 'A purchase',
    settings,
    in: PURCHASE,
    out: {
      event_name: 'checkout',
      action_source: 'web',
      event_time: 1_767_225_600,
      event_id: 'purchase:17',
      event_source_url: PURCHASE.event.event_source_url ?? '',
      user_data: {
        em: [HASHES.em],
        ph: [HASHES.ph],
        fn: [HASHES.fn],
        country: [HASHES.country],
        external_id: [HASHES.external_id],
        client_ip_address: '203.0.113.7',
        client_user_agent,
        click_id: 'dj0yabc',
      },
      custom_data: {
        currency: 'EUR',
        value: '59.9',
        content_ids: ['espresso-1kg', 'cup'],
        contents: [
          { id: 'espresso-1kg', item_price: '24.95', quantity: 2, item_name: 'Espresso 1 kg' },
          {
            id: 'cup',
            item_price: '10',
            quantity: 1,
            item_category: 'Cups',
            item_brand: 'BrewBeans',
          },
        ],
        num_items: 3,
        order_id: '17',
      },
    },
  },
  {
    title: 'Limited Data Use becomes limited data processing',
    settings,
    in: LIMITED_SEARCH,
    out: {
      event_name: 'search',
      action_source: 'web',
      event_time: 1_767_225_700,
      event_id: 'e-18',
      event_source_url: 'https://shop.example/search?q=espresso',
      user_data: { client_ip_address: '203.0.113.8', client_user_agent },
      custom_data: {
        content_ids: ['espresso-1kg', 'espresso-250g'],
        search_string: 'espresso',
        opt_out_type: 'LDP',
      },
    },
  },
  {
    title: 'A custom event where those are sent',
    settings: { ...settings, custom_events: 'send' },
    in: CUSTOM,
    out: {
      event_name: 'custom',
      action_source: 'web',
      event_time: 1_767_225_800,
      event_id: 'booking:4',
      user_data: { em: [HASHES.em], external_id: [HASHES.external_id] },
      custom_data: { currency: 'EUR', value: '15' },
    },
  },
  { title: 'By default custom events are skipped', settings, in: CUSTOM, out: undefined },
]
