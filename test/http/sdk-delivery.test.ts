/** What becomes of events when server or shop end at the worst moment: none lost, none twice. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startTwofold, type TestServer } from '../start.ts'
import { openShop } from './sdk-fixture.ts'

let server: TestServer
let folder: string
const children: ChildProcess[] = []

beforeAll(async () => {
  server = await startTwofold()
})
afterAll(() => server.close())
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  if (folder) rmSync(folder, { recursive: true, force: true })
})

const ids = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `purchase:${from + index}`).sort()

describe('a server that is away', () => {
  it('and comes back gets everything, and counts it once', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'twofold-sdk-'))
    folder = dataDir
    const first = await startTwofold({ dataDir })
    const port = Number(new URL(first.url).port)
    const shop = await openShop(first, { batchEvents: 10 })
    for (let order = 0; order < 25; order++) {
      shop.twofold.track('Purchase', { value: 10, currency: 'EUR', order_id: order })
    }
    expect(await shop.twofold.flush()).toEqual({ waiting: 0 })
    await first.close()
    for (let order = 25; order < 50; order++) {
      shop.twofold.track('Purchase', { value: 10, currency: 'EUR', order_id: order })
    }
    expect(await shop.twofold.flush(300)).toEqual({ waiting: 25 })
    const second = await startTwofold({ dataDir, port })
    try {
      expect(await shop.twofold.flush(60_000)).toEqual({ waiting: 0 })
      const summary = `/api/datasets/${shop.datasetId}/summary?from=0&to=4000000000`
      expect(await second.api('GET', summary)).toMatchObject({ counted: 50, duplicates: 0 })
    } finally {
      await shop.twofold.close()
      await second.close()
    }
  })

  /** The cruellest: the server has the events, and the sender never hears of it. */
  it('that takes the events and loses the answer counts them once', async () => {
    const lost = { answers: 2 }
    const proxy = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const answer = await fetch(server.url + request.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: request.headers.authorization ?? '',
        },
        body: Buffer.concat(chunks),
      })
      lost.answers -= 1
      if (lost.answers >= 0) return request.socket.destroy()
      response.writeHead(answer.status).end(await answer.text())
    })
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
    try {
      const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
      const { twofold, summary, problems } = await openShop(server, { url })
      twofold.track('Lead')
      twofold.track('Purchase', { value: 10, currency: 'EUR', order_id: 1 })
      expect(await twofold.flush(60_000)).toEqual({ waiting: 0 })
      expect(await summary()).toMatchObject({ counted: 2, received: { server: 6 } })
      expect(problems).toEqual([])
    } finally {
      proxy.close().closeAllConnections()
    }
  })

  it('tells what it refuses, in its words, and keeps the good ones', async () => {
    const { twofold, problems, stored } = await openShop(server)
    twofold.track('Lead', {}, { eventId: 'old', eventTime: Date.now() / 1000 - 30 * 86_400 })
    twofold.track('Lead', {}, { eventId: 'good' })
    await twofold.flush()
    expect((await stored()).map(({ event_id }) => event_id)).toEqual(['good'])
    expect(problems).toMatchObject([{ code: 'refused', events: 1, eventIds: ['old'] }])
    expect(problems[0]?.message).toContain('30.0 days ago')
  })

  it('in meta mode refuses all for the sake of one: the good ones are sent again', async () => {
    const { dataset_id, access_token } = await server.createDataset({ mode: 'meta' })
    const own = { url: server.url, dataset: dataset_id, token: access_token }
    const { twofold, problems } = await openShop(server, own)
    const user = { em: 'jo@shop.test' }
    const url = 'https://shop.test/'
    twofold.track('Lead', {}, { user, url, eventId: 'a' })
    twofold.track('Lead', {}, { user, url, eventId: 'b', eventTime: 1_600_000_000 })
    twofold.track('Lead', {}, { user, url, eventId: 'c' })
    await twofold.flush()
    const { events } = await server.api<{ events: { event_id: string }[] }>(
      'GET',
      `/api/datasets/${dataset_id}/events`,
    )
    expect(events.map(({ event_id }) => event_id).sort()).toEqual(['a', 'c'])
    expect(problems).toMatchObject([{ code: 'refused', eventIds: ['b'], status: 400 }])
  })

  it.each([
    ['token', { token: 'wrong' }, 'does not know the access token'],
    ['dataset', { dataset: '1234567' }, 'There is no dataset 1234567 here'],
  ])('does not know the %s: its words say so', async (_, wrong, words) => {
    const { twofold, problems } = await openShop(server, wrong)
    twofold.track('Lead')
    await twofold.flush()
    expect(problems).toMatchObject([{ code: 'refused', events: 1 }])
    expect(problems[0]?.message).toContain(words)
  })
})

