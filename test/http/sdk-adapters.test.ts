/** The SDK's adapters in the frameworks as they come from npm, against the whole program. */
import type { AddressInfo } from 'node:net'
import express from 'express'
import Fastify from 'fastify'
import { type Context, Hono } from 'hono'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createTwofold } from '../../src/sdk/client.ts'
import { twofoldExpress } from '../../src/sdk/express.ts'
import { twofoldFastify } from '../../src/sdk/fastify.ts'
import { type TwofoldVariables, twofoldHono } from '../../src/sdk/hono.ts'
import { twofoldNext } from '../../src/sdk/next.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { BROWSER, hit, LOADS, openShop, type Shop } from './sdk-fixture.ts'

let server: TestServer
const running: (() => Promise<unknown> | unknown)[] = []

beforeAll(async () => {
  server = await startTwofold()
})
afterEach(async () => {
  for (const stop of running.splice(0)) await stop()
})
afterAll(() => server.close())

const VISITOR = '203.0.113.7'
const PURCHASE = { value: 30.5, currency: 'EUR', order_id: '1001' } as const

/** One shop in each framework: `/thanks` tells of a purchase, `/t` is the way for the pixel. */
type Ask = (path: string, init?: RequestInit) => Promise<Response>

async function withExpress({ twofold }: Shop): Promise<Ask> {
  const app = express()
  app.set('trust proxy', 1)
  app.use(express.json())
  app.use(twofoldExpress(twofold, { relay: '/t/' }))
  app.get('/thanks', (req, res) => {
    const { eventId } = req.twofold.track('Purchase', PURCHASE, { user: { em: 'jo@shop.test' } })
    res.send(eventId)
  })
  return listening(app)
}

async function listening(app: express.Express): Promise<Ask> {
  const http = app.listen(0, '127.0.0.1')
  running.push(() => http.close().closeAllConnections())
  await new Promise((ready) => http.once('listening', ready))
  return asking(`http://127.0.0.1:${(http.address() as AddressInfo).port}`)
}

async function withFastify({ twofold }: Shop): Promise<Ask> {
  const app = Fastify({ trustProxy: '127.0.0.1' })
  await app.register(twofoldFastify, { client: twofold, relay: 't' })
  app.get('/thanks', async (request) => {
    const user = { em: 'jo@shop.test' }
    return request.twofold.track('Purchase', PURCHASE, { user }).eventId
  })
  running.push(() => app.close())
  return asking(await app.listen({ port: 0, host: '127.0.0.1' }))
}

const PROXIED = { trustedProxies: 1 } as const

async function withHono({ twofold }: Shop): Promise<Ask> {
  const app = new Hono<{ Variables: TwofoldVariables }>()
  app.use(twofoldHono(twofold, { relay: '/t', ...PROXIED }))
  app.get('/thanks', (c) => {
    const user = { em: 'jo@shop.test' }
    return c.text(c.get('twofold').track('Purchase', PURCHASE, { user }).eventId)
  })
  return async (path, init) => app.request(`http://shop.test${path}`, init)
}

/** Next's contract is the Web's: route handlers are called with a Request, by path. */
async function withNext({ twofold }: Shop): Promise<Ask> {
  const next = twofoldNext(twofold, PROXIED)
  const thanks = next.handler(async (_request, _context: object, tracker) => {
    const user = { em: 'jo@shop.test' }
    return new Response(tracker.track('Purchase', PURCHASE, { user }).eventId)
  })
  return async (path, init) => {
    const request = new Request(`http://shop.test${path}`, init)
    if (path.startsWith('/t/')) return next.relay[request.method as 'GET' | 'POST'](request)
    return thanks(request, {})
  }
}

function asking(url: string): Ask {
  return (path, init) => fetch(url + path, init)
}

const FRAMEWORKS: readonly (readonly [string, (shop: Shop) => Promise<Ask>])[] = [
  ['Express', withExpress],
  ['Fastify', withFastify],
  ['Hono', withHono],
  ['Next', withNext],
]

const headers = { ...LOADS, 'x-forwarded-for': `198.51.100.1, ${VISITOR}` }

