/** /metrics by the public door: who gets the numbers of the server. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTwofold, type TestServer } from '../start.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTwofold()
})
afterAll(() => server?.close())

const scrape = (headers: Record<string, string>) => fetch(`${server.url}/metrics`, { headers })

it('are for the machine, and elsewhere for a token for everything', async () => {
  const near = await scrape({})
  expect(near.status).toBe(200)
  expect(await near.text()).toContain('twofold_queue_events')
  const far = { 'x-forwarded-for': '8.8.8.8' }
  const refused = await scrape(far)
  expect(refused.status).toBe(403)
  const { error } = (await refused.json()) as { error: { code: string; detail: string } }
  expect(error).toMatchObject({ code: 'forbidden', detail: expect.stringContaining('token') })
  expect((await scrape({ ...far, authorization: `Bearer ${server.adminToken}` })).status).toBe(200)
  const { dataset_id } = await server.createDataset()
  const path = `/api/datasets/${dataset_id}/tokens`
  const { token } = await server.api<{ token: string }>('POST', path, { purpose: 'read' })
  expect((await scrape({ ...far, authorization: `Bearer ${token}` })).status).toBe(403)
})
