import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Sent } from './destination.ts'
import {
  type Answerer,
  graphError,
  openStage,
  outbounds,
  portsOf,
  received,
  type Script,
  type Stage,
  settingsFor,
} from './meta.fixture.ts'
import { meta } from './meta.ts'
import { META_ERRORS, namedEvents } from './meta-errors.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())
afterEach(() => {
  stage.seen.length = 0
})

async function answered(answer: Answerer | Script, n = 1, more = {}): Promise<Sent> {
  stage.answer = typeof answer === 'function' ? answer : () => answer
  return await meta.send(outbounds(n), settingsFor(stage.url), portsOf(more))
}

/** code, subcode, what else; then the outcome of one event alone. */
const CODES: readonly (readonly [Record<string, unknown>, string, string, number?])[] = [
  [{ code: 1 }, 'retry', '1'],
  [{ code: 1, error_subcode: 99 }, 'retry', '1/99'],
  [{ code: 2 }, 'retry', '2'],
  [{ code: 5000 }, 'retry', '5000'],
  [{ code: 21009 }, 'retry', '21009'],
  [{ code: 100, error_subcode: 2804003, is_transient: true }, 'retry', '100/2804003'],
  [{ code: 987, is_transient: true }, 'retry', '987'],
  [{ code: 4, error_subcode: 1504022 }, 'retry', '4/1504022', 60_000],
  [{ code: 17, error_subcode: 2446079 }, 'retry', '17/2446079', 60_000],
  [{ code: 32 }, 'retry', '32', 60_000],
  [{ code: 613, error_subcode: 1487742 }, 'retry', '613/1487742', 60_000],
  [{ code: 80000 }, 'retry', '80000', 60_000],
  [{ code: 80004 }, 'retry', '80004', 60_000],
  [{ code: 80014 }, 'retry', '80014', 60_000],
  [{ code: 341 }, 'retry', '341', 300_000],
  [{ code: 368 }, 'retry', '368', 900_000],
  [{ code: 190 }, 'held', '190'],
  ...[458, 459, 460, 463, 464, 467].map(
    (error_subcode) => [{ code: 190, error_subcode }, 'held', `190/${error_subcode}`] as const,
  ),
  [{ code: 102 }, 'held', '102'],
  [{ code: 104 }, 'held', '104'],
  [{ code: 3 }, 'held', '3'],
  [{ code: 10 }, 'held', '10'],
  [{ code: 200 }, 'held', '200'],
  [{ code: 294 }, 'held', '294'],
  [{ code: 299 }, 'held', '299'],
  [{ code: 803 }, 'held', '803'],
  [{ code: 2500 }, 'held', '2500'],
  [{ code: 100, error_subcode: 33, type: 'GraphMethodException' }, 'held', '100/33'],
  [{ code: 100, type: 'GraphMethodException' }, 'held', '100'],
  ...[
    ...[2804001, 2804003, 2804004, 2804007, 2804009, 2804010, 2804014, 2804016, 2804017, 2804030],
    ...[2804036, 2804043, 2804048, 2804050, 2804066, 2804072, 2804081, 2804087, 2804116, 2804117],
    ...[2804131, 2804132, 2804999],
  ].map((sub) => [{ code: 100, error_subcode: sub }, 'rejected', `100/${sub}`] as const),
  [{ code: 2804030 }, 'rejected', '2804030'],
]

/** Of one event alone: it may be bad, or a setting. */
const DOUBTFUL: typeof CODES = [
  [{ code: 100 }, 'held', '100'],
  [{ code: 100, error_subcode: 2804019 }, 'held', '100/2804019'],
  [{ code: 100, error_subcode: 34 }, 'held', '100/34'],
  [{ code: 506 }, 'held', '506'],
  [{ code: 424242 }, 'held', '424242'],
]

