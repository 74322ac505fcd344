/** `twofold replay` as a program against the real server and the stand-in for Meta. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Standin, startStandin } from '../http/fake-meta-fixture.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { type Result, twofold } from './twofold.ts'

let server: TestServer
let metaThere: Standin
let folder: string
let dataset: { dataset_id: string; access_token: string }
let destinationId: string

const RULES = [{ id: 'chf', actions: [{ do: 'set', field: 'custom_data.currency', value: 'CHF' }] }]

beforeAll(async () => {
  metaThere = await startStandin({ datasetId: '777', token: 'EAABtoken', nowMs: Date.now })
  server = await startTwofold()
  folder = mkdtempSync(join(tmpdir(), 'twofold-replay-'))
  writeFileSync(join(folder, 'rules.json'), JSON.stringify(RULES))
  dataset = await server.createDataset()
  // They arrive before there is a destination.
  const data = [1, 2, 3].map((n) => ({
    event_name: 'Purchase',
    event_time: Math.floor(Date.now() / 1000) - 5,
    event_id: `order-${n}`,
    action_source: 'website',
    event_source_url: 'https://shop.example/thanks',
    user_data: { external_id: String(n).padStart(64, '0'), client_user_agent: 'Firefox' },
    custom_data: { value: 30, currency: 'EUR' },
  }))
  const response = await fetch(`${server.url}/v25.0/${dataset.dataset_id}/events`, {
    method: 'POST',
    body: JSON.stringify({ access_token: dataset.access_token, data }),
  })
  expect(response.status).toBe(200)
  const made = await server.running.destinations.create(dataset.dataset_id, {
    type: 'meta',
    name: 'Meta',
    settings: { dataset_id: '777', access_token: 'EAABtoken', base_url: metaThere.url },
  })
  destinationId = made.destination_id
})

afterAll(async () => {
  await server.close()
  await metaThere.close()
  rmSync(folder, { recursive: true, force: true })
})

const run = (...words: string[]): Promise<Result> =>
  twofold(['replay', '--destination', destinationId, ...words], {
    env: { TWOFOLD_URL: server.url, TWOFOLD_ADMIN_TOKEN: server.adminToken },
    cwd: folder,
  })

it('shows what rules would change, sends, and sends nothing twice', async () => {
  const dry = await run('--from', '1h', '--event', 'Purchase', '--dry-run', '--rules', 'rules.json')
  expect([dry.code, dry.stderr]).toEqual([0, ''])
  expect(dry.stdout).toContain('Dry run: nothing is sent.')
  expect(dry.stdout).toMatch(/^ {2}to be sent +3$/m)
  expect(dry.stdout).toMatch(/^custom_data\.currency +3$/m)
  expect(dry.stdout).toContain('custom_data.currency: "EUR" -> "CHF"')
  expect((await metaThere.ask<{ copies: number }>('GET', '/counted')).copies).toBe(0)

  const sent = await run('--from', '1h', '--to', 'now', '--json')
  expect(JSON.parse(sent.stdout)).toMatchObject({ state: 'done', enqueued: 3, rules: 'published' })
  const counted = async () => metaThere.ask<{ counted: number }>('GET', '/counted')
  await expect.poll(counted, { timeout: 30_000 }).toMatchObject({ counted: 3, copies: 3 })
  const second = await run('--from', '1h')
  expect(second.stdout).toMatch(/^ {2}delivered already +3$/m)
  expect(second.stdout).toContain('0 copies went on to the relay')
  expect(second.stdout).toContain('! 3 events: were delivered already and are not sent once more')
}, 240_000)

it.each([
  [['--from', 'once'], 2, /"once" is not a moment/],
  [[], 2, /--from/],
  [['--from', '1h', '--rules', 'rules.json'], 2, /--rules FILE can only be looked at/],
  [['--from', '1h', '--dry-run', '--rules', 'none.json'], 2, /none\.json cannot be read/],
  [['--from', '1h', '--dry-run', '--settings', 'rules.json'], 2, /holds no settings/],
  [['--from', '1h', '--state', 'lost'], 2, /states\.0: must be "never_sent"/],
  [['--from', '1h', '--destination', 'd_none'], 1, /There is none with id d_none/],
])(
  '%j ends with an exit code and says why',
  async (words, code, why) => {
    const result = await run(...words)
    expect([result.code, result.stdout]).toEqual([code, ''])
    expect(result.stderr).toMatch(why)
  },
  120_000,
)
