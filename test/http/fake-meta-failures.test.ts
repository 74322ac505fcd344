/** The failures the stand-in can be told to show: each by name, how long, for which, and mended. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseFailRule } from '../../src/fake-meta/failures.ts'
import { META_ERROR_NAMES, META_ERRORS, type MetaError } from '../../src/fake-meta/meta-errors.ts'
import { type Standin, startStandin } from './fake-meta-fixture.ts'

let meta: Standin

beforeEach(async () => {
  meta = await startStandin()
})
afterEach(() => meta.close())

const fail = (rule: object) => meta.ask('POST', '/fail', rule)
const sale = (id = 'o-1') => meta.event({ event_id: id })
const statusOf = async (id?: string) => (await meta.send([sale(id)])).status

describe('each error of Meta by its name', () => {
  it.each(META_ERROR_NAMES)('%s', async (name) => {
    const error: MetaError = META_ERRORS[name]
    await fail({ fail: name })
    const reply = await meta.send([sale()])
    expect(reply.status).toBe(error.status)
    expect(reply.error).toMatchObject({
      code: error.code,
      is_transient: error.transient ?? false,
      ...(error.subcode === undefined ? {} : { error_subcode: error.subcode }),
    })
    expect(meta.counted().copies).toBe(0)
    expect(meta.bad().items).toMatchObject([{ error: name, code: error.code, injected: true }])
  })
})

describe('faults of the way', () => {
  it.each([
    ['http_429', 429],
    ['http_500', 500],
    ['http_502', 502],
    ['http_503', 503],
    ['http_504', 504],
  ])('%s is a page, not JSON', async (name, status) => {
    await fail({ fail: name, retry_after_s: 7 })
    const reply = await meta.send([sale()])
    expect(reply).toMatchObject({ status, body: {} })
    expect(reply.headers.get('retry-after')).toBe('7')
  })

  it.each([
    ['reset_before', 0],
    ['reset_after', 1],
    ['half_answer', 1],
  ])('%s loses the answer; %i events were counted', async (name, counted) => {
    await fail({ fail: name, requests: 1 })
    await expect(meta.send([sale()])).rejects.toThrow()
    expect(meta.counted().counted).toBe(counted)
    // The sender cannot know and sends again: under its id it counts once.
    expect(await statusOf()).toBe(200)
    expect(meta.counted().counted).toBe(1)
    expect(await meta.ask('GET', '/requests')).toMatchObject({
      by_status: { '0': 1, '200': 1 },
      processed: 1 + counted,
    })
  })

  it('slow: the events count at once, the answer comes later', async () => {
    await fail({ fail: 'slow', ms: 2000 })
    expect(await statusOf()).toBe(200)
    expect(meta.slept).toEqual([2000])
  })

  it('slow goes together with another failure', async () => {
    await fail({ fail: 'slow', ms: 500 })
    await fail({ fail: 'service_unavailable' })
    expect(await statusOf()).toBe(500)
    expect(meta.slept).toEqual([500])
  })
})

describe('usage headers', () => {
  const usageOf = (headers: Headers) => JSON.parse(headers.get('x-app-usage') ?? 'null')

  it('come with a rate limit, and Retry-After where it is asked for', async () => {
    await fail({ fail: 'management_rate', retry_after_s: 30, regain_minutes: 2 })
    const { headers, error } = await meta.send([sale()])
    expect(error).toMatchObject({ code: 80004, error_subcode: 2446079 })
    expect(headers.get('retry-after')).toBe('30')
    expect(usageOf(headers)).toMatchObject({ call_count: 100 })
    const [[business]] = Object.values(
      JSON.parse(headers.get('x-business-use-case-usage') ?? '{}'),
    ) as [[object]]
    expect(business).toMatchObject({ estimated_time_to_regain_access: 2 })
  })

  it('can warn in a good answer', async () => {
    await fail({ fail: 'usage', usage_percent: 92 })
    const { status, headers } = await meta.send([sale()])
    expect(status).toBe(200)
    expect(usageOf(headers)).toMatchObject({ call_count: 92 })
  })
})

describe('a rule', () => {
  it('ends after N requests', async () => {
    await fail({ fail: 'http_503', requests: 2 })
    expect([await statusOf(), await statusOf(), await statusOf()]).toEqual([503, 503, 200])
    expect(await meta.ask('GET', '/fail')).toEqual({ rules: [] })
  })

  it('ends after T seconds', async () => {
    await fail({ fail: 'http_503', seconds: 60 })
    expect(await statusOf()).toBe(503)
    meta.pass(60_000)
    expect(await statusOf()).toBe(200)
  })

  it('hits as its probability says, from the chance that was passed in', async () => {
    await meta.close()
    const chances = [0.1, 0.3, 0.299]
    meta = await startStandin({ random: () => chances.shift() ?? 1 })
    await fail({ fail: 'http_503', probability: 0.3 })
    expect([await statusOf(), await statusOf(), await statusOf()]).toEqual([503, 200, 503])
  })

  it.each<[what: string, rule: object, hit: object, spared: object]>([
    ['a name', { event_name: 'Lead' }, {}, { event_name: 'Contact' }],
    ['an id', { event_id: 'o-7' }, { event_id: 'o-7' }, { event_id: 'o-8' }],
    [
      'a key of custom_data',
      { custom_data_key: 'bad' },
      { custom_data: { bad: 1 } },
      { custom_data: { good: 1 } },
    ],
  ])('can be for requests with %s only', async (_what, match, hit, spared) => {
    await fail({ fail: 'service_unavailable', ...match })
    expect((await meta.send([meta.event(spared), meta.event(hit)])).status).toBe(500)
    expect((await meta.send([meta.event(spared)])).status).toBe(200)
  })

  it('poison: one event is never taken, and the answer names it', async () => {
    await fail({ fail: 'poison', event_id: 'o-13' })
    const batch = ['o-12', 'o-13', 'o-14']
    const { status, error } = await meta.send(batch.map(sale))
    expect(status).toBe(400)
    expect(error).toMatchObject({ code: 100, error_subcode: 2804019 })
    expect(error.error_user_msg).toContain('data[1]')
    expect(meta.bad().items).toMatchObject([{ error: 'poison', index: 1, event_id: 'o-13' }])
    expect((await meta.send([sale('o-12'), sale('o-14')])).status).toBe(200)
  })

  it('is cleared alone or with all others', async () => {
    const { id } = (await fail({ fail: 'http_500' })) as { id: string }
    await fail({ fail: 'http_503' })
    expect(await meta.ask('DELETE', `/fail?id=${id}`)).toEqual({ cleared: 1 })
    expect(await statusOf()).toBe(503)
    await meta.ask('DELETE', '/fail')
    expect(await statusOf()).toBe(200)
  })

  it.each([
    [{ fail: 'nothing' }],
    [{ fail: 'slow' }],
    [{ fail: 'poison' }],
    [{ fail: 'http_500', times: 3 }],
    [{ fail: 'http_500', probability: 2 }],
    [{}],
  ])('that is wrong is refused: %j', async (rule) => {
    expect(await fail(rule)).toMatchObject({ error: { code: 'invalid_request' } })
  })
})

describe('the token', () => {
  it('expires, and POST /token mends it', async () => {
    await meta.ask('POST', '/token', { state: 'token_expired' })
    expect((await meta.send([sale()])).error).toMatchObject({ code: 190, error_subcode: 463 })
    await meta.ask('POST', '/token', {})
    expect(await statusOf()).toBe(200)
  })

  it('expires by a rule, and POST /token mends that too', async () => {
    await fail({ fail: 'token_expired' })
    await fail({ fail: 'slow', ms: 1 })
    expect((await meta.send([sale()])).error).toMatchObject({ code: 190, error_subcode: 463 })
    await meta.ask('POST', '/token', {})
    expect(await statusOf()).toBe(200)
    expect(await meta.ask('GET', '/fail')).toMatchObject({ rules: [{ fail: 'slow' }] })
  })

  it('is replaced: the old one is worth nothing', async () => {
    await meta.ask('POST', '/token', { access_token: 'EAABnew' })
    expect((await meta.send([sale()])).error).toMatchObject({ code: 190 })
    expect((await meta.send([sale()], { access_token: 'EAABnew' })).status).toBe(200)
  })
})

describe('a rule as one line', () => {
  it.each([
    ['app_rate requests=3 retry_after_s=5', { fail: 'app_rate', requests: 3, retry_after_s: 5 }],
    ['slow,ms=20,probability=0.5', { fail: 'slow', ms: 20, probability: 0.5 }],
    ['poison event_id=17', { fail: 'poison', event_id: '17' }],
    ['{"fail":"http_500","seconds":9}', { fail: 'http_500', seconds: 9 }],
  ])('%s', (line, rule) => {
    expect(parseFailRule(line)).toEqual(rule)
  })

  it.each(['', 'http_500 3', 'http_500 requests=many', '{"fail"'])('%j is refused', (line) => {
    expect(() => parseFailRule(line)).toThrow(/rule|fail/i)
  })
})