describe('error codes', () => {
  const cases = [...CODES, ...DOUBTFUL].map(([error, state, code, afterMs], index) => {
    const doubt = index < CODES.length ? undefined : 'alone'
    return { error, state, code, afterMs, doubt }
  })
  test.each(cases)('$code: $state', async ({ error, state, code, afterMs, doubt }) => {
    const sent = await answered(graphError(error))
    expect(sent.outcomes).toEqual([
      {
        state,
        code,
        detail: expect.stringMatching(/^Invalid parameter/),
        ...(afterMs && { afterMs }),
        ...(doubt && { doubt }),
      },
    ])
    expect(sent.pauseMs).toBe(afterMs)
  })

  test('every row of the table is tried above', () => {
    const tried = [...CODES, ...DOUBTFUL].map(
      ([error]) => error as { code?: number; error_subcode?: number },
    )
    const within = (bounds: number | readonly [number, number], value = -1) =>
      typeof bounds === 'number' ? bounds === value : bounds[0] <= value && value <= bounds[1]
    const untried = META_ERRORS.filter(
      (row) =>
        !tried.some(
          ({ code, error_subcode }) =>
            within(row.code, code) && (!row.subcode || within(row.subcode, error_subcode)),
        ),
    )
    expect(untried).toEqual([])
  })

  test.each([
    [500, { code: 190 }, 'retry'],
    [503, { code: 100, error_subcode: 2804003 }, 'retry'],
    [200, { code: 190 }, 'held'],
    [200, { code: 100, error_subcode: 2804003 }, 'rejected'],
    [401, { code: 190 }, 'held'],
    [403, { code: 200 }, 'held'],
    [404, { code: 803 }, 'held'],
  ])('status %d with %j: %s', async (status, error, state) => {
    const { outcomes } = await answered(graphError(error, status))
    expect(outcomes[0]?.state).toBe(state)
  })

  test('words are Meta’s, for people, on one line and not too long', async () => {
    const words = {
      code: 100,
      error_subcode: 2804003,
      error_user_title: 'Horodatage\ntrop ancien',
      error_user_msg: `L’événement ${'x'.repeat(5000)}`,
      fbtrace_id: 'Atrace',
    }
    const [outcome] = (await answered(graphError(words))).outcomes
    const { detail } = outcome as { detail: string }
    expect(detail).toMatch(/^Horodatage trop ancien: L’événement x+… \(fbtrace_id Atrace\)$/)
    expect(detail.length).toBeLessThan(700)
  })

  test('a held one says what to do', async () => {
    const [outcome] = (await answered(graphError({ code: 190, message: 'Session expired.' })))
      .outcomes
    expect(outcome).toMatchObject({ detail: 'Session expired. Make a new access token.' })
  })
})

describe('pace', () => {
  const rate = (headers: Record<string, string>): Script => ({
    ...graphError({ code: 17 }),
    headers,
  })
  test.each([
    ['Retry-After', rate({ 'retry-after': '30' }), 30_000, 30_000],
    [
      'minutes of Meta',
      rate({ 'x-business-use-case-usage': '{"1":[{"estimated_time_to_regain_access":3}]}' }),
      180_000,
      180_000,
    ],
    [
      'a busy server',
      { status: 503, headers: { 'retry-after': 'Sat, 28 Nov 2026 12:00:09 GMT' }, body: 'busy' },
      9000,
      undefined,
    ],
    ['429 without words', { status: 429, body: '' }, 60_000, 60_000],
  ] as const)('%s', async (_, script, afterMs, pauseMs) => {
    const sent = await answered(script as Script, 2)
    expect(sent.outcomes[1]).toMatchObject({ state: 'retry', afterMs })
    expect(sent.pauseMs).toBe(pauseMs)
  })

  test('a quota nearly spent slows down what is taken', async () => {
    const headers = { 'x-app-usage': '{"call_count":95}' }
    const sent = await answered({ ...received(2), headers }, 2)
    expect(sent).toMatchObject({ outcomes: [{ state: 'delivered' }, {}], pauseMs: 48_000 })
  })
})

describe('answers that are not Meta’s', () => {
  test.each([
    [{ status: 200, body: '' }, 'retry', 'malformed_answer'],
    [{ status: 200, body: '<!doctype html><p>Welcome' }, 'retry', 'malformed_answer'],
    [{ status: 200, body: '{"events_received":1' }, 'retry', 'malformed_answer'],
    [{ status: 200, body: '[]' }, 'retry', 'malformed_answer'],
    [{ status: 200, body: { success: true } }, 'retry', 'malformed_answer'],
    [{ status: 200, body: { events_received: '1' } }, 'retry', 'malformed_answer'],
    [{ status: 204 }, 'retry', 'malformed_answer'],
    [{ status: 200, body: ' '.repeat(9_000_000) }, 'retry', 'malformed_answer'],
    [{ status: 302, headers: { location: '/login' } }, 'held', 'redirected'],
    [{ status: 304 }, 'held', 'redirected'],
    [{ status: 400, body: 'Bad Request' }, 'held', 'http_400'],
    [{ status: 401, body: '' }, 'held', 'http_401'],
    [{ status: 403, body: '<html>blocked' }, 'held', 'http_403'],
    [{ status: 400, body: { error: { message: 'x' } } }, 'held', 'http_400'],
    [{ status: 404, body: { error: { code: 'not_found' } } }, 'held', 'http_404'],
    [{ status: 503, body: { error: { code: 'overloaded' } } }, 'retry', 'http_503'],
    [{ status: 404, body: '{"error":"no"}' }, 'held', 'http_404'],
    [{ status: 408, body: '' }, 'retry', 'http_408'],
    [{ status: 425, body: '' }, 'retry', 'http_425'],
    [{ status: 500, body: '<html>' }, 'retry', 'http_500'],
    [{ status: 502, body: '' }, 'retry', 'http_502'],
    [{ status: 504, body: '{}' }, 'retry', 'http_504'],
  ] as const)('%j: %s %s', async (script, state, code) => {
    const { outcomes, exchanges } = await answered(script, 3)
    expect(outcomes).toEqual(Array(3).fill({ state, code, detail: expect.stringMatching(/\w/) }))
    expect(exchanges).toHaveLength(1)
    expect(exchanges[0]?.answer.length).toBeLessThanOrEqual(2000)
  })
})

