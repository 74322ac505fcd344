/**
 * The collector on a real socket with a recording accept() behind it: what a test sends goes
 * through HTTP, what arrives is a Delivery to look at. Used by the collector's tests only.
 */
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import { type CollectorPorts, registerCollector } from '../../src/collector/collector.ts'
import { createPixelDoor } from '../../src/collector/pixel-door.ts'
import { createRate } from '../../src/collector/rate.ts'
import { createTestCodes } from '../../src/collector/test-codes.ts'
import { TwofoldError } from '../../src/errors.ts'
import { type Dataset, datasetSettingsSchema } from '../../src/event/dataset.ts'
import type { Delivery, Outcome } from '../../src/ingest/ingest.ts'

export const NOW_MS = 1_790_000_000_000
export const NOW_S = NOW_MS / 1000
export const SCRIPT = 'globalThis.settings = __TWOFOLD_SETTINGS__;\n'

export interface Collector {
  readonly url: string
  readonly port: number
  readonly deliveries: Delivery[]
  /** Lines of the log, as JSON text. */
  readonly log: string[]
  /** What accept() answers from here on; default: everything accepted. */
  answer(accept: CollectorPorts['accept']): void
  close(): Promise<void>
}

export function dataset(id: string, settings: Record<string, unknown> = {}): Dataset {
  const parsed = datasetSettingsSchema.parse({ name: `Dataset ${id}`, ...settings })
  return { ...parsed, dataset_id: id, created_at_ms: NOW_MS }
}

export function accepted(delivery: Delivery): Outcome[] {
  return delivery.events.map((_, index) => ({ verdict: 'accepted', seq: index + 1 }))
}

/** The token `good` may send to every dataset, `other` only to 999, `reads` only reads 1001. */
export async function startCollector(
  datasets: readonly Dataset[] = [dataset('1001')],
  ports: Partial<CollectorPorts> = {},
): Promise<Collector> {
  const deliveries: Delivery[] = []
  const log: string[] = []
  let accept: CollectorPorts['accept'] = async (delivery) => accepted(delivery)
  const app = Fastify({
    logger: { level: 'info', stream: { write: (line: string) => void log.push(line) } },
    disableRequestLogging: true,
    routerOptions: { ignoreTrailingSlash: true },
  })
  const doorPorts = {
    accept: (delivery: Delivery) => {
      deliveries.push(delivery)
      return accept(delivery)
    },
    findDataset: (id: string) => datasets.find(({ dataset_id }) => dataset_id === id),
    publicUrl: undefined,
    trustedProxies: 0,
    nowMs: () => NOW_MS,
    random: Math.random,
    ...ports,
  }
  registerCollector(app, {
    answerPixel: createPixelDoor({
      ...doorPorts,
      rate: createRate(doorPorts.nowMs),
      logError: (error) => app.log.error({ err: error }, 'a request to the collector failed'),
    }),
    findByPixel: (id) => datasets.find(({ meta_pixels }) => meta_pixels.includes(id)),
    authorize: (token, id, purpose) =>
      purpose === 'send'
        ? token === 'good' || (token === 'other' && id === '999')
        : token === 'reads' && id === '1001',
    grantOf: (token) => (['good', 'other', 'reads'].includes(token) ? {} : undefined),
    pixelScript: SCRIPT,
    testCodes: createTestCodes('key', doorPorts.nowMs),
    hooks: {
      expect: () => {
        throw new TwofoldError('connection_not_found')
      },
      take: () => Promise.reject(new TwofoldError('connection_not_found')),
    },
    ...doorPorts,
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    deliveries,
    log,
    answer: (next) => {
      accept = next
    },
    close: () => app.close(),
  }
}

export function serverEvent(extra: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    event_name: 'Purchase',
    event_time: NOW_S,
    event_id: 'order-17',
    action_source: 'website',
    user_data: { em: ['a'.repeat(64)] },
    custom_data: { value: 30, currency: 'EUR', note: 'größer / "quoted" & 50%+' },
    ...extra,
  }
}

export function pixelEvent(extra: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    dataset_id: '1001',
    event_name: 'PageView',
    event_time: NOW_S,
    event_id: 'view-1',
    event_source_url: 'https://shop.example.com/coffee?size=1',
    user_data: { fbp: 'fb.1.1789000000000.123456' },
    ...extra,
  }
}

export interface Sent {
  readonly path?: string
  readonly type?: string
  readonly body?: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

/** The parts of any answer of the server doors that tests look at. */
export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly body: {
    readonly error: Readonly<Record<string, unknown>>
    readonly events_received?: number
    readonly messages?: readonly string[]
  }
}

export const json = (body: unknown): Sent => ({
  type: 'application/json',
  body: JSON.stringify(body),
})

export async function post(
  { url }: Collector,
  { path = '/v24.0/1001/events?access_token=good', type, body, headers }: Sent,
): Promise<Answered> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { ...(type ? { 'content-type': type } : {}), ...headers },
    ...(body === undefined ? {} : { body }),
  })
  const answer = (await response.json()) as Answered['body']
  return { status: response.status, headers: response.headers, body: answer }
}
