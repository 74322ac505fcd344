/** Exports while they run, by the public door: how far, who sees them, what cancelling does. */

import { hash } from 'node:crypto'
import { get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ExportAnswer, ExportsAnswer, HistoryAnswer } from '../../src/api/types.ts'
import { EXPORTS_RUNNING_MAX } from '../../src/export-limits.ts'
import { startTwofold, type TestServer } from '../start.ts'

/** Several pages, and more than sockets hold of them. */
const EVENTS = 3000
const FILLING = 'x'.repeat(6000)
const SOON = { timeout: 20_000, interval: 50 }

let server: TestServer
let dataset: { dataset_id: string; access_token: string }
let startedS: number

beforeAll(async () => {
  server = await startTwofold()
  dataset = await server.createDataset()
  startedS = Math.floor(Date.now() / 1000)
  for (let from = 0; from < EVENTS; from += 100) await sendFrom(from)
}, 120_000)
afterAll(() => server.close())

async function sendFrom(from: number): Promise<void> {
  const data = Array.from({ length: 100 }, (_, n) => ({
    event_name: 'Lead',
    event_time: startedS,
    event_id: `lead-${from + n}`,
    action_source: 'website',
    event_source_url: 'https://shop.example/',
    user_data: {
      em: [hash('sha256', `${from + n}@example.com`)],
      client_user_agent: 'Mozilla/5.0',
    },
    custom_data: { filling: FILLING },
  }))
  const { dataset_id, access_token } = dataset
  const response = await fetch(`${server.url}/v24.0/${dataset_id}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ data, access_token }),
  })
  expect(response.status, await response.text()).toBe(200)
}

const path = (rest = ''): string => `/api/datasets/${dataset.dataset_id}${rest}`

async function listed(): Promise<readonly ExportAnswer[]> {
  return (await server.api<ExportsAnswer>('GET', path('/exports'))).exports
}
const newest = async (): Promise<ExportAnswer | undefined> => (await listed())[0]
const cancel = (one: ExportAnswer | undefined): Promise<ExportAnswer> =>
  server.api('POST', path(`/exports/${one?.export_id}/cancel`))

/** A reader that takes nothing until it is told to. */
function slowReader(rest: string, token = server.adminToken): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` }
    get(server.url + path(rest), { headers }, (answer) => resolve(answer)).on('error', reject)
  })
}

/** Lines of it, and whether it came to its end. */
async function read(answer: IncomingMessage): Promise<{ lines: number; isWhole: boolean }> {
  let text = ''
  try {
    for await (const part of answer) text += part
  } catch {
    return { lines: text.split('\n').length - 1, isWhole: false }
  }
  return { lines: text.split('\n').length - 1, isWhole: answer.complete }
}

describe('an export', () => {
  it.each([
    ['/events/export?event_name=Lead', { event_name: 'Lead' }],
    [`/events/export?from=1&seen_by=server`, { from: '1', seen_by: 'server' }],
  ])(
    'says how far it is while it is read slowly, then that it is whole: %s',
    async (rest, filters) => {
      const answer = await slowReader(rest)
      await expect.poll(async () => (await newest())?.share ?? 0, SOON).toBeGreaterThan(0)
      const running = await newest()
      expect(running).toMatchObject({ state: 'running', kind: 'events', format: 'ndjson', filters })
      expect(running).toMatchObject({ ended_ms: null, reason: null, may_cancel: true })
      expect(running?.started_by).not.toBe('')
      expect(running?.rows).toBeLessThan(EVENTS)
      expect(running?.rows).toBeGreaterThan(0)
      expect(running?.bytes).toBeGreaterThan((running?.rows ?? 0) * FILLING.length)
      expect(running?.share).toBeLessThan(1)
      expect(await read(answer)).toEqual({ lines: EVENTS, isWhole: true })
      await expect.poll(async () => (await newest())?.state, SOON).toBe('done')
      const done = await newest()
      expect(done).toMatchObject({ rows: EVENTS, share: 1, may_cancel: false })
      expect(done?.ended_ms).toBeGreaterThanOrEqual(done?.started_ms ?? Number.POSITIVE_INFINITY)
    },
  )

  it('is cut where it is cancelled, so that nobody takes it for whole', async () => {
    const answer = await slowReader('/events/export')
    await expect.poll(async () => (await newest())?.rows, SOON).toBeGreaterThan(0)
    const cancelled = await cancel(await newest())
    expect(cancelled).toMatchObject({ state: 'cancelled', may_cancel: false })
    const { lines, isWhole } = await read(answer)
    expect(isWhole).toBe(false)
    expect(lines).toBeLessThan(EVENTS)
    expect(await cancel(cancelled)).toMatchObject({ state: 'cancelled' })
    const { entries } = await server.api<HistoryAnswer>('GET', path('/history'))
    const actions = entries.map(({ action }) => action)
    expect(actions).toEqual(expect.arrayContaining(['export.cancelled', 'events.exported']))
  })

  it('stands in the history from its first line on, once, even if it never ends', async () => {
    const told = async (): Promise<number> => {
      const { entries } = await server.api<HistoryAnswer>('GET', path('/history'))
      return entries.filter(({ action }) => action === 'events.exported').length
    }
    const before = await told()
    const answer = await slowReader('/events/export')
    expect(await told()).toBe(before + 1)
    await cancel(await newest())
    await read(answer)
    expect(await told()).toBe(before + 1)
  })

  it('says where its reader left', async () => {
    const answer = await slowReader('/consents?format=csv')
    await expect.poll(async () => (await newest())?.kind, SOON).toBe('consents')
    const gone = await slowReader('/events/export')
    await expect.poll(async () => (await newest())?.rows, SOON).toBeGreaterThan(0)
    gone.destroy()
    await expect.poll(async () => (await newest())?.state, SOON).toBe('cut_off')
    expect(await newest()).toMatchObject({ reason: 'reader_left', filters: {} })
    expect((await read(answer)).isWhole).toBe(true)
  })

  it('ends with the right to read, and says so', async () => {
    const { dataset_id } = dataset
    const made = { dataset_id, purpose: 'read', name: 'Analyst' }
    const { token, id } = await server.api<{ token: string; id: string }>(
      'POST',
      '/api/tokens',
      made,
    )
    const answer = await slowReader('/events/export', token)
    await expect.poll(async () => (await newest())?.started_by, SOON).toBe('Analyst')
    await server.api('DELETE', `/api/tokens/${id}`)
    expect((await read(answer)).isWhole).toBe(false)
    await expect.poll(async () => (await newest())?.reason, SOON).toBe('right_ended')
  })

  it('of one event is a look at it, and in no list', async () => {
    const before = (await listed()).length
    const answer = await slowReader('/consents?event_id=lead-1')
    expect((await read(answer)).lines).toBe(1)
    expect(await listed()).toHaveLength(before)
  })
})