describe('a shop that ends', () => {
  interface Run {
    readonly url?: string
    readonly spool?: boolean
    readonly orders: readonly [from: number, to: number]
    readonly flushes?: boolean
  }

  function shopProgram(dataset: { dataset_id: string; access_token: string }) {
    folder = mkdtempSync(join(tmpdir(), 'twofold-sdk-'))
    return async ({ url = server.url, spool, orders: [from, to], flushes }: Run) => {
      const child = spawn(process.execPath, [join(import.meta.dirname, 'sdk-shop.ts')], {
        env: {
          ...process.env,
          URL: url,
          DATASET: dataset.dataset_id,
          TOKEN: dataset.access_token,
          FROM: String(from),
          TO: String(to),
          ...(spool ? { SPOOL: folder } : {}),
          ...(flushes ? { THEN: 'flush' } : {}),
        },
      })
      children.push(child)
      let output = ''
      const ended = new Promise<NodeJS.Signals | number | null>((resolve) =>
        child.on('close', (code, signal) => resolve(signal ?? code)),
      )
      await new Promise<void>((resolve) => {
        const take = (chunk: Buffer): void => {
          output += chunk
          if (output.includes('tracked')) resolve()
        }
        child.stdout.on('data', take)
        child.stderr.on('data', take)
        void ended.then(() => resolve())
      })
      return { kill: (signal: NodeJS.Signals) => child.kill(signal), ended, output: () => output }
    }
  }

  async function counted(datasetId: string): Promise<string[]> {
    const { events } = await server.api<{ events: { event_id: string; legs: unknown[] }[] }>(
      'GET',
      `/api/datasets/${datasetId}/events?limit=500`,
    )
    expect(events.every(({ legs }) => legs.length === 1)).toBe(true)
    return events.map(({ event_id }) => event_id).sort()
  }

  it('by kill -9 loses nothing that was tracked: the next program sends it', async () => {
    const dataset = await server.createDataset()
    const run = shopProgram(dataset)
    const first = await run({ url: 'http://127.0.0.1:9', spool: true, orders: [0, 150] })
    first.kill('SIGKILL')
    expect(await first.ended).toBe('SIGKILL')
    const second = await run({ url: 'http://127.0.0.1:9', spool: true, orders: [150, 160] })
    second.kill('SIGKILL')
    await second.ended
    expect(await counted(dataset.dataset_id)).toEqual([])
    const third = await run({ spool: true, orders: [160, 161], flushes: true })
    expect(await third.ended).toBe(0)
    expect(third.output()).toBe('tracked\nwaiting 0\n')
    expect(await counted(dataset.dataset_id)).toEqual(ids(0, 161))
    const fourth = await run({ spool: true, orders: [0, 0], flushes: true })
    await fourth.ended
    expect(await counted(dataset.dataset_id)).toEqual(ids(0, 161))
    expect(readdirSync(folder).length).toBeLessThanOrEqual(1)
  })

  it('because the system asks it to has sent what waited, and ends as asked', async () => {
    const dataset = await server.createDataset()
    const program = await shopProgram(dataset)({ orders: [0, 7] })
    program.kill('SIGTERM')
    expect(await program.ended).toBe('SIGTERM')
    expect(await counted(dataset.dataset_id)).toEqual(ids(0, 7))
  })
})
