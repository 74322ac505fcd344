/** `in -> out` of the Meta destination: tests, docs and input of the simulator. */
import type { Hashed, ServerEvent, UserData } from '../event/shape.ts'
import type { Example } from './destination.ts'
import type { MetaSettings } from './meta-settings.ts'

const settings: MetaSettings = {
  dataset_id: '1234567890',
  access_token: 'EXAMPLE-TOKEN',
  app_secret: null,
  api_version: 'v24.0',
  test_event_code: null,
  partner_agent: null,
  base_url: 'https://graph.facebook.com',
  check_first: true,
}

/** SHA-256 of "anna@example.com". */
const EM = 'f7d54c22dda5b1780276601cd005909b70543fc4a6ba72d735b4cb9bbb611f01' as Hashed

type Event = ServerEvent<UserData> & { readonly event_id: string }

function example(title: string, event: Event, out: Example<MetaSettings>['out']) {
  const envelope = {
    dataset_id: '5550001',
    channel: 'server',
    via: 'graph',
    received_at_ms: event.event_time * 1000 + 200,
    consent: { state: 'granted', signal: 'api' },
  } as const
  return { title, settings, in: { key: '5550001:1', event, envelope }, out } as const
}

const purchase: Event = {
  event_name: 'Purchase',
  event_time: 1_800_000_000,
  event_id: 'order-1001',
  action_source: 'website',
  event_source_url: 'https://shop.example.com/thanks',
  user_data: {
    em: [EM],
    client_ip_address: '203.0.113.7',
    client_user_agent: 'Mozilla/5.0',
    fbp: 'fb.1.1799999990000.1098115397',
  },
  custom_data: {
    value: 59.9,
    currency: 'EUR',
    order_id: '1001',
    contents: [{ id: 'beans-1', quantity: 2, item_price: 29.95 }],
  },
}

export const metaExamples: readonly Example<MetaSettings>[] = [
  example('A purchase arrives as it is', purchase, {
    event_name: 'Purchase',
    event_time: 1_800_000_000,
    event_id: 'order-1001',
    action_source: 'website',
    event_source_url: 'https://shop.example.com/thanks',
    user_data: {
      em: [EM],
      client_ip_address: '203.0.113.7',
      client_user_agent: 'Mozilla/5.0',
      fbp: 'fb.1.1799999990000.1098115397',
    },
    custom_data: {
      value: 59.9,
      currency: 'EUR',
      order_id: '1001',
      contents: [{ id: 'beans-1', quantity: 2, item_price: 29.95 }],
    },
  }),
  example(
    'Limited data use and opt_out are passed on exactly',
    {
      event_name: 'Lead',
      event_time: 1_800_000_000,
      event_id: 'lead-7',
      action_source: 'website',
      user_data: { em: [EM] },
      opt_out: true,
      data_processing_options: ['LDU'],
      data_processing_options_country: 1,
      data_processing_options_state: 1000,
    },
    {
      event_name: 'Lead',
      event_time: 1_800_000_000,
      event_id: 'lead-7',
      action_source: 'website',
      opt_out: true,
      data_processing_options: ['LDU'],
      data_processing_options_country: 1,
      data_processing_options_state: 1000,
      user_data: { em: [EM] },
    },
  ),
  example(
    "A lead of a CRM: Meta's lead id is an integer",
    {
      event_name: 'Qualified',
      event_time: 1_800_000_000,
      event_id: 'crm-31-qualified',
      action_source: 'system_generated',
      user_data: { lead_id: '525645896321548' },
      custom_data: { event_source: 'crm', lead_event_source: 'HubSpot' },
    },
    {
      event_name: 'Qualified',
      event_time: 1_800_000_000,
      event_id: 'crm-31-qualified',
      action_source: 'system_generated',
      user_data: { lead_id: 525645896321548 },
      custom_data: { event_source: 'crm', lead_event_source: 'HubSpot' },
    },
  ),
  example(
    'A sale in a WhatsApp conversation',
    {
      event_name: 'Purchase',
      event_time: 1_800_000_000,
      event_id: 'wa-9',
      action_source: 'business_messaging',
      messaging_channel: 'whatsapp',
      user_data: { ctwa_clid: 'Afc3KQh', page_id: '1078' },
      custom_data: { value: 12, currency: 'BRL' },
    },
    {
      event_name: 'Purchase',
      event_time: 1_800_000_000,
      event_id: 'wa-9',
      action_source: 'business_messaging',
      messaging_channel: 'whatsapp',
      user_data: { ctwa_clid: 'Afc3KQh', page_id: '1078' },
      custom_data: { value: 12, currency: 'BRL' },
    },
  ),
]
