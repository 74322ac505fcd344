import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { SEARCH_REQUESTS_MAX } from '../limits.ts'
import type { Outcome } from './destination.ts'
import {
  graphError,
  openStage,
  outbound,
  outbounds,
  portsOf,
  received,
  type Seen,
  type Stage,
  settingsFor,
  TOKEN,
} from './meta.fixture.ts'
import { meta } from './meta.ts'

// Many requests each, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000 })

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())
afterEach(() => {
  stage.seen.length = 0
  stage.answer = ({ body }) => received(body.data.length)
})

const places = ({ body }: Seen): number[] =>
  body.data.map(({ event_id }) => Number(event_id.slice(2)))
const states = (outcomes: readonly Outcome[]): Record<string, number> =>
  Object.fromEntries(
    Map.groupBy(outcomes, (one) => ('code' in one ? `${one.state} ${one.code}` : one.state))
      .entries()
      .map(([state, all]) => [state, all.length]),
  )
const poison = { code: 100, error_subcode: 2804003, error_user_title: 'Event Timestamp Too Old' }

/** Refuses a request as a whole for the first bad event in it, as Meta does. */
function strict(bad: ReadonlySet<number>, error: object = poison, path = false) {
  const kept: number[] = []
  stage.answer = (seen) => {
    const at = places(seen).findIndex((place) => bad.has(place))
    if (at >= 0) {
      const words = path ? `ugyldig på "$['data'][${at}]['event_time']"` : 'for gammel'
      return graphError({ ...error, error_user_msg: words })
    }
    kept.push(...places(seen))
    return received(seen.body.data.length)
  }
  return kept
}

describe('a request', () => {
  test('holds the events and the token, which is not in the address', async () => {
    const sent = await meta.send(outbounds(3), settingsFor(stage.url), portsOf())
    expect(sent.outcomes).toEqual(Array(3).fill({ state: 'delivered' }))
    expect(sent.pauseMs).toBeUndefined()
    expect(sent.exchanges).toEqual([
      {
        url: `${stage.url}/v24.0/1234567890/events`,
        status: 200,
        ms: 0,
        events: 3,
        answer: '{"events_received":3,"messages":[],"fbtrace_id":"Atrace"}',
      },
    ])
    const [seen] = stage.seen
    expect(seen).toMatchObject({ method: 'POST', url: '/v24.0/1234567890/events' })
    expect(seen?.headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/json',
    })
    const settings = settingsFor(stage.url)
    expect(seen?.body).toEqual({ data: outbounds(3).map((one) => meta.payloadOf(one, settings)) })
  })

  test('holds what the settings add, and the proof instead of the app secret', async () => {
    const settings = settingsFor(stage.url, {
      access_token: 'TOKEN_A',
      app_secret: 'SECRET',
      test_event_code: 'TEST123',
      partner_agent: 'agent-1',
    })
    await meta.send(outbounds(1), settings, portsOf())
    const { data, ...rest } = stage.seen[0]?.body ?? { data: [] }
    expect(data).toHaveLength(1)
    expect(rest).toEqual({
      partner_agent: 'agent-1',
      test_event_code: 'TEST123',
      appsecret_proof: '3aaae8e60caac44bc967dc397300044f2c89d19353ef1116ec7a26d21f3260df',
    })
    expect(JSON.stringify(stage.seen)).not.toContain('SECRET')
  })

  test('never exceeds its bytes; the batch goes in several', async () => {
    const text = 'x'.repeat(60_000)
    const events = Array.from({ length: 150 }, (_, place) =>
      outbound(place, { custom_data: { text } }),
    )
    const sent = await meta.send(events, settingsFor(stage.url), portsOf())
    expect(states(sent.outcomes)).toEqual({ delivered: 150 })
    expect(stage.seen.flatMap(places)).toEqual(events.map((_, place) => place))
    const bytes = stage.seen.map(({ headers }) => Number(headers['content-length']))
    expect(stage.seen).toHaveLength(3)
    expect(Math.max(...bytes)).toBeLessThanOrEqual(meta.bounds.bytesMax)
  })

  test('never holds more than 1000 events', async () => {
    const sent = await meta.send(outbounds(1001), settingsFor(stage.url), portsOf())
    expect(states(sent.outcomes)).toEqual({ delivered: 1001 })
    expect(sent.exchanges.map(({ events }) => events)).toEqual([1000, 1])
  })

  test('is not made for what Meta is certain to refuse, unless the settings say so', async () => {
    const events = [outbound(0, { event_name: 'Purchase' }), outbound(1)]
    const sent = await meta.send(events, settingsFor(stage.url), portsOf())
    expect(states(sent.outcomes)).toEqual({ 'rejected 100/2804009': 1, delivered: 1 })
    expect(stage.seen.map(places)).toEqual([[1]])
    const all = await meta.send(events, settingsFor(stage.url, { check_first: false }), portsOf())
    expect(states(all.outcomes)).toEqual({ delivered: 2 })
    const [none] = [await meta.send(events.slice(0, 1), settingsFor(stage.url), portsOf())]
    expect(none?.exchanges).toEqual([])
  })

  test('too large for a proxy is cut in halves', async () => {
    stage.answer = ({ body }) =>
      body.data.length > 30 ? { status: 413, body: '<html>' } : received(body.data.length)
    const sent = await meta.send(outbounds(100), settingsFor(stage.url), portsOf())
    expect(states(sent.outcomes)).toEqual({ delivered: 100 })
    expect(sent.exchanges.length).toBeLessThanOrEqual(8)
    stage.answer = () => ({ status: 413 })
    const [one] = (await meta.send(outbounds(1), settingsFor(stage.url), portsOf())).outcomes
    expect(one).toMatchObject({ state: 'rejected', code: 'too_large' })
  })
})