describe('who may', () => {
  const as = async (token: string, method: string, rest: string): Promise<[number, unknown]> => {
    const headers = { authorization: `Bearer ${token}` }
    const response = await fetch(server.url + path(rest), { method, headers })
    return [response.status, await response.json()]
  }
  const tokenFor = async (dataset_id: string, name: string): Promise<string> => {
    const made = { dataset_id, purpose: 'read', name }
    return (await server.api<{ token: string }>('POST', '/api/tokens', made)).token
  }

  it('read sees them all and cancels their own; of another dataset, nothing', async () => {
    const ann = await tokenFor(dataset.dataset_id, 'Ann')
    const bob = await tokenFor(dataset.dataset_id, 'Bob')
    const other = (await server.createDataset()).dataset_id
    const stranger = await tokenFor(other, 'Stranger')
    const person = [hash('sha256', '1@example.com'), hash('sha256', '2@example.com')].join(',')
    const answer = await slowReader('/events/export?event_name=Lead', ann)
    const hidden = await read(await slowReader(`/events/export?person=${person}`, ann))
    expect(hidden.lines).toBe(2)
    const [, seen] = await as(bob, 'GET', '/exports')
    expect(JSON.stringify(seen)).not.toMatch(/[0-9a-f]{64}/)
    const [ofPerson, one] = (seen as ExportsAnswer).exports
    expect(ofPerson?.filters).toEqual({ person: '2 values' })
    expect(one).toMatchObject({ started_by: 'Ann', state: 'running', may_cancel: false })
    const stop = `/exports/${one?.export_id}/cancel`
    expect((await as(bob, 'POST', stop))[0]).toBe(403)
    expect((await as(stranger, 'POST', stop))[0]).toBe(404)
    expect((await as(stranger, 'GET', '/exports'))[0]).toBe(404)
    const elsewhere = `/api/datasets/${other}/exports`
    expect(await server.api('GET', elsewhere)).toEqual({
      exports: [],
      running_max: EXPORTS_RUNNING_MAX,
    })
    const foreign = server.api('POST', `${elsewhere}/${one?.export_id}/cancel`)
    await expect(foreign).rejects.toThrow(/export_not_found/)
    expect(await as(ann, 'POST', stop)).toMatchObject([200, { state: 'cancelled' }])
    expect((await read(answer)).isWhole).toBe(false)
  })

  it('only so many run at once; the next is told what to do', async () => {
    const answers: IncomingMessage[] = []
    for (let n = 0; n < EXPORTS_RUNNING_MAX; n++) answers.push(await slowReader('/events/export'))
    const [status, refused] = await as(server.adminToken, 'GET', '/events/export')
    expect([status, refused]).toMatchObject([
      429,
      { error: { code: 'too_many_exports', fix: expect.stringContaining('cancel one') } },
    ])
    await cancel(await newest())
    answers.push(await slowReader('/events/export'))
    for (const one of answers) one.destroy()
    const running = async () => (await listed()).filter(({ state }) => state === 'running').length
    await expect.poll(running, SOON).toBe(0)
  })
})
