/** How much is handed to ingest at once, and what comes back of it. */
import { expect, it } from 'vitest'
import { datasetSettingsSchema } from '../../event/dataset.ts'
import type { Delivery, Outcome } from '../../ingest/ingest.ts'
import { BODY_UNPACKED_BYTES_MAX, EVENTS_PER_REQUEST_MAX } from '../../limits.ts'
import { memoryStore } from '../../store/drivers/memory.ts'
import { handOver, type Wanted } from './hand-over.ts'

const DATASET = {
  ...datasetSettingsSchema.parse({ name: 'Shop' }),
  dataset_id: '1',
  created_at_ms: 0,
}
const SETTINGS = { secrets: [], order_prefix: '', test_event_code: 'TEST1' }

function wanted(count: number, more: { test?: boolean; text?: string } = {}): Wanted {
  const { test = false, text = '' } = more
  const events = Array.from({ length: count }, (_, index) => ({
    event: {
      event_name: 'Lead',
      event_time: 1,
      event_id: `lead:${index}`,
      action_source: 'website',
      user_data: {},
      custom_data: { text },
    },
    consent: undefined,
    test,
    joinFrom: undefined,
    trail: undefined,
  }))
  return { settings: SETTINGS, events }
}

async function handed(...jobs: readonly Wanted[]) {
  const deliveries: Delivery[] = []
  const accept = async (delivery: Delivery): Promise<Outcome[]> => {
    deliveries.push(delivery)
    return delivery.events.map((_, seq) => ({ verdict: 'accepted', seq }))
  }
  const done = await handOver(jobs, DATASET, { accept, store: memoryStore() })
  return { done, sizes: deliveries.map(({ events }) => events.length), deliveries }
}

it.each<[string, readonly Wanted[], readonly number[]]>([
  ['what fits goes at once', [wanted(3), wanted(4)], [7]],
  [
    'many large deliveries go in slices',
    [wanted(1000), wanted(1000), wanted(500)],
    [1000, 1000, 500],
  ],
  ['a slice may end within a delivery', [wanted(700), wanted(700)], [1000, 400]],
  ['test orders go by themselves', [wanted(2), wanted(3, { test: true })], [2, 3]],
  [
    'few but huge ones go in slices too',
    [wanted(5, { text: 'x'.repeat(BODY_UNPACKED_BYTES_MAX / 2 - 1000) })],
    [2, 2, 1],
  ],
  ['nothing is nothing', [wanted(0)], []],
])('%s', async (_, jobs, sizes) => {
  const { sizes: seen, deliveries, done } = await handed(...jobs)
  expect(seen).toEqual(sizes)
  expect(Math.max(0, ...seen)).toBeLessThanOrEqual(EVENTS_PER_REQUEST_MAX)
  for (const { bytes } of deliveries) expect(bytes).toBeLessThanOrEqual(BODY_UNPACKED_BYTES_MAX)
  expect(done).toHaveLength(jobs.length)
  expect(done.every(({ refused }) => refused === undefined)).toBe(true)
  const shown = done.flatMap(({ events }) => events.map(({ verdict }) => verdict))
  expect(new Set(shown).size).toBeLessThanOrEqual(1)
})
