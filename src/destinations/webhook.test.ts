import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createGuardedFetch } from '../guarded-fetch.ts'
import { RETRY_AFTER_MS_MAX, WEBHOOK_EVENTS_MAX } from '../limits.ts'
import type { OutboundEvent, Sent } from './destination.ts'
import { PURCHASE } from './example-events.ts'
import { NETWORK_FAILURES } from './http-exchange.ts'
import {
  type Answer,
  NOW_MS,
  portsOf,
  type Received,
  type Receiver,
  startReceiver,
} from './receiver.fixture.ts'
import { WEBHOOK_STATUSES, webhook } from './webhook.ts'
import { type WebhookSettings, webhookSettingsSchema } from './webhook-settings.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const NEW_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDazhatN3n'
const DOC = join(import.meta.dirname, '../../docs/destinations/webhook.md')

let receiver: Receiver | undefined
afterEach(async () => {
  await receiver?.close()
  receiver = undefined
})

async function listen(answerTo: (request: Received) => Answer | 'never' | 'reset') {
  receiver = await startReceiver(answerTo)
  return receiver
}

function settingsOf(given: Partial<WebhookSettings>): WebhookSettings {
  return webhookSettingsSchema.parse({ secret: SECRET, ...given })
}

function events(n: number): OutboundEvent[] {
  return Array.from({ length: n }, (_, i) => ({
    ...PURCHASE,
    key: `4831500000000017:${i + 1}`,
    event: { ...PURCHASE.event, event_id: `o-${i + 1}` },
  }))
}

/** `delivered`, or `state code`, one per event. */
function states({ outcomes }: Sent): string[] {
  return outcomes.map((one) => ('code' in one ? `${one.state} ${one.code}` : one.state))
}

/** As a receiver checks it, written from the standard and not from our code. */
function isSigned({ headers, body }: Received, secret: string): boolean {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  const expected = `v1,${createHmac('sha256', key).update(text).digest('base64')}`
  return String(headers['webhook-signature']).split(' ').includes(expected)
}

const idsIn = ({ body }: Received): string[] =>
  [JSON.parse(body.toString())].flat().map((message) => message.data.event_id)

describe('examples', () => {
  it.each(webhook.examples)('$title', (example) => {
    expect(webhookSettingsSchema.parse(example.settings)).toEqual(example.settings)
    expect(webhook.accepts(example.in, example.settings)).toBe(true)
    expect(webhook.payloadOf(example.in, example.settings)).toEqual(example.out)
  })

  it.each(webhook.examples)('goes out as it says: $title', async ({ settings, in: event, out }) => {
    const { url, received } = await listen(() => ({ status: 204 }))
    await webhook.send([event], { ...settings, url }, portsOf())
    const body = JSON.parse(String(received[0]?.body))
    expect(body).toEqual(settings.mode === 'one' ? out : [out])
  })
})

describe('signature', () => {
  it('is the one that the standard gives as its example', async () => {
    const { signatureHeaders } = await import('./webhook-signature.ts')
    const message = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestampS: 1614265330,
      body: '{"test": 2432232314}',
    }
    expect(signatureHeaders(message, [SECRET])['webhook-signature']).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    )
  })

  it('verifies with each of two secrets while one is exchanged', async () => {
    const { url, received } = await listen(() => ({ status: 200 }))
    const settings = settingsOf({ url, secret: `${NEW_SECRET} ${SECRET}` })
    await webhook.send(events(1), settings, portsOf())
    const [request] = received as [Received]
    expect(isSigned(request, SECRET)).toBe(true)
    expect(isSigned(request, NEW_SECRET)).toBe(true)
    expect(request.headers['webhook-timestamp']).toBe(String(NOW_MS / 1000))
  })

  it.each(['one', 'array'] as const)('has the same id at every try (%s)', async (mode) => {
    const { url, received } = await listen(() => ({ status: 500 }))
    const settings = settingsOf({ url, mode })
    await webhook.send(events(2), settings, portsOf())
    await webhook.send(events(2), settings, portsOf())
    const ids = received.map(({ headers }) => headers['webhook-id']).sort()
    expect(new Set(ids).size).toBe(mode === 'one' ? 2 : 1)
    expect(ids).toHaveLength(mode === 'one' ? 4 : 2)
  })
})

it('the receiver in the docs takes what is sent, and nothing else', async () => {
  const [, code = ''] = /```js\n([\s\S]*?)```/.exec(readFileSync(DOC, 'utf8')) ?? []
  const { verify } = await import(`data:text/javascript,${encodeURIComponent(code)}`)
  const { url, received } = await listen(() => ({ status: 200 }))
  const ports = { ...portsOf(), nowMs: Date.now }
  const settings = settingsOf({ url, secret: `${NEW_SECRET} ${SECRET}` })
  await webhook.send(events(1), settings, ports)
  const [{ headers, body }] = received as [Received]
  expect(verify(headers, body, SECRET).data.event_id).toBe('o-1')
  expect(() => verify(headers, `${body} `, SECRET)).toThrow('wrong signature')
  const old = { ...headers, 'webhook-timestamp': '1600000000' }
  expect(() => verify(old, body, SECRET)).toThrow('too old')
})

