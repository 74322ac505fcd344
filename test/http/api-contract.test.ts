/** The two doors of the collector answer as the OpenAPI document says, on the real server. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { z } from 'zod'
import {
  graphAnswerSchema,
  graphBodySchema,
  graphErrorSchema,
  pixelAnswerSchema,
  pixelBodySchema,
} from '../../src/api/collector-contract.ts'
import { errorSchema, eventsSchema, summarySchema } from '../../src/api/schemas.ts'
import { startTwofold, type TestServer } from '../start.ts'

let server: TestServer
let dataset: { dataset_id: string; access_token: string }

beforeAll(async () => {
  server = await startTwofold()
  dataset = await server.createDataset()
})

afterAll(() => server.close())

const nowS = (): number => Math.floor(Date.now() / 1000)
const shared = () => ({
  event_name: 'Purchase',
  event_time: nowS(),
  event_id: 'order-1',
  event_source_url: 'https://shop.example/thanks',
  custom_data: { value: 30, currency: 'EUR', order_id: '1' },
})

async function post(path: string, body: object): Promise<{ status: number; answer: unknown }> {
  const response = await fetch(server.url + path, { method: 'POST', body: JSON.stringify(body) })
  return { status: response.status, answer: await response.json() }
}

const as = <T extends z.ZodObject>(schema: T, value: unknown): z.output<T> =>
  schema.strict().parse(value) as z.output<T>

it('a sale through both doors, as documented, is one event in the reports', async () => {
  const { dataset_id, access_token } = dataset
  const pixel: z.input<typeof pixelBodySchema> = {
    sent_at: Date.now(),
    events: [{ ...shared(), dataset_id, user_data: { fbp: 'fb.1.1700000000000.1234567890' } }],
  }
  const browser = await post('/e', as(pixelBodySchema, pixel))
  expect([browser.status, as(pixelAnswerSchema, browser.answer)]).toEqual([
    200,
    { events_received: 1, messages: [] },
  ])
  const graph: z.input<typeof graphBodySchema> = {
    access_token,
    data: [{ ...shared(), action_source: 'website', user_data: { em: 'a'.repeat(64) } }],
  }
  for (const [path, status] of [
    [`/v25.0/${dataset_id}/events`, 200],
    [`/${dataset_id}/events`, 200],
    [`/capi/${dataset_id}/events`, 202],
  ] as const) {
    const sent = await post(path, as(graphBodySchema, graph))
    expect([path, sent.status]).toEqual([path, status])
    expect(as(graphAnswerSchema, sent.answer).events_received).toBe(1)
  }
  const path = `/api/datasets/${dataset_id}`
  const summary = as(summarySchema, await server.api('GET', `${path}/summary`))
  expect(summary).toMatchObject({
    received: { browser: 1, server: 3, other: 0 },
    duplicates: 3,
    counted: 1,
    pairs: { both: 1 },
    by_event: [{ event_name: 'Purchase', value: [{ currency: 'EUR', sum: 30 }] }],
  })
  const { events } = as(eventsSchema, await server.api('GET', `${path}/events?event_id=order-1`))
  expect(events).toMatchObject([{ matched_by: 'event_id', legs: [{}, {}, {}, {}] }])
})

it('refusals have the documented shapes', async () => {
  const { dataset_id, access_token } = dataset
  const data = [{ event_name: 'Purchase' }]
  const refused = await post(`/v25.0/${dataset_id}/events`, { access_token, data })
  expect([refused.status, as(graphErrorSchema, refused.answer).events_received]).toEqual([400, 0])
  const unknown = await post(`/v25.0/${dataset_id}/events`, { access_token: 'x', data })
  expect([unknown.status, as(graphErrorSchema, unknown.answer).error.code]).toEqual([401, 190])
  const pixel = await fetch(`${server.url}/e`, { method: 'POST', body: '{' })
  expect([pixel.status, as(errorSchema, await pixel.json()).error.code]).toEqual([
    400,
    'invalid_request',
  ])
})