describe.each(FRAMEWORKS)('%s', (_, open) => {
  it('tells of the visitor of the request, keeps their cookies, and counts once with the pixel', async () => {
    const shop = await openShop(server)
    const ask = await open(shop)
    const page = await ask('/thanks?fbclid=CLICK_1', { headers })
    expect(await page.text()).toBe('purchase:1001')
    const cookies = page.headers.getSetCookie().map((line) => line.split(';')[0] ?? '')
    expect(cookies).toEqual([
      expect.stringMatching(/^_fbp=fb\.0\.\d+\.\d+$/),
      expect.stringMatching(/^_fbc=fb\.0\.\d+\.CLICK_1$/),
    ])
    await shop.twofold.flush()

    const sale = {
      event_name: 'Purchase',
      event_id: 'purchase:1001',
      event_source_url: 'http://shop.test/thanks',
      custom_data: { value: 30.5, currency: 'EUR' },
    }
    const told = await ask('/t/e', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'text/plain', cookie: cookies.join('; ') },
      body: hit(sale),
    })
    expect([told.status, await told.json()]).toEqual([200, { events_received: 1, messages: [] }])

    const [event, ...more] = await shop.stored()
    expect(more).toEqual([])
    expect(event?.legs.map(({ channel }) => channel)).toEqual(['server', 'browser'])
    expect(event).toMatchObject({
      event_id: 'purchase:1001',
      event_source_url: expect.stringContaining('/thanks?fbclid=CLICK_1'),
      custom_data: PURCHASE,
      user_data: {
        client_ip_address: VISITOR,
        client_user_agent: BROWSER,
        fbp: cookies[0]?.slice(5),
        fbc: cookies[1]?.slice(5),
      },
    })
    expect(await shop.summary()).toMatchObject({ counted: 1, duplicates: 1 })
    expect(shop.problems).toEqual([])
  })

  it('passes the pixel on, so that the page speaks to its own host only', async () => {
    const shop = await openShop(server)
    const ask = await open(shop)
    const script = await ask('/t/p.js?id=999', { headers })
    const text = await script.text()
    expect(script.headers.get('content-type')).toContain('text/javascript')
    expect(text).toContain(`"${shop.datasetId}":{`)
    expect(text).toContain('"endpoint":"/t"')
    expect(text).not.toContain(server.url)
    const etag = script.headers.get('etag') ?? ''
    const again = await ask('/t/p.js', { headers: { 'if-none-match': etag } })
    expect([again.status, await again.text()]).toEqual([304, ''])
  })

  it('names address, browser and dataset itself, whatever the report claims', async () => {
    const shop = await openShop(server)
    const ask = await open(shop)
    const user_data = { client_ip_address: '192.0.2.99', client_user_agent: 'Liar/1' }
    const event = { event_name: 'Lead', event_id: 'l-1', event_source_url: 'http://shop.test/' }
    const cookie = '_fbp=fb.0.1789000000000.5; session=secret'
    const told = await ask('/t/e', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'text/plain', cookie },
      body: hit({ ...event, user_data }),
    })
    expect(told.status).toBe(200)
    // What the browser has is kept for 90 days more, nothing is made for it.
    expect(told.headers.getSetCookie()).toEqual([
      '_fbp=fb.0.1789000000000.5; Max-Age=7776000; Path=/; SameSite=Lax',
    ])
    expect((await shop.stored())[0]?.user_data).toMatchObject({
      client_ip_address: VISITOR,
      client_user_agent: BROWSER,
    })
  })

  it('gives no cookie to whoever refused in the eyes of the shop, nor where it sets none', async () => {
    const shop = await openShop(server)
    const cookie = '_fbp=fb.0.1789000000000.5'
    const post = () =>
      new Request('http://shop.test/t/e', {
        method: 'POST',
        headers: { 'user-agent': BROWSER, 'content-type': 'text/plain', cookie },
        body: hit({ event_name: 'Lead', event_source_url: 'http://shop.test/' }),
      })
    const remoteAddress = VISITOR
    const set = async (more: object) =>
      (await shop.twofold.relay(post(), { remoteAddress, ...more })).headers.getSetCookie().length
    expect(await set({})).toBe(1)
    expect(await set({ consent: { state: 'denied' } })).toBe(0)
    expect(await set({ cookies: false })).toBe(0)
  })

  it.each<[string, string, string, number]>([
    ['what is no report', '/t/e', '{"events":[1]}', 400],
    ['what is no JSON', '/t/e', 'x', 400],
    ['a flood', '/t/e', 'x'.repeat(200_000), 413],
    ['another path', '/t/api/datasets', '{}', 404],
  ])('refuses %s', async (_case, path, body, status) => {
    const ask = await open(await openShop(server))
    const told = await ask(path, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'text/plain' },
      body,
    })
    expect(told.status).toBe(status)
  })

  it('lets the browser try again while Twofold is away', async () => {
    const shop = await openShop(server, { url: 'http://127.0.0.1:9' })
    const ask = await open(shop)
    const told = await ask('/t/e', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'text/plain' },
      body: hit({ event_name: 'Lead' }),
    })
    expect(told.status).toBe(502)
    expect(shop.problems).toMatchObject([{ code: 'relay_failed' }])
    const page = await ask('/thanks', { headers })
    expect(page.status).toBe(200)
    await shop.twofold.close(1)
  })
})

describe('a visitor who refused', () => {
  it('gets no cookie; the event carries the refusal', async () => {
    const shop = await openShop(server)
    const app = express()
    app.use(twofoldExpress(shop.twofold, { consent: () => ({ state: 'denied' }) }))
    app.get('/', (req, res) => {
      req.twofold.track('Lead', {}, { user: { em: 'jo@shop.test' } })
      res.send('')
    })
    const ask = await listening(app)
    const page = await ask('/', { headers: LOADS })
    expect(page.headers.getSetCookie()).toEqual([])
    await shop.twofold.flush()
    expect(await shop.summary()).toMatchObject({ counted: 0, received: { server: 1 } })
    expect(shop.problems).toEqual([])
  })
})

interface Env {
  Bindings: { TOKEN: string }
  Variables: TwofoldVariables
}

describe('on an edge', () => {
  it('a client made of the context is waited for by the platform', async () => {
    const { dataset_id, access_token } = await server.createDataset()
    const app = new Hono<Env>()
    app.use(
      twofoldHono((c: Context<Env>) =>
        createTwofold({ url: server.url, dataset: dataset_id, token: c.env.TOKEN }),
      ),
    )
    app.get('/', (c) => c.text(c.get('twofold').track('Lead').eventId))
    const work: Promise<unknown>[] = []
    const context = {
      waitUntil: (promise: Promise<unknown>) => void work.push(promise),
      passThroughOnException: () => undefined,
      props: {},
    }
    const answer = await app.request('/', {}, { TOKEN: access_token }, context)
    const id = await answer.text()
    expect(work).toHaveLength(1)
    expect(await Promise.all(work)).toEqual([{ waiting: 0 }])
    const path = `/api/datasets/${dataset_id}/events`
    expect(await server.api('GET', path)).toMatchObject({ events: [{ event_id: id }] })
  })
})