describe('requests', () => {
  it('carry one event each, or an array of at most events_per_request', async () => {
    const { url, received } = await listen(() => ({ status: 200 }))
    const one = await webhook.send(events(20), settingsOf({ url }), portsOf())
    expect(states(one)).toEqual(Array(20).fill('delivered'))
    expect(received.flatMap(idsIn).sort()).toEqual(
      events(20)
        .map(({ event }) => event.event_id)
        .sort(),
    )
    received.length = 0
    const settings = settingsOf({ url, mode: 'array', events_per_request: 8 })
    const array = await webhook.send(events(20), settings, portsOf())
    expect(received.map((request) => idsIn(request).length).sort()).toEqual([4, 8, 8])
    expect(array.exchanges.map(({ events }) => events)).toEqual([8, 8, 4])
  })

  it('carry the headers of the owner beside ours', async () => {
    const { url, received } = await listen(() => ({ status: 200 }))
    const headers = 'Authorization: Bearer s3cret-token\r\n\nX-Shop: beans: 1\nUser-Agent: Mine'
    await webhook.send(events(1), settingsOf({ url, headers }), portsOf())
    expect(received[0]?.headers).toMatchObject({
      authorization: 'Bearer s3cret-token',
      'x-shop': 'beans: 1',
      'user-agent': 'Mine',
      'content-type': 'application/json',
    })
  })
})

describe('answers', () => {
  it.each([
    [200, 'delivered'],
    [202, 'delivered'],
    [301, 'held redirected'],
    [307, 'held redirected'],
    [400, 'rejected refused'],
    [401, 'held unauthorized'],
    [403, 'held unauthorized'],
    [404, 'held wrong_address'],
    [408, 'retry too_slow'],
    [410, 'held gone'],
    [413, 'rejected too_large'],
    [422, 'rejected refused'],
    [425, 'retry too_slow'],
    [429, 'retry rate_limited'],
    [500, 'retry receiver_failed'],
    [502, 'retry receiver_failed'],
    [503, 'retry unavailable'],
    [504, 'retry receiver_failed'],
  ])('%i: %s', async (status, expected) => {
    const location = status < 400 && status >= 300 ? { location: 'http://127.0.0.2/' } : {}
    const { url, received } = await listen(() => ({ status, headers: { ...location } }))
    const sent = await webhook.send(events(1), settingsOf({ url }), portsOf())
    expect(states(sent)).toEqual([expected])
    expect(sent.exchanges).toMatchObject([{ status, events: 1, url: `${url}/` }])
    expect(received).toHaveLength(1)
  })

  it.each([
    ['120', 120_000],
    [new Date(NOW_MS + 30_000).toUTCString(), 30_000],
    [new Date(NOW_MS - 30_000).toUTCString(), 0],
    ['99999999', RETRY_AFTER_MS_MAX],
    ['soon', undefined],
  ])('waits as Retry-After says: %s', async (text, afterMs) => {
    const { url } = await listen(() => ({ status: 429, headers: { 'retry-after': text } }))
    const { outcomes } = await webhook.send(events(1), settingsOf({ url }), portsOf())
    expect(outcomes[0]).toMatchObject({ state: 'retry' })
    expect((outcomes[0] as { afterMs?: number }).afterMs).toBe(afterMs)
  })

  it.each([410, 401, 429, 503])(
    '%i: the rest of the batch is not tried in vain',
    async (status) => {
      const { url, received } = await listen(() => ({ status }))
      const sent = await webhook.send(events(WEBHOOK_EVENTS_MAX), settingsOf({ url }), portsOf())
      expect(new Set(states(sent)).size).toBe(1)
      expect(sent.outcomes).toHaveLength(WEBHOOK_EVENTS_MAX)
      expect(received.length).toBeLessThanOrEqual(8)
    },
  )

  it('one bad event of an array is found; the others are delivered once', async () => {
    const taken: string[] = []
    const { url, received } = await listen((request) => {
      const ids = idsIn(request)
      if (ids.includes('o-37')) return { status: 422, body: '{"error":"no such coupon"}' }
      taken.push(...ids)
      return { status: 200 }
    })
    const sent = await webhook.send(events(100), settingsOf({ url, mode: 'array' }), portsOf())
    expect(states(sent).filter((state) => state !== 'delivered')).toEqual(['rejected refused'])
    expect(sent.outcomes[36]).toMatchObject({ detail: expect.stringContaining('no such coupon') })
    expect(taken).toHaveLength(99)
    expect(new Set(taken).size).toBe(99)
    expect(received.length).toBeLessThanOrEqual(15)
  })

  it('413: the batch is halved until it fits', async () => {
    const { url, received } = await listen(({ body }) => ({
      status: body.length > 4000 ? 413 : 200,
    }))
    const sent = await webhook.send(events(40), settingsOf({ url, mode: 'array' }), portsOf())
    expect(states(sent)).toEqual(Array(40).fill('delivered'))
    expect(received.every(({ body }) => body.length < 40_000)).toBe(true)
  })

  it('keeps the outcomes in the order of the events', async () => {
    const { url } = await listen((request) => ({ status: idsIn(request)[0] === 'o-2' ? 400 : 200 }))
    const sent = await webhook.send(events(3), settingsOf({ url }), portsOf())
    expect(states(sent)).toEqual(['delivered', 'rejected refused', 'delivered'])
  })
})

