/**
 * What the file destination makes of an event: tests, docs and simulator input at once.
 */
import type { Example } from './destination.ts'
import { PAGE_VIEW, PURCHASE } from './example-events.ts'
import { COLUMNS, type Row } from './file-columns.ts'
import { type FileSettings, fileSettingsSchema } from './file-settings.ts'

export const fileExamples: readonly Example<FileSettings>[] = [
  {
    title: 'a purchase as a row of Parquet',
    settings: fileSettingsSchema.parse({ path: 'shop' }),
    in: PURCHASE,
    out: row({
      key: '4831500000000017:42',
      dataset_id: '4831500000000017',
      event_id: 'o-17',
      event_name: 'Purchase',
      event_time: '2026-09-21T14:13:20.000Z',
      received_at: '2026-09-21T14:13:21.500Z',
      action_source: 'website',
      channel: 'server',
      via: 'graph',
      event_source_url: 'https://shop.com/thanks',
      value: '30.1',
      currency: 'EUR',
      order_id: '17',
      content_ids: ['beans-1', 'cup-2'],
      custom_data:
        '{"value":30.1,"currency":"EUR","order_id":"17","content_ids":["beans-1","cup-2"],"contents":[{"id":"beans-1","quantity":2,"item_price":12.3}],"coupon":"SPRING"}',
      em: ['b5fc85e55755f9e0d030a10ab4429b6b2944855f9a0d60077fe832becbc41d72'],
      ct: ['6089854c94ca5454b76be6752c562901a985f64c9a946f62976aeab593b83161'],
      client_ip_address: '198.51.100.7',
      client_user_agent: 'Mozilla/5.0',
      fbp: 'fb.1.1789999000000.1234567890',
      consent: 'granted',
    }),
  },
  {
    title: 'a page view as a row of Parquet: what it lacks is null',
    settings: fileSettingsSchema.parse({ partition: 'hour' }),
    in: PAGE_VIEW,
    out: row({
      key: '4831500000000017:43:44',
      dataset_id: '4831500000000017',
      event_id: 'v-1',
      event_name: 'PageView',
      event_time: '2026-09-21T15:13:20.000Z',
      received_at: '2026-09-21T15:13:20.250Z',
      action_source: 'website',
      channel: 'browser',
      via: 'pixel',
      test_event_code: 'TEST1',
    }),
  },
  {
    title: 'a page view as a line of NDJSON',
    settings: fileSettingsSchema.parse({ format: 'ndjson' }),
    in: PAGE_VIEW,
    out: {
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
]

function row(values: Row): Row {
  const empty = Object.fromEntries(COLUMNS.map(({ name }) => [name, null]))
  return { ...empty, ...values }
}
