/** What becomes of three events at Snapchat: tests and docs/destinations/snapchat.md. */
import { CUSTOM, HASHES, LIMITED_SEARCH, PURCHASE } from './ads-examples.ts'
import type { Example } from './destination.ts'
import { type SnapchatSettings, snapchatSchema } from './snapchat-settings.ts'

const settings = snapchatSchema.parse({
  pixel_id: '0a1b2c3d-4e5f-6789-abcd-ef0123456789',
  access_token: 'token-of-the-example',
})
const { client_user_agent = '' } = PURCHASE.event.user_data

export const SNAPCHAT_EXAMPLES: readonly Example<SnapchatSettings>[] = [
  {
    title: 'A purchase',
    settings,
    in: PURCHASE,
    out: {
      event_name: 'PURCHASE',
      event_time: 1_767_225_600,
      event_id: 'purchase:17',
      action_source: 'WEB',
      event_source_url: PURCHASE.event.event_source_url ?? '',
      user_data: {
        em: [HASHES.em],
        ph: [HASHES.ph],
        fn: [HASHES.fn],
        client_ip_address: '203.0.113.7',
        client_user_agent,
        sc_click_id: 'c1a2b3',
      },
      custom_data: {
        currency: 'EUR',
        value: 59.9,
        content_ids: ['espresso-1kg', 'cup'],
        contents: [
          { id: 'espresso-1kg', quantity: '2', item_price: '24.95' },
          { id: 'cup', quantity: '1', item_price: '10' },
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
      event_name: 'SEARCH',
      event_time: 1_767_225_700,
      event_id: 'e-18',
      action_source: 'WEB',
      event_source_url: 'https://shop.example/search?q=espresso',
      data_processing_options: ['LMU'],
      user_data: { client_ip_address: '203.0.113.8', client_user_agent },
      custom_data: {
        content_ids: ['espresso-1kg', 'espresso-250g'],
        search_string: 'espresso',
      },
    },
  },
  {
    title: 'A custom event under one of Snap’s own',
    settings: { ...settings, event_names: { 'Tasting booked': 'CUSTOM_EVENT_1' } },
    in: CUSTOM,
    out: {
      event_name: 'CUSTOM_EVENT_1',
      event_time: 1_767_225_800,
      event_id: 'booking:4',
      action_source: 'WEB',
      user_data: { em: [HASHES.em] },
      custom_data: { currency: 'EUR', value: 15 },
    },
  },
  { title: 'By default custom events are skipped', settings, in: CUSTOM, out: undefined },
]
