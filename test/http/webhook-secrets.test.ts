/** What nobody reads back of a webhook: its address behind the origin, and its headers. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { DeliveriesAnswer, DestinationShown } from '../../src/api/types.ts'
import { type Receiver, startReceiver } from '../../src/destinations/receiver.fixture.ts'
import { startTwofold, type TestServer } from '../start.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const HIDDEN = [SECRET, 'hooks', '8a7b6c5d', 'queryvalue', 'headervalue']
const SOON = { timeout: 20_000, interval: 50 }

let server: TestServer
let receiver: Receiver
let answer = 404
beforeAll(async () => {
  server = await startTwofold()
  // As many servers do: the page of an error names the path that was asked for.
  receiver = await startReceiver(({ url, headers }) => ({
    status: answer,
    body: `Cannot POST ${url} with ${headers.authorization}`,
  }))
})
afterAll(async () => {
  await server.close()
  await receiver.close()
})

it('is shown to nobody, wherever the receiver repeats it, and works', async () => {
  const dataset = await server.createDataset()
  const path = (rest: string): string => `/api/datasets/${dataset.dataset_id}${rest}`
  const settings = {
    url: `${receiver.url}/hooks/8a7b6c5d4e3f2a1b?key=queryvalue`,
    headers: 'Authorization: Bearer headervalue\nX-Shop: headervalue-2',
    secret: SECRET,
  }
  const input = { type: 'webhook', name: 'Shop', settings, legs: { default: DIRECT } }
  const made = await server.api<DestinationShown>('POST', path('/destinations'), input)
  const masked = { url: `${receiver.url}/…`, headers: 'Authorization: ••••\nX-Shop: ••••' }
  expect(made.settings).toMatchObject(masked)
  const { token } = await server.api<{ token: string }>('POST', path('/tokens'), READER)
  const read = async <T>(rest: string): Promise<T> => {
    const headers = { authorization: `Bearer ${token}` }
    return (await fetch(server.url + path(rest), { headers })).json() as Promise<T>
  }
  const one = `/destinations/${made.destination_id}`
  const event = { event_name: 'Lead', event_time: Math.floor(Date.now() / 1000), event_id: 'l-1' }
  await server.api('POST', `/v24.0/${dataset.dataset_id}/events`, {
    access_token: dataset.access_token,
    data: [{ ...event, action_source: 'website', user_data: { em: ['jo@example.com'] } }],
  })
  const shown = (): Promise<DestinationShown> => read(one)
  await expect.poll(async () => (await shown()).status.states.held, SOON).toBe(1)
  const seen = [await shown(), await read<DeliveriesAnswer>('/deliveries')]
  for (const hidden of HIDDEN) expect(JSON.stringify(seen)).not.toContain(hidden)
  expect(JSON.stringify(seen)).toContain('Cannot POST')
  answer = 204
  // As a form sends it back: everything masked, nothing changed.
  await server.api('PATCH', path(one), { settings: made.settings })
  await expect.poll(async () => (await shown()).status.states.delivered, SOON).toBe(1)
  expect(receiver.received.at(-1)).toMatchObject({
    url: '/hooks/8a7b6c5d4e3f2a1b?key=queryvalue',
    headers: { authorization: 'Bearer headervalue', 'x-shop': 'headervalue-2' },
  })
})

const DIRECT = { send: 'both', wait_s: 0 }
const READER = { purpose: 'read' }
