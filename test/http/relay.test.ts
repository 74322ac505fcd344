/** From the public door to a server of somebody else, through the whole program. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTwofold, type TestServer } from '../start.ts'
import { openTarget, type Target, targetDestination } from './relay-target.ts'

const TOKEN = 'the-right-secret-token-9876'
const WRONG_TOKEN = 'a-wrong-secret-token-5432'
const SOON = { timeout: 20_000, interval: 20 }

let folder: string
let server: TestServer
let target: Target
let dataset: { dataset_id: string; access_token: string }
const open: Target[] = []

const start = async (secretKey?: Uint8Array): Promise<void> => {
  server = await startTwofold({ dataDir: folder, secretKey }, [targetDestination])
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'twofold-relay-'))
  target = await openTarget(TOKEN)
  open.push(target)
  await start()
  dataset = await server.createDataset()
})

afterEach(async () => {
  await server.close()
  for (const one of open.splice(0)) await one.close()
  rmSync(folder, { recursive: true, force: true })
})

const addDestination = async (more: Record<string, unknown> = {}, token = TOKEN) => {
  const { dataset_id, destination_id } = await server.running.destinations.create(
    dataset.dataset_id,
    {
      type: 'target',
      name: 'Target',
      settings: { url: target.url, token },
      legs: { default: { send: 'both', wait_s: 0 } },
      ...more,
    },
  )
  return { dataset_id, destination_id }
}

const send = async (from: number, n: number): Promise<void> => {
  const data = Array.from({ length: n }, (_, i) => ({
    event_name: 'Purchase',
    event_time: Math.floor(Date.now() / 1000) - 60,
    event_id: `order-${from + i}`,
    action_source: 'website',
    event_source_url: 'https://shop.example.com/thanks',
    user_data: { client_ip_address: '198.51.100.7', client_user_agent: 'Firefox' },
    custom_data: { value: 30, currency: 'EUR' },
  }))
  const { dataset_id, access_token } = dataset
  const response = await fetch(`${server.url}/v25.0/${dataset_id}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ data, access_token }),
  })
  expect(response.status).toBe(200)
}

const ids = (one = target): string[] => one.taken.map(({ event }) => event.event_id).sort()
const orders = (n: number): string[] => Array.from({ length: n }, (_, i) => `order-${i}`).sort()

describe('an accepted event', () => {
  it('reaches its destination once, as its sender made it', async () => {
    await addDestination()
    await send(0, 250)
    await expect.poll(() => ids(), SOON).toEqual(orders(250))
    expect(target.taken[0]?.event).toMatchObject({
      event_source_url: 'https://shop.example.com/thanks',
      user_data: { client_ip_address: '198.51.100.7', client_user_agent: 'Firefox' },
      custom_data: { value: 30, currency: 'EUR' },
    })
  })

  it('reaches it although another destination never answers', async () => {
    const hanging = await openTarget(TOKEN)
    hanging.hanging = true
    open.push(hanging)
    await addDestination({ settings: { url: hanging.url, token: TOKEN } })
    await addDestination()
    for (let i = 0; i < 5; i++) {
      await send(i * 10, 10)
      await expect.poll(() => ids().length, SOON).toBe(10 * (i + 1))
    }
    expect(ids(hanging)).toEqual([])
  })
})

describe('a token that does not work', () => {
  it('holds everything, through a restart, until it is mended: then all of it is sent', async () => {
    const key = await addDestination({}, WRONG_TOKEN)
    await send(0, 30)
    await expect.poll(() => server.running.relay.alarms()[0]?.code, SOON).toBe('401')
    await send(30, 30)
    await server.close()
    await start()
    expect(server.running.relay.alarms(dataset.dataset_id)).toMatchObject([{ ...key, code: '401' }])
    await send(60, 30)
    expect(ids()).toEqual([])
    await server.running.destinations.update(key, { settings: { token: TOKEN } })
    await expect.poll(() => ids(), SOON).toEqual(orders(90))
    await expect.poll(() => server.running.relay.alarms(), SOON).toEqual([])
  })

  it('is sent with at once when the owner asks for it', async () => {
    const key = await addDestination({}, WRONG_TOKEN)
    await send(0, 3)
    await expect.poll(() => server.running.relay.alarms().length, SOON).toBe(1)
    target.token = WRONG_TOKEN
    expect(await server.running.relay.retry(key)).toBeGreaterThan(0)
    await expect.poll(() => ids(), SOON).toEqual(orders(3))
  })
})

describe('secrets', () => {
  it('are nowhere in the data folder in clear, although the remote repeats them', async () => {
    await addDestination({}, WRONG_TOKEN)
    await send(0, 3)
    await expect.poll(() => server.running.relay.alarms().length, SOON).toBe(1)
    const alarm = JSON.stringify(server.running.relay.alarms())
    expect(alarm).toContain('•••• 5432')
    expect(alarm).not.toContain(WRONG_TOKEN)
    for (const name of readdirSync(folder)) {
      if (statSync(join(folder, name)).isFile()) {
        expect(readFileSync(join(folder, name)).includes(WRONG_TOKEN)).toBe(false)
      }
    }
  })

  it('under another key hold their destination, and the server runs on', async () => {
    await addDestination()
    await server.close()
    await start(new Uint8Array(32).fill(5))
    await send(0, 5)
    expect(server.running.relay.alarms()).toMatchObject([{ code: 'secret_unreadable' }])
    expect(ids()).toEqual([])
    await server.close()
    await start()
    await expect.poll(() => ids(), SOON).toEqual(orders(5))
  })
})

describe('a dataset that is deleted', () => {
  it('takes its destinations along', async () => {
    await addDestination()
    await server.api('DELETE', `/api/datasets/${dataset.dataset_id}`)
    expect(server.running.destinations.list(dataset.dataset_id)).toEqual([])
    await server.close()
    await start()
    expect(server.running.destinations.list(dataset.dataset_id)).toEqual([])
  })
})