describe('failures of the network', () => {
  it('no answer until the try ends: timeout, and the id stays', async () => {
    const stop = new AbortController()
    const { url } = await listen(() => {
      setImmediate(() => stop.abort(new DOMException('late', 'TimeoutError')))
      return 'never'
    })
    const sent = await webhook.send(events(3), settingsOf({ url }), portsOf(stop.signal))
    expect(states(sent)).toEqual(Array(3).fill('retry timeout'))
    expect(sent.exchanges[0]).toMatchObject({ status: 0 })
  })

  it('the connection breaks', async () => {
    const { url } = await listen(() => 'reset')
    const sent = await webhook.send(events(1), settingsOf({ url }), portsOf())
    expect(states(sent)).toEqual(['retry network'])
  })

  it('nothing listens', async () => {
    const { url, close } = await startReceiver(() => ({ status: 200 }))
    await close()
    const sent = await webhook.send(events(1), settingsOf({ url }), portsOf())
    expect(states(sent)).toEqual(['retry refused'])
  })

  it('a private target is held, with the words that say what to set', async () => {
    const { url, received } = await listen(() => ({ status: 200 }))
    const strict = createGuardedFetch({ allowed: [] })
    const ports = { ...portsOf(), fetch: strict.fetch }
    const { outcomes } = await webhook.send(events(2), settingsOf({ url }), ports)
    await strict.close()
    expect(outcomes[1]).toMatchObject({
      state: 'held',
      code: 'private_target',
      detail: expect.stringContaining('TWOFOLD_ALLOW_PRIVATE_TARGETS'),
    })
    expect(received).toEqual([])
  })
})

it('no secret is seen in exchanges and outcomes, whatever the receiver repeats', async () => {
  const { url } = await listen(({ headers, url: path }) => ({
    status: 400,
    body: JSON.stringify({ headers, path, SECRET }),
  }))
  const path = '/hooks/catch/8a7b6c5d4e3f2a1b0c9d?token=query-secret'
  const headers = 'Authorization: Bearer s3cret-token'
  const settings = settingsOf({ url: `${url}${path}`, headers })
  const sent = await webhook.send(events(1), settings, portsOf())
  const text = JSON.stringify(sent)
  for (const secret of ['s3cret-token', SECRET, 'query-secret', '8a7b6c5d', '/hooks']) {
    expect(text).not.toContain(secret)
  }
  expect(sent.exchanges[0]?.url).toBe(`${url}/…`)
  expect(sent.exchanges[0]?.answer.length).toBeLessThanOrEqual(1000)
})

it.each([
  ['ftp', { url: 'ftp://shop.com/' }],
  ['a mask for an address', { url: 'https://shop.com/…' }],
  ['a password in the address', { url: 'https://a:b@shop.com/' }],
  ['a secret of another form', { secret: 'abc' }],
  ['a secret too short', { secret: 'whsec_YWJj' }],
  ['no secret', { secret: ' ' }],
  ['a header of ours', { headers: 'Webhook-Id: 1' }],
  ['a header of the connection', { headers: 'Host: x' }],
  ['a line that is no header', { headers: 'X: 1\nabc' }],
  ['too many a request', { events_per_request: 101 }],
  ['a misspelt setting', { modes: 'one' }],
])('settings are refused: %s', (_, given) => {
  const settings = { url: 'https://shop.com/', secret: SECRET, ...given }
  expect(webhookSettingsSchema.safeParse(settings).success).toBe(false)
})

it('docs/destinations/webhook.md names every setting, status and failure', () => {
  const doc = readFileSync(DOC, 'utf8')
  const { properties = {} } = z.toJSONSchema(webhookSettingsSchema, { io: 'input' })
  const settings = Object.entries(properties).map(
    ([name, about]) => `| \`${name}\` | ${(about as { description: string }).description} |`,
  )
  const rows = [...WEBHOOK_STATUSES, ...NETWORK_FAILURES].map(
    ({ state, code, detail }) => `| ${state} | \`${code}\` | ${detail} |`,
  )
  const missing = [...settings, ...rows].filter(
    (line) => !doc.split('\n').some((docLine) => docLine.endsWith(line)),
  )
  expect(missing).toEqual([])
})
