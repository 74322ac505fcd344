/** Meta's own scores beside ours: asked with the destination's token, bounded, and kept a while. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { remoteQualitySchema } from '../../src/api/quality-schemas.ts'
import type { RemoteQualityAnswer } from '../../src/api/types.ts'
import { startTwofold, type TestServer } from '../start.ts'

const TOKEN = 'EAABremote-scores-token-0001'

const ANSWER = {
  web: [
    {
      event_name: 'Purchase',
      event_match_quality: {
        composite_score: '7.2',
        match_key_feedback: [
          { identifier: 'email', coverage: { percentage: 100 } },
          { identifier: 'ip_address', coverage: { percentage: '99.9' } },
        ],
      },
      event_coverage: { percentage: 134.1, goal_percentage: 75 },
    },
    { event_name: 'Lead', something_new: true },
    { not_an_event: 1 },
  ],
}

let metaThere: Server
let server: TestServer
const asked: IncomingMessage[] = []
let answer: { status: number; body: unknown } = { status: 200, body: ANSWER }

beforeAll(async () => {
  metaThere = createServer((request, response) => {
    asked.push(request)
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer.body))
  })
  await new Promise<void>((done) => metaThere.listen(0, '127.0.0.1', done))
  server = await startTwofold()
})

afterAll(async () => {
  await server.close()
  await new Promise((done) => metaThere.close(done))
})

const metaUrl = () => `http://127.0.0.1:${(metaThere.address() as AddressInfo).port}`

async function withMeta(): Promise<{ id: string; destination_id: string }> {
  const { dataset_id } = await server.createDataset()
  const { destination_id } = await server.running.destinations.create(dataset_id, {
    type: 'meta',
    name: 'Meta',
    settings: { dataset_id: '777', access_token: TOKEN, base_url: metaUrl() },
  })
  await server.running.destinations.create(dataset_id, {
    type: 'file',
    name: 'Gives no scores',
    settings: {},
  })
  return { id: dataset_id, destination_id }
}

const read = async (id: string): Promise<RemoteQualityAnswer> =>
  remoteQualitySchema.strict().parse(await server.api('GET', `/api/datasets/${id}/quality/remote`))

it('shows what Meta says, asks once for many readers, and keeps the token to itself', async () => {
  const { id, destination_id } = await withMeta()
  asked.length = 0
  const [first, second] = await Promise.all([read(id), read(id)])
  expect(first).toEqual(second)
  expect(await read(id)).toEqual(first)
  expect(first.scores).toEqual([
    {
      destination_id,
      name: 'Meta',
      fetched_at: expect.any(Number),
      problem: null,
      events: [
        {
          event_name: 'Purchase',
          score: 7.2,
          event_coverage: 1,
          keys: [
            { identifier: 'email', coverage: 1 },
            { identifier: 'ip_address', coverage: 0.9990000000000001 },
          ],
        },
        { event_name: 'Lead', score: null, event_coverage: null, keys: [] },
      ],
    },
  ])
  expect(asked).toHaveLength(1)
  const [{ url = '', headers, method } = {} as IncomingMessage] = asked
  expect(method).toBe('GET')
  expect(url).toMatch(/^\/v24\.0\/dataset_quality\?dataset_id=777&fields=web/)
  expect(url).not.toContain(TOKEN)
  expect(headers.authorization).toBe(`Bearer ${TOKEN}`)
})

it('says why there are none, without the token, and asks anew when the settings change', async () => {
  answer = {
    status: 400,
    body: { error: { message: `(#190) bad ${TOKEN}`, code: 190, type: 'OAuthException' } },
  }
  const { id, destination_id } = await withMeta()
  const [refused] = (await read(id)).scores
  expect(refused?.problem?.code).toBe('190')
  expect(refused?.problem?.detail).toContain('make a new one')
  expect(JSON.stringify(refused)).not.toContain(TOKEN)
  answer = { status: 200, body: 'not what was expected' }
  await server.running.destinations.update({ dataset_id: id, destination_id }, { name: 'Mended' })
  expect((await read(id)).scores[0]).toMatchObject({
    name: 'Mended',
    problem: { code: 'http_200' },
  })
  answer = { status: 200, body: ANSWER }
  await server.running.destinations.update({ dataset_id: id, destination_id }, { name: 'Again' })
  expect((await read(id)).scores[0]?.events).toHaveLength(2)
})