describe('a poisoned batch', () => {
  test.each([0, 1, 499, 500, 617, 999])(
    'event %d of 1000 costs at most 12 more requests and is rejected in Meta’s words',
    async (bad) => {
      const kept = strict(new Set([bad]))
      const sent = await meta.send(outbounds(1000), settingsFor(stage.url), portsOf())
      expect(states(sent.outcomes)).toEqual({ delivered: 999, 'rejected 100/2804003': 1 })
      expect(sent.outcomes[bad]).toEqual({
        state: 'rejected',
        code: '100/2804003',
        detail: 'Event Timestamp Too Old: for gammel',
      })
      expect(new Set(kept).size).toBe(999)
      expect(kept).toHaveLength(999)
      expect(sent.exchanges.length - 1).toBeLessThanOrEqual(12)
    },
  )

  test('costs two more where the answer names the place', async () => {
    const kept = strict(new Set([617]), poison, true)
    const sent = await meta.send(outbounds(1000), settingsFor(stage.url), portsOf())
    expect(states(sent.outcomes)).toEqual({ delivered: 999, 'rejected 100/2804003': 1 })
    expect(kept).toHaveLength(999)
    expect(sent.exchanges.map(({ events }) => events)).toEqual([1000, 1, 999])
    expect(sent.exchangeOf?.[617]).toBe(1)
    expect(sent.exchangeOf?.[0]).toBe(2)
  })

  test('any set: each good one delivered once, each bad one rejected', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(79), { maxLength: 5 }),
        fc.boolean(),
        async (list, path) => {
          const bad = new Set(list)
          const kept = strict(bad, poison, path)
          const sent = await meta.send(outbounds(80), settingsFor(stage.url), portsOf())
          expect(kept.toSorted((a, b) => a - b)).toEqual(
            Array.from({ length: 80 }, (_, place) => place).filter((place) => !bad.has(place)),
          )
          for (const [place, outcome] of sent.outcomes.entries()) {
            expect(outcome.state).toBe(bad.has(place) ? 'rejected' : 'delivered')
          }
          expect(sent.exchanges.length).toBeLessThanOrEqual(1 + 10 * bad.size)
        },
      ),
      { numRuns: 15 },
    )
  })

  test('of nothing but bad events ends within its requests; the rest waits', async () => {
    strict(new Set(outbounds(1000).keys()))
    const sent = await meta.send(outbounds(1000), settingsFor(stage.url), portsOf())
    expect(sent.exchanges).toHaveLength(1 + SEARCH_REQUESTS_MAX)
    const { 'rejected 100/2804003': bad = 0, 'retry search_cut': rest } = states(sent.outcomes)
    expect(bad).toBeGreaterThan(50)
    expect(rest).toBe(1000 - bad)
  })

  test.each([
    ['a fault of Meta', graphError({ code: 2, is_transient: true }, 503), 'retry 2'],
    ['a lost token', graphError({ code: 190, error_subcode: 463 }), 'held 190/463'],
  ])('interrupted by %s keeps what is decided and leaves the rest', async (_, script, state) => {
    const kept = strict(new Set([7]))
    const { answer } = stage
    stage.answer = (seen, response) => (stage.seen.length > 4 ? script : answer(seen, response))
    const sent = await meta.send(outbounds(100), settingsFor(stage.url), portsOf())
    expect(stage.seen).toHaveLength(5)
    expect(states(sent.outcomes)).toEqual({
      ...(kept.length && { delivered: kept.length }),
      [state]: 100 - kept.length,
    })
  })
})