describe('an answer that took fewer', () => {
  test('and names the others: those are rejected', async () => {
    const messages = ['data[2].event_time is 9 days old.']
    const sent = await answered({ body: { events_received: 3, messages } }, 4)
    expect(sent.outcomes.map(({ state }) => state)).toEqual([
      ...['delivered', 'delivered', 'rejected', 'delivered'],
    ])
    expect(sent.outcomes[2]).toMatchObject({ code: 'refused_by_name', detail: messages[0] })
  })

  test('and names none: the missing one is found, and waits', async () => {
    const sent = await answered(({ body }) => {
      const missing = body.data.some(({ event_id }) => event_id === 'e-5')
      return received(body.data.length - Number(missing))
    }, 16)
    expect(sent.outcomes[5]).toMatchObject({ state: 'retry', code: 'not_received' })
    expect(sent.outcomes.toSpliced(5, 1)).toEqual(Array(15).fill({ state: 'delivered' }))
  })
})

describe('no answer', () => {
  test.each([
    ['reset', ((_, response) => void response.destroy()) as Answerer, 'network'],
    [
      'cut off in the middle',
      ((_, response) => {
        response.writeHead(200, { 'content-length': '100' })
        response.write('{"events', () => response.destroy())
      }) as Answerer,
      'network',
    ],
  ])('%s', async (_, answer, code) => {
    const { outcomes, exchanges } = await answered(answer, 2)
    expect(outcomes).toMatchObject(Array(2).fill({ state: 'retry', code }))
    expect(exchanges).toHaveLength(1)
  })

  test('nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((done) => server.once('listening', done))
    const { port } = server.address() as AddressInfo
    await new Promise((done) => server.close(done))
    const settings = settingsFor(`http://127.0.0.1:${port}`)
    const { outcomes, exchanges } = await meta.send(outbounds(1), settings, portsOf())
    expect(outcomes).toEqual([
      { state: 'retry', code: 'refused', detail: expect.stringContaining('ECONNREFUSED') },
    ])
    expect(exchanges).toMatchObject([{ status: 0, events: 1 }])
  })

  test.each([
    ['timeout', new DOMException('late', 'TimeoutError')],
    ['stopped', new DOMException('stop', 'AbortError')],
  ])('the relay ends the try: %s', async (code, reason) => {
    const controller = new AbortController()
    const { outcomes } = await answered(() => void controller.abort(reason), 2, {
      signal: controller.signal,
    })
    expect(outcomes).toMatchObject(Array(2).fill({ state: 'retry', code }))
    const again = await answered(received(2), 2, { signal: controller.signal })
    expect(again.exchanges).toEqual([])
    expect(again.outcomes).toMatchObject(Array(2).fill({ state: 'retry' }))
  })
})

test.each([
  [`Unexpected key "x" on param "$['data'][17]['user_data']"`, [17]],
  ['data[3].event_time is 8 days old.', [3]],
  ['param data[0][user_data] and data[4], data[4]', [0, 4]],
  ['$.data[2]', [2]],
  ['custom_data[3], user_data[1], $data[1], data[x], data[99999]', []],
])('places named in %j', (text, named) => {
  expect(namedEvents(text)).toEqual(named)
})

test.each([
  { blame_field_specs: [['data[1]', 'event_time']] },
  { blame_field_specs: [['data', 1, 'event_time']] },
  JSON.stringify({ blame_field_specs: [['data[1]']] }),
])('places in error_data: %j', async (error_data) => {
  const sent = await answered(({ body }) => {
    const bad = body.data.some(({ event_id }) => event_id === 'e-1')
    return bad
      ? graphError({ code: 100, error_subcode: 2804003, error_data })
      : received(body.data.length)
  }, 8)
  expect(sent.exchanges.map(({ events }) => events)).toEqual([8, 1, 7])
})
