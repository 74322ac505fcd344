/** Destinations and deliveries by the API, against the strict stand-in for Meta. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  deliveriesSchema,
  deliveryStorySchema,
  destinationSchema,
  destinationsSchema,
  destinationTypesSchema,
  testedSchema,
} from '../../src/api/destination-schemas.ts'
import { doctorSchema } from '../../src/api/doctor-schemas.ts'
import type { DeliveriesAnswer, DestinationShown, DoctorAnswer } from '../../src/api/types.ts'
import { type FakeMeta, startFakeMeta } from '../../src/fake-meta/fake-meta.ts'
import { startTwofold, type TestServer } from '../start.ts'

const META_ID = '123'
const TOKEN = 'EAABrightToken0123456789wxyz'
const SOON = { timeout: 20_000, interval: 50 }

let server: TestServer
let meta: FakeMeta
let dataset: { dataset_id: string; access_token: string }

beforeAll(async () => {
  server = await startTwofold()
  meta = await startFakeMeta({
    port: 0,
    datasetId: META_ID,
    token: TOKEN,
    nowMs: Date.now,
    random: Math.random,
    sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
  })
})

afterAll(async () => {
  await server.close()
  await meta.close()
})

beforeEach(async () => {
  dataset = await server.createDataset()
})

afterEach(() => {
  meta.reset()
  meta.setToken({ token: TOKEN })
})

const path = (rest: string): string => `/api/datasets/${dataset.dataset_id}${rest}`
const settings = (more: object = {}) => ({
  dataset_id: META_ID,
  access_token: TOKEN,
  base_url: meta.url,
  ...more,
})

const add = (more: Record<string, unknown> = {}): Promise<DestinationShown> =>
  server.api('POST', path('/destinations'), {
    type: 'meta',
    name: 'Meta ads',
    settings: settings(),
    legs: { default: { send: 'both', wait_s: 0 } },
    ...more,
  })

const read = (id: string): Promise<DestinationShown> =>
  server.api('GET', path(`/destinations/${id}`))

const find = (query: string): Promise<DeliveriesAnswer> =>
  server.api('GET', path(`/deliveries?${query}`))

async function send(...events: readonly Record<string, unknown>[]): Promise<void> {
  const data = events.map((event) => ({
    event_name: 'Purchase',
    event_time: Math.floor(Date.now() / 1000) - 60,
    action_source: 'website',
    event_source_url: 'https://shop.example.com/thanks',
    user_data: {
      em: ['jo@example.com'],
      client_ip_address: '198.51.100.7',
      client_user_agent: 'Firefox',
    },
    custom_data: { value: 30, currency: 'EUR', order_id: String(event.event_id) },
    ...event,
  }))
  await server.api('POST', `/v24.0/${dataset.dataset_id}/events`, {
    access_token: dataset.access_token,
    data,
  })
}

async function refusal(method: string, rest: string, body?: object): Promise<string> {
  const done = server.api(method, path(rest), body)
  return done.then(
    () => 'no error',
    (error: Error) => error.message,
  )
}

describe('the kinds of destination', () => {
  it('come with the schema of their settings, secrets marked', async () => {
    const answer = await server.api('GET', '/api/destination-types')
    const { types } = destinationTypesSchema.parse(answer)
    expect(types.map(({ name }) => name)).toContain('meta')
    const [first] = types
    expect(first).toMatchObject({
      name: 'meta',
      schema: { properties: { access_token: { secret: true }, dataset_id: { type: 'string' } } },
    })
  })
})

describe('a destination', () => {
  it('is added, listed, changed and removed, and never tells its secrets', async () => {
    const made = destinationSchema.parse(await add())
    expect(made).toMatchObject({ name: 'Meta ads', title: 'Meta Conversions API', problem: null })
    expect(made.settings.access_token).toBe('•••• wxyz')
    const one = `/destinations/${made.destination_id}`
    const patch = { name: 'Ads', settings: { access_token: '•••• wxyz', test_event_code: 'T1' } }
    const changed = await server.api('PATCH', path(one), patch)
    expect(changed).toMatchObject({ name: 'Ads', settings: { test_event_code: 'T1' } })
    const list = destinationsSchema.parse(await server.api('GET', path('/destinations')))
    expect(list.destinations).toHaveLength(1)
    expect(JSON.stringify([made, changed, list])).not.toContain(TOKEN)
    await server.api('DELETE', path(one))
    expect(await refusal('GET', one)).toContain('destination_not_found')
  })

  it.each([
    ['a setting that is not valid', { settings: { dataset_id: 'abc' } }, 'settings.dataset_id'],
    ['a kind that is not there', { type: 'nowhere' }, 'known are: meta'],
    ['a field that is not known', { colour: 'red' }, 'colour'],
  ])('is refused for %s, with the field and without the value', async (_, more, words) => {
    const input = { type: 'meta', name: 'Meta', settings: settings(), ...more }
    const text = await refusal('POST', '/destinations', input)
    expect(text).toContain('invalid_request')
    expect(text).toContain(words)
    expect(text).not.toContain(TOKEN)
  })

  it('is shown to readers and changed by admins only', async () => {
    const { destination_id } = await add()
    const reader = await server.api<{ token: string }>('POST', path('/tokens'), { purpose: 'read' })
    const headers = { authorization: `Bearer ${reader.token}`, 'content-type': 'application/json' }
    const ask = async (method: string, rest: string): Promise<number> => {
      const answer = await fetch(server.url + path(rest), {
        method,
        headers,
        ...(method === 'GET' ? {} : { body: '{}' }),
      })
      return answer.status
    }
    const one = `/destinations/${destination_id}`
    expect(await ask('GET', one)).toBe(200)
    expect(await ask('GET', '/deliveries')).toBe(200)
    for (const [method, rest] of [
      ['PATCH', one],
      ['DELETE', one],
      ['POST', `${one}/retry`],
      ['POST', `${one}/requeue`],
      ['POST', '/destinations/test'],
    ] as const) {
      expect([rest, await ask(method, rest)]).toEqual([rest, 403])
    }
  })
})

describe('a test event', () => {
  it('arrives, marked, with settings that nobody stored', async () => {
    const body = { type: 'meta', settings: settings({ test_event_code: 'TEST9' }) }
    const tested = testedSchema.parse(await server.api('POST', path('/destinations/test'), body))
    expect(tested).toMatchObject({ state: 'delivered', event_name: 'TwofoldTest' })
    expect(tested.exchanges).toMatchObject([{ status: 200, events: 1 }])
    expect(meta.good().items).toMatchObject([{ event: { event_id: tested.event_id } }])
    expect(JSON.stringify(tested)).not.toContain(TOKEN)
    expect(await server.api('GET', path('/destinations'))).toEqual({ destinations: [] })
  })

  it.each([
    ['a wrong token', { access_token: 'wrong-token-0123456789' }, '190'],
    ['another dataset', { dataset_id: '999' }, '100/33'],
  ])('says what is wrong: %s', async (_, more, code) => {
    const body = { type: 'meta', settings: settings(more) }
    const tested = testedSchema.parse(await server.api('POST', path('/destinations/test'), body))
    expect(tested).toMatchObject({ state: 'held', code })
    expect(tested.detail.length).toBeGreaterThan(20)
    expect(JSON.stringify(tested)).not.toContain('wrong-token-0123456789')
  })

  it('takes what is stored where the body says nothing else', async () => {
    const { destination_id } = await add()
    const test = (more: object) =>
      server.api('POST', path('/destinations/test'), { destination_id, ...more })
    expect(await test({})).toMatchObject({ state: 'delivered' })
    const change = { settings: { access_token: 'another-token-98765' } }
    expect(await test(change)).toMatchObject({ state: 'held', code: '190' })
    expect(await test({ settings: { access_token: '•••• wxyz' } })).toMatchObject({
      state: 'delivered',
    })
  })
})

describe('deliveries', () => {
  it('are counted, found by event and order, and tell their story', async () => {
    const { destination_id } = await add()
    await send({ event_id: 'o-1' }, { event_id: 'o-2' })
    await expect
      .poll(async () => (await read(destination_id)).status.states.delivered, SOON)
      .toBe(2)
    const { status } = await read(destination_id)
    expect(status).toMatchObject({ lane: 'running', created: 2, waiting: 0, alarm: null })
    expect(status.hours.at(-1)).toMatchObject({ delivered: 2, rejected: 0 })
    expect(meta.counted()).toMatchObject({ counted: 2 })
    for (const query of ['event_id=o-1', 'order_id=o-1', 'event_id=o-1&state=delivered,pending']) {
      const page = deliveriesSchema.parse(await find(query))
      expect(page.deliveries).toMatchObject([
        { state: 'delivered', event: { event_id: 'o-1', event_name: 'Purchase' } },
      ])
    }
    const [first] = (await find('limit=1')).deliveries
    expect((await find('limit=1')).next_cursor).not.toBeNull()
    const answer = await server.api('GET', path(`/deliveries/${first?.delivery_id}`))
    const story = deliveryStorySchema.parse(answer)
    expect(story).toMatchObject({
      delivery: { exchange: { status: 200 } },
      payload: { event_name: 'Purchase', user_data: { client_ip_address: '198.51.100.7' } },
      payload_problem: null,
      event: { event_name: 'Purchase', legs: [{ channel: 'server' }] },
    })
    expect(JSON.stringify(story)).not.toContain(TOKEN)
    expect(JSON.stringify(story)).not.toContain('jo@example.com')
  })

  it('wait for the owner, with an alarm, until the token is mended: then all arrive', async () => {
    const { destination_id } = await add()
    meta.setToken({ state: 'token_expired' })
    await send({ event_id: 'o-1' }, { event_id: 'o-2' }, { event_id: 'o-3' })
    await expect.poll(async () => (await read(destination_id)).status.states.held, SOON).toBe(3)
    const { status } = await read(destination_id)
    expect(status).toMatchObject({ lane: 'held', alarm: { code: '190/463' }, waiting: 3 })
    expect(status.alarm?.detail).toContain('Make a new access token')
    expect(status.last_error).toMatchObject({ code: '190/463', mended_ms: null })
    // What came since the hold waits behind it, and leaves with it.
    await send({ event_id: 'o-4' }, { event_id: 'o-5' })
    const one = path(`/destinations/${destination_id}`)
    expect(await server.api('POST', `${one}/retry`, {})).toEqual({ due: 5 })
    const again = await server.api('POST', `${one}/requeue`, { states: ['held'] })
    expect(again).toMatchObject({ waiting: 5 })
    const renewed = 'EAABnewToken9876543210abcd'
    meta.setToken({ token: renewed })
    await server.api('PATCH', path(`/destinations/${destination_id}`), {
      settings: { access_token: renewed },
    })
    await expect
      .poll(async () => (await read(destination_id)).status.states.delivered, SOON)
      .toBe(5)
    const mended = (await read(destination_id)).status
    expect(mended).toMatchObject({ lane: 'running', alarm: null })
    const { code, at_ms = 0, mended_ms } = mended.last_error ?? {}
    expect([code, Number(mended_ms) > at_ms]).toEqual(['190/463', true])
    expect(meta.counted()).toMatchObject({ counted: 5 })
  })

  it('that were rejected are sent again by id, by code and all', async () => {
    const { destination_id } = await add({ settings: settings({ check_first: false }) })
    const bad = { custom_data: { currency: 'EUR' } }
    await send(...['x-1', 'x-2', 'x-3'].map((event_id) => ({ event_id, ...bad })), {
      event_id: 'good',
    })
    const states = async () => (await read(destination_id)).status.states
    await expect.poll(states, SOON).toMatchObject({ rejected: 3, delivered: 1 })
    const dead = (await find('state=rejected')).deliveries
    const code = String(dead[0]?.code)
    const requeue = async (body: object): Promise<unknown> => {
      const done = await server.api('POST', path(`/destinations/${destination_id}/requeue`), body)
      await expect.poll(states, SOON).toMatchObject({ rejected: 3, delivered: 1 })
      return done
    }
    const delivery_ids = [String(dead[0]?.delivery_id)]
    expect(await requeue({ delivery_ids })).toMatchObject({ requeued: 1 })
    expect(await requeue({ code: 'another' })).toMatchObject({ requeued: 0 })
    expect(await requeue({ code })).toMatchObject({ requeued: 3 })
    expect(await requeue({})).toMatchObject({ requeued: 3 })
    expect(await refusal('GET', '/deliveries/d_none.1.0')).toContain('delivery_not_found')
  })
})

describe('the equation', () => {
  it('holds per destination, from counters and from everything stored', async () => {
    const { destination_id } = await add({ except_events: ['Lead'] })
    await send({ event_id: 'o-1' }, { event_id: 'o-2', event_name: 'Lead' })
    await expect
      .poll(async () => (await read(destination_id)).status.states.delivered, SOON)
      .toBe(1)
    const query = `dataset_id=${dataset.dataset_id}`
    const shallow = doctorSchema.parse(
      await server.api<DoctorAnswer>('GET', `/api/doctor?${query}`),
    )
    expect(shallow.datasets[0]).toMatchObject({
      ok: true,
      deliveries: [
        { destination_id, created: 1, skipped: { event_filter: 1 }, states: { delivered: 1 } },
      ],
    })
    const deep = doctorSchema.parse(
      await server.api<DoctorAnswer>('GET', `/api/doctor?deep=true&${query}`),
    )
    expect(deep.datasets[0]).toMatchObject({ ok: true, problems: [] })
    expect(deep.datasets[0]?.deliveries[0]).toMatchObject({ stored: { delivered: 1 } })
  })
})