describe('a refusal that may be about a setting', () => {
  const doubt = { code: 100, message: '(#100) param test_event_code is not valid' }

  test('is about the event when another one of the batch is taken', async () => {
    strict(new Set([0]), doubt)
    const sent = await meta.send(outbounds(1000), settingsFor(stage.url), portsOf())
    expect(states(sent.outcomes)).toEqual({ delivered: 999, 'rejected 100': 1 })
    expect(sent.outcomes[0]).toMatchObject({ detail: `${doubt.message} for gammel` })
  })

  test.each([1, 2, 30, 1000])('holds all %d when none is taken', async (n) => {
    strict(new Set(outbounds(n).keys()), doubt)
    const sent = await meta.send(outbounds(n), settingsFor(stage.url), portsOf())
    expect(states(sent.outcomes)).toEqual({ 'held 100': n })
    expect(sent.outcomes[n - 1]).toMatchObject({ detail: expect.stringContaining('a setting') })
    expect(sent.exchanges.length).toBeLessThanOrEqual(24)
  })

  test('leaves all to the next try when the search is interrupted', async () => {
    stage.answer = () => (stage.seen.length < 4 ? graphError(doubt) : graphError({ code: 1 }, 500))
    const sent = await meta.send(outbounds(4), settingsFor(stage.url), portsOf())
    expect(states(sent.outcomes)).toEqual({ 'retry 1': 4 })
  })
})

describe('secrets', () => {
  test('are masked in what is kept, whatever the answer repeats', async () => {
    const proof = '3aaae8e60caac44bc967dc397300044f2c89d19353ef1116ec7a26d21f3260df'
    const settings = settingsFor(stage.url, { access_token: 'TOKEN_A', app_secret: 'SECRET' })
    const said = `Malformed access token TOKEN_A, EAAGm0PX4ZCpsBAKZCcut, SECRET, ${proof}`
    stage.answer = () => graphError({ code: 190, message: said })
    const text = JSON.stringify(await meta.send(outbounds(2), settings, portsOf()))
    expect(text).toContain('Malformed access token ***, ***, ***, ***')
    for (const secret of ['TOKEN_A', 'EAAG', 'SECRET', proof]) expect(text).not.toContain(secret)
  })

  test('do not follow a redirect', async () => {
    const other = await openStage()
    stage.answer = () => ({ status: 307, headers: { location: `${other.url}/x` } })
    const sent = await meta.send(outbounds(2), settingsFor(stage.url), portsOf())
    expect(states(sent.outcomes)).toEqual({ 'held redirected': 2 })
    expect(other.seen).toEqual([])
    await other.close()
  })
})
