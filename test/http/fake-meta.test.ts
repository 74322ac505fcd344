/** The stand-in for Meta by its public door: bodies, tokens, refusals, probes, hits, what it shows. */
import { createHmac, hash } from 'node:crypto'
import sdk from 'facebook-nodejs-business-sdk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CountedTotals } from '../../src/fake-meta/count.ts'
import { DATASET, HASH, replyOf, type Standin, startStandin, TOKEN } from './fake-meta-fixture.ts'

let meta: Standin

beforeEach(async () => {
  meta = await startStandin()
})
afterEach(() => meta.close())

const purchase = (more: object = {}) =>
  meta.event({ event_name: 'Purchase', custom_data: { value: 30, currency: 'EUR' }, ...more })
const counted = (query = '') =>
  meta.ask<CountedTotals & { items: unknown[]; next_after?: number }>('GET', `/counted${query}`)

describe('a request', () => {
  const form = (fields: Record<string, string>): FormData => {
    const made = new FormData()
    for (const [name, value] of Object.entries(fields)) made.set(name, value)
    return made
  }
  const path = `/v25.0/${DATASET}/events`

  it.each<[what: string, path: string, init: (event: object) => RequestInit]>([
    [
      'JSON with the token in the body',
      path,
      (event) => ({ ...json, body: JSON.stringify({ access_token: TOKEN, data: [event] }) }),
    ],
    [
      'JSON with a bearer token, without a version',
      `/${DATASET}/events`,
      (event) => ({
        headers: { ...json.headers, authorization: `Bearer ${TOKEN}` },
        body: JSON.stringify({ data: [event] }),
      }),
    ],
    [
      'JSON of the Node SDK, with nulls beside the token of the query',
      `${path}?access_token=${TOKEN}`,
      (event) => ({
        ...json,
        body: JSON.stringify({ access_token: null, data: [event], partner_agent: null }),
      }),
    ],
    [
      'urlencoded, a list of objects',
      path,
      (event) => ({
        body: new URLSearchParams({ access_token: TOKEN, data: JSON.stringify([event]) }),
      }),
    ],
    [
      'urlencoded, a list of JSON texts',
      `${path}?access_token=${TOKEN}`,
      (event) => ({
        body: new URLSearchParams({ data: JSON.stringify([JSON.stringify(event)]) }),
      }),
    ],
    [
      'multipart',
      path,
      (event) => ({ body: form({ access_token: TOKEN, data: JSON.stringify([event]) }) }),
    ],
  ])('is taken as %s', async (_what, target, init) => {
    const request = { method: 'POST', ...init(meta.event({ event_id: 'e-1' })) }
    const reply = await replyOf(await fetch(meta.url + target, request))
    expect(reply.status).toBe(200)
    expect(reply.body).toEqual({
      events_received: 1,
      messages: [],
      fbtrace_id: expect.stringMatching(/^A[\w-]{22}$/),
    })
    expect((await counted()).items).toMatchObject([{ event_name: 'Lead', event_id: 'e-1' }])
  })

  const json = { headers: { 'content-type': 'application/json' } }

  it.each<[what: string, body: object, error: object]>([
    ['no token', { data: [] }, { code: 104 }],
    ['a wrong token', { access_token: 'EAABother', data: [] }, { code: 190 }],
    [
      'no data',
      { access_token: TOKEN },
      { code: 100, message: '(#100) The parameter data is required' },
    ],
    ['data that is no list', { access_token: TOKEN, data: {} }, { code: 100 }],
    [
      'an empty list, the probe for a good token',
      { access_token: TOKEN, data: [] },
      { code: 100, message: '(#100) param data must be non-empty.' },
    ],
    ['1001 events', { access_token: TOKEN, data: Array(1001).fill({}) }, { code: 100 }],
  ])('is refused with %s', async (_what, body, error) => {
    const request = { method: 'POST', ...json, body: JSON.stringify(body) }
    const reply = await replyOf(await fetch(meta.url + path, request))
    expect(reply.error).toMatchObject({ type: 'OAuthException', is_transient: false, ...error })
    expect(reply.error.fbtrace_id).toMatch(/^A/)
  })

  it.each([
    ['999', 400, { code: 100, error_subcode: 33, type: 'GraphMethodException' }],
    ['shop', 404, { code: 803 }],
  ])('to dataset %s is refused', async (id, status, error) => {
    const request = { method: 'POST', ...json, body: JSON.stringify({ access_token: TOKEN }) }
    const reply = await replyOf(await fetch(`${meta.url}/v25.0/${id}/events`, request))
    expect(reply).toMatchObject({ status, error })
  })

  it('that is no JSON, or compressed, is refused', async () => {
    const broken = { method: 'POST', ...json, body: '{"data":' }
    expect((await replyOf(await fetch(meta.url + path, broken))).error.code).toBe(100)
    const headers = { ...json.headers, 'content-encoding': 'gzip' }
    const packed = { method: 'POST', headers, body: '{}' }
    expect((await replyOf(await fetch(meta.url + path, packed))).error.code).toBe(100)
  })

  it('with 1000 events is taken', async () => {
    const events = Array.from({ length: 1000 }, (_, n) => meta.event({ event_id: `e-${n}` }))
    expect((await meta.send(events)).body.events_received).toBe(1000)
  })

  it('must carry the right proof where there is an app secret', async () => {
    await meta.close()
    meta = await startStandin({ appSecret: 'SECRET' })
    const right = createHmac('sha256', 'SECRET').update(TOKEN).digest('hex')
    expect((await meta.send([meta.event()], { appsecret_proof: right })).status).toBe(200)
    expect((await meta.send([meta.event()], { appsecret_proof: HASH })).error).toMatchObject({
      type: 'GraphMethodException',
      message: 'Invalid appsecret_proof provided in the API argument',
    })
  })
})

