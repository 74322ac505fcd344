/**
 * The promise of the relay with the real Meta destination and the stand-in for Meta: a sale heard
 * from browser and server counts once there; a dead token holds, nothing is lost, and after the
 * mend everything is delivered.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTwofold, type TestServer } from '../start.ts'
import { type Standin, startStandin } from './fake-meta-fixture.ts'

const META_DATASET = '777777777777777'
const META_TOKEN = 'EAABstand-in-token-0001'
const SOON = { timeout: 30_000, interval: 50 }

interface Counted {
  readonly counted: number
  readonly copies: number
}

let server: TestServer
let metaThere: Standin
let dataset: { dataset_id: string; access_token: string }

beforeEach(async () => {
  metaThere = await startStandin({
    datasetId: META_DATASET,
    token: META_TOKEN,
    nowMs: Date.now,
  })
  server = await startTwofold()
  dataset = await server.createDataset()
})
afterEach(async () => {
  await server.close()
  await metaThere.close()
})

const addMeta = (access_token: string) =>
  server.running.destinations.create(dataset.dataset_id, {
    type: 'meta',
    name: 'Meta',
    settings: { dataset_id: META_DATASET, access_token, base_url: metaThere.url },
    legs: { default: { send: 'both', wait_s: 0 } },
  })

const purchase = (order: number) => ({
  event_name: 'Purchase',
  event_time: Math.floor(Date.now() / 1000) - 5,
  event_id: `purchase:${order}`,
  action_source: 'website',
  event_source_url: 'https://shop.example.com/thanks',
  user_data: {
    client_ip_address: '198.51.100.7',
    client_user_agent:
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36',
    external_id: [String(order).padStart(64, '0')],
  },
  custom_data: { value: 10, currency: 'EUR', order_id: String(order) },
})

const post = async (path: string, body: unknown, type = 'application/json'): Promise<void> => {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': type },
    body: JSON.stringify(body),
  })
  expect(response.ok).toBe(true)
}

const sell = (from: number, n: number): Promise<void> =>
  post(`/v25.0/${dataset.dataset_id}/events`, {
    access_token: dataset.access_token,
    data: Array.from({ length: n }, (_, i) => purchase(from + i)),
  })

/** The same orders as the pixel on the thank-you page reports them, with the same ids. */
const report = (from: number, n: number): Promise<void> => {
  const events = Array.from({ length: n }, (_, i) => {
    const { action_source, ...sale } = purchase(from + i)
    const user_data = { fbp: `fb.1.1700000000000.${1_000_000 + from + i}` }
    return { ...sale, dataset_id: dataset.dataset_id, user_data }
  })
  return post('/e', { sent_at: Date.now(), events }, 'text/plain')
}

const countsThere = () => metaThere.ask<Counted>('GET', '/counted')
const countedThere = async (): Promise<number> => (await countsThere()).counted

describe('the shop’s sales', () => {
  it('are counted once each at Meta, whichever side told of them', async () => {
    const { dataset_id } = await addMeta(META_TOKEN)
    await sell(0, 60)
    await report(0, 90)
    await sell(60, 60)
    await expect.poll(countedThere, SOON).toBe(120)
    await expect.poll(async () => (await countsThere()).copies, SOON).toBe(210)
    expect(server.running.relay.lanes(dataset_id)).toMatchObject([{ state: 'running' }])
  })

  it('wait while the token is dead and are all there after it is mended', async () => {
    const { dataset_id, destination_id } = await addMeta('EAABa-token-that-expired-9')
    await sell(0, 40)
    await expect.poll(() => server.running.relay.alarms(dataset_id)[0]?.code, SOON).toMatch(/190/)
    await sell(40, 40)
    expect(await countedThere()).toBe(0)
    await server.running.destinations.update(
      { dataset_id, destination_id },
      { settings: { access_token: META_TOKEN } },
    )
    await expect.poll(countedThere, SOON).toBe(80)
    expect(server.running.relay.alarms(dataset_id)).toEqual([])
  })
})
