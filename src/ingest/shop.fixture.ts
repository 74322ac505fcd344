/** A shop for the tests of ingest: the whole pipeline on the memory store, with a clock of its own. */
import { hash } from 'node:crypto'
import { type Dataset, type DatasetSettings, datasetSettingsSchema } from '../event/dataset.ts'
import type { Channel, Leg, StoredEvent } from '../event/shape.ts'
import { memoryStore } from '../store/drivers/memory.ts'
import type { Store } from '../store/store.ts'
import { createIngest, type Ingest } from './accept.ts'
import type { RoutesOf } from './deliveries.ts'
import type { Outcome } from './ingest.ts'
import type { StepPorts } from './steps.ts'

export const START_MS = Date.UTC(2026, 10, 23, 12)
export const MINUTE_MS = 60_000
export const PERSON = 'fb.1.1700000000000.111'
export const OTHER_PERSON = 'fb.1.1700000000000.222'
const BROWSER_UA = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36'

export type Sent = Record<string, unknown> & { fbp?: string; em?: string; external_id?: string }

export interface Shop {
  readonly ingest: Ingest
  readonly store: Store
  readonly dataset: Dataset
  send(channel: Channel, ...events: Sent[]): Promise<readonly Outcome[]>
  wait(ms: number): void
  events(): Promise<StoredEvent[]>
  total(metric: string): Promise<number>
}

export function openShop(
  settings: Partial<DatasetSettings> = {},
  store: Store = memoryStore(),
  ports: {
    readonly routesOf?: RoutesOf
    readonly rulesOf?: StepPorts['rulesOf']
    readonly nowMs?: () => number
  } = {},
): Shop {
  let waitedMs = 0
  const nowMs = (): number => (ports.nowMs?.() ?? START_MS) + waitedMs
  const dataset: Dataset = {
    ...datasetSettingsSchema.parse({ name: 'Shop', ...settings }),
    dataset_id: '123456789012345',
    created_at_ms: START_MS,
  }
  const ingest = createIngest({
    store,
    nowMs,
    routesOf: ports.routesOf ?? (() => []),
    clockMs: () => 0,
    soon: setImmediate,
    sha256: (text) => hash('sha256', text),
    isBot: (userAgent) => userAgent.includes('Googlebot'),
    rulesOf: ports.rulesOf ?? (() => undefined),
    onCommitted: () => {},
    onError: () => {},
    onStep: () => {},
  })
  const { dataset_id } = dataset
  return {
    ingest,
    store,
    dataset,
    send: (channel, ...events) =>
      ingest.accept({
        dataset,
        envelope: { channel, via: channel === 'browser' ? 'pixel' : 'graph' },
        events: events.map((event) => serverEvent(event, nowMs())),
        bytes: 100,
      }),
    wait: (ms) => {
      waitedMs += ms
    },
    events: async () => [...(await store.events({ dataset_id, limit: 1000 })).events].reverse(),
    total: async (metric) => {
      const window = { dataset_id, from_s: 0, to_s: 4e9, by: 'total' as const }
      const { counters } = await store.counters(window)
      return counters.reduce((sum, row) => sum + (row.metric === metric ? row.n : 0), 0)
    },
  }
}

export function serverEvent({ fbp, em, external_id, ...rest }: Sent, nowMs: number): unknown {
  return {
    event_name: 'Purchase',
    event_time: Math.floor(nowMs / 1000),
    action_source: 'website',
    event_source_url: 'https://shop.example.com/thanks',
    user_data: {
      client_user_agent: BROWSER_UA,
      client_ip_address: '198.51.100.7',
      ...(fbp ? { fbp } : {}),
      ...(em ? { em: [hash('sha256', em)] } : {}),
      ...(external_id ? { external_id: [hash('sha256', external_id)] } : {}),
    },
    ...rest,
  }
}

export const money = (value: number, currency = 'EUR', more = {}): Sent => ({
  custom_data: { value, currency, ...more },
})

export async function allLegs(shop: Shop): Promise<Leg[]> {
  const legs: Leg[] = []
  for await (const chunk of shop.store.scan(shop.dataset.dataset_id, 0)) legs.push(...chunk)
  return legs
}
