/** What a replay refuses, by the public door: every answer names what is wrong and where. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTwofold, type TestServer } from '../start.ts'

let server: TestServer
let dataset: { dataset_id: string; access_token: string }
let destination: { dataset_id: string; destination_id: string }

beforeAll(async () => {
  server = await startTwofold()
  dataset = await server.createDataset()
  const { dataset_id } = dataset
  const { destination_id } = await server.running.destinations.create(dataset_id, {
    type: 'meta',
    name: 'Meta',
    settings: { dataset_id: '777', access_token: 'EAABnobody', base_url: server.url },
  })
  destination = { dataset_id, destination_id }
})
afterAll(() => server.close())

const path = () => `/api/datasets/${dataset.dataset_id}/replays`

const ask = async (body: object, token = server.adminToken) => {
  const response = await fetch(server.url + path(), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return [response.status, ((await response.json()) as { error: unknown }).error]
}

it.each([
  [{ from: 20, to: 10 }, 400, /from: 20 must be less than to \(10\)/],
  [{ from: 'yesterday' }, 400, /body\.from: /],
  [{ destination_id: 'd_none' }, 404, /There is none with id d_none/],
  [{ rules: [] }, 400, /rules: a draft can only be looked at/],
  [{ rules: [{ id: 'x' }], dry_run: true }, 400, /body\.rules/],
  [{ settings: { partner_agent: 'x' } }, 400, /settings: they can only be looked at/],
  [{ settings: { dataset_id: 7 }, dry_run: true }, 400, /settings\.dataset_id: /],
  [{ states: ['lost'] }, 400, /body\.states\.0: /],
  [{ dryrun: true }, 400, /dryrun/],
  [{ dry_run: undefined }, 400, /body\.dry_run: /],
])('%j is refused, saying what and where', async (asked, status, words) => {
  const { destination_id } = destination
  const [code, error] = await ask({ destination_id, from: 0, dry_run: false, ...asked })
  expect([code, error]).toEqual([
    status,
    expect.objectContaining({ detail: expect.stringMatching(words) }),
  ])
})

it('sending to a disabled destination is refused, and who may only send', async () => {
  await server.running.destinations.update(destination, { enabled: false })
  const { destination_id } = destination
  const [, error] = await ask({ destination_id, from: 0, dry_run: false })
  expect(error).toMatchObject({ detail: expect.stringMatching(/is disabled; enable it/) })
  const [status] = await ask({ destination_id, from: 0, dry_run: true }, dataset.access_token)
  expect(status).toBe(403)
  const missing = server.api('GET', `${path()}/r_none`)
  await expect(missing).rejects.toThrow(/replay_not_found/)
})