describe('all or nothing', () => {
  it.each<[what: string, bad: object, subcode: number]>([
    ['too old', { event_time: 1_700_000_000 }, 2804003],
    ['in the future', { event_time: 1_900_000_000 }, 2804004],
    ['a Purchase without value', { event_name: 'Purchase', custom_data: {} }, 2804009],
    ['a Purchase without currency', { event_name: 'Purchase', custom_data: { value: 1 } }, 2804010],
    ['personal data in clear', { user_data: { em: 'ann@shop.example' } }, 2804016],
    ['an unknown key', { colour: 'red' }, 2804019],
    ['too little of a person', { user_data: { client_user_agent: 'x' } }, 2804050],
  ])('one event that is %s refuses the batch', async (_what, bad, subcode) => {
    const reply = await meta.send([
      meta.event({ event_id: 'good' }),
      meta.event({ event_id: 'bad', ...bad }),
    ])
    expect(reply).toMatchObject({ status: 400, error: { code: 100, error_subcode: subcode } })
    expect(reply.error.error_user_title).toBeTruthy()
    expect(reply.error.error_user_msg).toMatch(/data('\])?\[1\]/)
    expect(JSON.stringify(reply.body)).not.toContain('ann@')
    expect((await counted()).copies).toBe(0)
    const { items } = await meta.ask<{ items: unknown[] }>('GET', '/bad')
    expect(items).toMatchObject([
      { subcode, index: 1, event_id: 'bad', events: 2, injected: false, status: 400 },
    ])
  })
})

describe('browser and server', () => {
  const hit = (fields: Record<string, string>) =>
    `${meta.url}/tr/?${new URLSearchParams({ id: DATASET, ...fields })}`
  const sale = { ev: 'Purchase', 'cd[value]': '31.5', 'cd[currency]': 'EUR' }

  it('a hit of Meta’s script and its server copy count once, the browser’s kept', async () => {
    await meta.send([purchase({ event_id: 'o-1' })])
    meta.pass(60_000)
    const image = await fetch(hit({ ...sale, eid: 'o-1' }))
    expect(image.headers.get('content-type')).toBe('image/gif')
    expect(await counted()).toMatchObject({
      copies: 2,
      counted: 1,
      discarded: { by_event_id: 1 },
      browser_favoured: 1,
      by_name: { Purchase: { count: 1, browser: 1, server: 0, values: { EUR: '31.5' } } },
    })
  })

  it('a form works as an image does', async () => {
    const body = new URLSearchParams({ id: DATASET, ...sale, eid: 'o-2' })
    await fetch(`${meta.url}/tr`, { method: 'POST', body })
    const { items } = await meta.ask<{ items: unknown[] }>('GET', '/good?side=browser')
    expect(items).toMatchObject([{ event: { event_name: 'Purchase', event_id: 'o-2' } }])
  })

  it('without ids they meet by external_id, the browser’s hashed', async () => {
    await fetch(hit({ ...sale, 'ud[external_id]': hash('sha256', 'u-1') }))
    await meta.send([purchase({ user_data: { external_id: 'U-1' } })])
    expect(await counted()).toMatchObject({ counted: 1, discarded: { by_external_id: 1 } })
  })

  it('a hit for another dataset is not counted', async () => {
    await fetch(hit({ ...sale, id: '999' }))
    expect(await counted()).toMatchObject({ copies: 0 })
    const { items } = await meta.ask<{ items: unknown[] }>('GET', '/bad?side=browser')
    expect(items).toMatchObject([{ error: 'unknown_dataset' }])
  })
})

describe('probes', () => {
  const get = async (path: string) => replyOf(await fetch(meta.url + path))

  it('tell of dataset and token', async () => {
    expect((await get(`/v25.0/${DATASET}?access_token=${TOKEN}`)).body.id).toBe(DATASET)
    expect((await get(`/me?access_token=${TOKEN}`)).body.id).toBeTruthy()
    const debug = await get(`/v25.0/debug_token?access_token=${TOKEN}&input_token=${TOKEN}`)
    expect(debug.body.data).toMatchObject({ is_valid: true })
  })

  it.each([
    [`/${DATASET}`, { code: 104 }],
    [`/${DATASET}?access_token=no`, { code: 190 }],
    [`/999?access_token=${TOKEN}`, { code: 100, error_subcode: 33 }],
    [`/${DATASET}/events?access_token=${TOKEN}`, { code: 100, error_subcode: 33 }],
    [`/${DATASET}/colours?access_token=${TOKEN}`, { code: 2500 }],
  ])('%s is refused', async (path, error) => {
    expect((await get(path)).error).toMatchObject(error)
  })
})

describe('what it shows', () => {
  it('lists are paged and filtered', async () => {
    await meta.send([1, 2, 3, 4, 5].map((n) => meta.event({ event_id: `e-${n}` })))
    const first = await counted('?limit=2')
    expect(first.items).toMatchObject([{ event_id: 'e-1' }, { event_id: 'e-2' }])
    const next = await counted(`?limit=9&after=${first.next_after}`)
    expect(next.items).toHaveLength(3)
    expect(next.next_after).toBeUndefined()
    expect((await counted('?event_id=e-4')).items).toMatchObject([{ n: 4 }])
    expect((await counted('?limit=x')) as unknown).toMatchObject({
      error: { code: 'invalid_request' },
    })
  })

  it('requests are summed up, never with a token', async () => {
    await meta.send([meta.event(), meta.event()], { test_event_code: 'TEST1', partner_agent: 'pa' })
    await meta.send([])
    const shown = await meta.ask('GET', '/requests')
    expect(shown).toMatchObject({
      requests: 2,
      processed: 1,
      by_status: { '200': 1, '400': 1 },
      events: { min: 0, max: 2, total: 2 },
      concurrent: { now: 0, max: 1 },
      items: [
        { test_event_code: 'TEST1', partner_agent: 'pa', content: 'json', status: 200 },
        { failed: 'data_empty' },
      ],
    })
    expect(JSON.stringify(shown)).not.toContain(TOKEN)
  })

  it('how many requests were under way at once', async () => {
    await meta.close()
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let waiting = 0
    meta = await startStandin({
      sleep: () => {
        waiting += 1
        if (waiting === 3) release()
        return held
      },
    })
    await meta.ask('POST', '/fail', { fail: 'slow', ms: 1000 })
    await Promise.all([1, 2, 3].map(() => meta.send([meta.event()])))
    expect(await meta.ask('GET', '/requests')).toMatchObject({ concurrent: { now: 0, max: 3 } })
  })

  it('DELETE / forgets everything', async () => {
    await meta.send([meta.event()])
    await meta.ask('POST', '/fail', { fail: 'http_500' })
    await meta.ask('DELETE', '/')
    expect(await counted()).toMatchObject({ copies: 0, items: [] })
    expect((await meta.send([meta.event()])).status).toBe(200)
  })
})

it('the official Node SDK, unmodified, sends to it', async () => {
  Object.defineProperty(sdk.FacebookAdsApi, 'GRAPH', { get: () => meta.url, configurable: true })
  const event = new sdk.ServerEvent()
    .setEventName('Purchase')
    .setEventTime(meta.nowS())
    .setEventId('o-9')
    .setEventSourceUrl('https://shop.example/thanks')
    .setActionSource('website')
    .setUserData(new sdk.UserData().setEmails(['ann@shop.example']).setClientUserAgent('Mozilla'))
    .setCustomData(
      new sdk.CustomData()
        .setValue(42.5)
        .setCurrency('eur')
        .setContents([new sdk.Content().setId('beans').setQuantity(2).setItemPrice(21.25)]),
    )
  const answer = await new sdk.EventRequest(TOKEN, DATASET)
    .setEvents([event])
    .setTestEventCode('TEST1')
    .execute()
  expect(answer).toMatchObject({ events_received: 1, messages: [] })
  expect((await counted()).by_name).toEqual({
    Purchase: { count: 1, browser: 0, server: 1, values: { EUR: '42.5' } },
  })
  const { items } = await meta.ask<{ items: unknown[] }>('GET', '/good')
  expect(items).toMatchObject([
    { event: { user_data: { em: [hash('sha256', 'ann@shop.example')] } }, warnings: [] },
  ])
  const old = event.setEventTime(1_700_000_000)
  const refused = new sdk.EventRequest(TOKEN, DATASET).setEvents([old]).execute()
  await expect(refused).rejects.toMatchObject({ response: { error_subcode: 2804003 } })
})
