/** Destinations, deliveries and requeue as programs, against the real server and a stand-in. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeMeta, startFakeMeta } from '../../src/fake-meta/fake-meta.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { type Result, twofold } from './twofold.ts'

const TOKEN = 'EAABcommandLineToken00wxyz'
const SOON = { timeout: 20_000, interval: 300 }

let server: TestServer
let meta: FakeMeta
let folder: string
let dataset: { dataset_id: string; access_token: string }

beforeAll(async () => {
  server = await startTwofold()
  dataset = await server.createDataset()
  folder = mkdtempSync(join(tmpdir(), 'twofold-cli-destinations-'))
  writeFileSync(join(folder, 'token.txt'), `${TOKEN}\n`)
  meta = await startFakeMeta({
    port: 0,
    datasetId: '123',
    token: TOKEN,
    nowMs: Date.now,
    random: Math.random,
    sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
  })
})

afterAll(async () => {
  await server.close()
  await meta.close()
  rmSync(folder, { recursive: true, force: true })
})

const run = (...words: string[]): Promise<Result> =>
  twofold(words, {
    env: { TWOFOLD_URL: server.url, TWOFOLD_ADMIN_TOKEN: server.adminToken },
    cwd: folder,
  })

async function json<T = Record<string, unknown>>(...words: string[]): Promise<T> {
  const { code, stdout, stderr } = await run(...words, '--json')
  expect([code, stderr]).toEqual([0, ''])
  return JSON.parse(stdout) as T
}

interface Made {
  readonly destination_id: string
  readonly settings: Record<string, unknown>
  readonly status: { readonly states: Record<string, number> }
}

const add = (...more: string[]): Promise<Made> =>
  json<Made>(
    ...['destination', 'add', 'meta', '--set', 'dataset_id=123', '--set', `base_url=${meta.url}`],
    ...['--set', 'access_token=@token.txt', ...more],
  )

const sale = (event_id: string, custom: object) =>
  server.api('POST', `/v24.0/${dataset.dataset_id}/events`, {
    access_token: dataset.access_token,
    data: [
      {
        event_name: 'Purchase',
        event_time: Math.floor(Date.now() / 1000),
        event_id,
        action_source: 'website',
        user_data: { em: ['jo@example.com'] },
        custom_data: custom,
      },
    ],
  })

describe('destination', () => {
  it('says what there is to choose and to set', async () => {
    const { stdout } = await run('destination', 'types')
    expect(stdout).toMatch(/^meta +Meta Conversions API/m)
    const settings = await run('destination', 'types', 'meta')
    expect(settings.stdout).toMatch(/access_token \* +secret/)
    expect((await run('destination', 'types', 'nowhere')).code).toBe(2)
  })

  it('is added with a secret from a file, shown without it, changed and removed', async () => {
    const made = await add('--name', 'Ads', '--legs', 'both')
    expect(made).toMatchObject({ name: 'Ads', settings: { access_token: '•••• wxyz' } })
    const id = made.destination_id
    const shown = await run('destination', 'show', id)
    expect(shown.stdout).toContain('•••• wxyz')
    expect(shown.stdout).not.toContain(TOKEN)
    const changed = await json(
      ...['destination', 'set', id, '--set', 'test_event_code=T1', '--except', 'PageView'],
    )
    expect(changed).toMatchObject({
      settings: { test_event_code: 'T1', dataset_id: '123' },
      except_events: ['PageView'],
    })
    expect((await run('destination', 'list')).stdout).toMatch(/Ads +meta +running/)
    expect((await run('destination', 'remove', id)).code).toBe(2)
    expect(await json('destination', 'remove', id, '--yes')).toEqual({ removed: id })
    expect((await run('destination', 'show', id)).code).toBe(1)
  })

  it.each([
    [['add', 'nowhere'], 2, 'Known are: meta'],
    [['add', 'meta', '--set', 'colour=red'], 2, 'Known are: dataset_id'],
    [['add', 'meta', '--set', 'dataset_id=abc'], 2, 'settings.dataset_id'],
    [['set', 'd_none', '--name', 'X'], 1, 'No such destination'],
  ] as const)('%j ends with %i and words', async (words, code, text) => {
    const done = await run('destination', ...words)
    expect([done.code, done.stderr]).toEqual([code, expect.stringContaining(text)])
  })

  it('is tested: 0 when the event arrives, 1 with the remote’s words when not', async () => {
    const { destination_id } = await add()
    const fine = await run('destination', 'test', destination_id)
    expect([fine.code, fine.stdout]).toEqual([0, expect.stringContaining('took it')])
    meta.setToken({ state: 'token_expired' })
    const bad = await run('destination', 'test', destination_id)
    meta.setToken({})
    expect([bad.code, bad.stderr]).toEqual([1, expect.stringContaining('Make a new access token')])
    await json('destination', 'remove', destination_id, '--yes')
  })
})

describe('deliveries and requeue', () => {
  it('list what was sent, tell its story, and send what was refused again', async () => {
    const { destination_id: id } = await add('--legs', 'both')
    await sale('good-1', { value: 30, currency: 'EUR' })
    await sale('bad-1', { currency: 'EUR' })
    const states = async () => (await json<Made>('destination', 'show', id)).status.states
    await expect.poll(states, SOON).toMatchObject({ delivered: 1, rejected: 1 })
    const good = await run('deliveries', '--event-id', 'good-1')
    expect(good.stdout).toMatch(/good-1 +server +delivered/)
    const bad = await json<{ delivery_id: string; code: string }>(
      ...['deliveries', '--state', 'rejected'],
    )
    const story = await run('deliveries', bad.delivery_id)
    expect(story.stdout).toContain('"event_id": "bad-1"')
    expect((await run('requeue')).code).toBe(2)
    expect(await json('requeue', '--id', bad.delivery_id)).toMatchObject({ requeued: 1 })
    // Whether it was sent again already or not: why it was refused stays known.
    expect((await run('deliveries', bad.delivery_id)).stdout).toContain(bad.code)
    await expect.poll(states, SOON).toMatchObject({ delivered: 1, rejected: 1 })
    expect(await json('requeue', '--code', bad.code)).toMatchObject({ requeued: 1 })
    await expect.poll(states, SOON).toMatchObject({ delivered: 1, rejected: 1 })
    expect((await run('requeue', '--all')).stdout).toContain('1 event on the way')
    expect((await run('destination', 'retry', id)).stdout).toMatch(/\d+ due now/)
    expect((await run('doctor')).code).toBe(0)
  })

  it('name an id that there is none of, and send nothing then', async () => {
    const { destination_id: id } = await add('--legs', 'both', '--name', 'Third')
    await sale('bad-2', { currency: 'EUR' })
    const states = async () => (await json<Made>('destination', 'show', id)).status.states
    await expect.poll(states, SOON).toMatchObject({ rejected: 1 })
    const list = ['deliveries', '--state', 'rejected', '--event-id', 'bad-2', '--destination', id]
    const { delivery_id } = await json<{ delivery_id: string }>(...list)
    for (const unknown of ['UNKNOWN', `${id}.999999.0`, 'd_none.1.0']) {
      const refused = await run('requeue', '--id', delivery_id, '--id', unknown)
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain(unknown)
    }
    const path = `/api/datasets/${dataset.dataset_id}/destinations/${id}/requeue`
    const body = { delivery_ids: [delivery_id, `${id}.999999.0`] }
    await expect(server.api('POST', path, body)).rejects.toThrow('delivery_not_found')
    expect(await states()).toMatchObject({ rejected: 1, pending: 0, retrying: 0 })
  })
})
