/**
 * Sample events of the test tool and links with a code, through the public doors: what they show,
 * that they do not count unless somebody says so, and that a code in a page's address is enough.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type {
  EventsAnswer,
  HistoryAnswer,
  SamplesSent,
  Summary,
  TestLink,
} from '../../src/api/types.ts'
import { STANDARD_EVENTS } from '../../src/event/names.ts'
import { startTwofold, type TestServer } from '../start.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTwofold()
})

afterAll(() => server.close())

const open = async (settings = {}) => (await server.createDataset(settings)).dataset_id
const send = (id: string, body: object) =>
  server.api<SamplesSent>('POST', `/api/datasets/${id}/test-events`, body)
const summaryOf = (id: string) => server.api<Summary>('GET', `/api/datasets/${id}/summary`)

const ALL = [
  'browser',
  'server',
  'pair',
  'order_pair',
  'duplicate',
  'unhashed_email',
  'bad_currency',
  'missing_value',
  'too_old',
]

/** shape -> what becomes of its reports, in words. */
function storyOf({ samples }: SamplesSent, real: boolean): Record<string, string[]> {
  return Object.fromEntries(
    samples.map(({ shape, reports }) => [
      shape,
      reports.map((report) => {
        const { verdict, reason, matched_by } = (real ? report.real : undefined) ?? report
        return [verdict, reason ?? matched_by].filter(Boolean).join(' ')
      }),
    ]),
  )
}

const EXPECTED = {
  browser: ['accepted'],
  server: ['accepted'],
  pair: ['accepted', 'duplicate event_id'],
  order_pair: ['accepted', 'duplicate order_id'],
  duplicate: ['accepted', 'duplicate event_id'],
  unhashed_email: ['accepted'],
  bad_currency: ['accepted'],
  missing_value: ['accepted'],
  too_old: ['rejected event_too_old'],
}

describe('sample events', () => {
  it('are only shown, and say what would have become of them', async () => {
    const id = await open()
    const sent = await send(id, { shapes: ALL })
    expect(sent).toMatchObject({ counting: 'sandbox', test_event_code: 'SANDBOX-SAMPLES' })
    expect(storyOf(sent, true)).toEqual(EXPECTED)
    expect(await summaryOf(id)).toMatchObject({
      counted: 0,
      duplicates: 0,
      dropped: 11,
      rejected: 1,
    })
    const { events } = await server.api<EventsAnswer>('GET', `/api/datasets/${id}/events`)
    expect(events).toEqual([])
  })

  it('count where that was asked for', async () => {
    const id = await open()
    const sent = await send(id, { shapes: ALL, counting: 'real', value: 2.5, currency: 'JPY' })
    expect(storyOf(sent, false)).toEqual(EXPECTED)
    expect(sent.samples.flatMap(({ reports }) => reports).every(({ real }) => !real)).toBe(true)
    const summary = await summaryOf(id)
    expect(summary).toMatchObject({ counted: 8, duplicates: 3, rejected: 1, dropped: 0 })
    expect(summary.by_event[0]?.value).toMatchObject([
      { currency: 'JPY', sum_exact: '15', events: 6 },
    ])
  })

  it('count also where tests are kept in a sandbox', async () => {
    const id = await open({ test_events: 'sandbox' })
    await send(id, { shapes: ['pair'], counting: 'real' })
    expect(await summaryOf(id)).toMatchObject({ counted: 1, duplicates: 1 })
  })

  it('have a hashed e-mail where one came in clear, and say so', async () => {
    const { samples } = await send(await open(), { shapes: ['unhashed_email'] })
    const codes = samples[0]?.reports[0]?.findings.map(({ code }) => code)
    expect(codes).toContain('hashed_here')
  })

  it('are refused one by one in meta mode, and take no other along', async () => {
    const sent = await send(await open({ mode: 'meta' }), { shapes: ALL })
    expect(storyOf(sent, true)).toEqual({
      ...EXPECTED,
      unhashed_email: ['rejected not_hashed'],
      bad_currency: ['rejected invalid_parameter'],
      missing_value: ['rejected missing_value'],
    })
  })

  it('are never taken for each other when sent again', async () => {
    const id = await open()
    const body = { shapes: ['browser', 'server'], counting: 'real', event_names: STANDARD_EVENTS }
    await send(id, body)
    await send(id, body)
    expect(await summaryOf(id)).toMatchObject({ counted: 72, duplicates: 0 })
  })

  it('come from a standard event each, none refused', async () => {
    const sent = await send(await open(), { shapes: ['pair'], event_names: STANDARD_EVENTS })
    const fates = sent.samples.flatMap(({ reports }) => reports.map(({ real }) => real?.verdict))
    expect(new Set(fates)).toEqual(new Set(['accepted', 'duplicate']))
    expect(fates).toHaveLength(36)
  })

  it('are bounded', async () => {
    const body = { shapes: ALL, event_names: STANDARD_EVENTS }
    await expect(send(await open(), body)).rejects.toThrow('at most 40')
  })

  it('stand in the history', async () => {
    const id = await open()
    await send(id, { shapes: ['pair'] })
    const [business] = (
      await server.api<{ businesses: { business_id: string }[] }>('GET', '/api/businesses')
    ).businesses
    const path = `/api/businesses/${business?.business_id}/history`
    const { entries } = await server.api<HistoryAnswer>('GET', path)
    const entry = entries.find(({ action }) => action === 'test_events.sent')
    expect(entry).toMatchObject({ dataset_id: id })
  })
})

describe('a page opened with a code', () => {
  const browse = (id: string, page: string, fbp: string) =>
    fetch(`${server.url}/e`, {
      method: 'POST',
      headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36' },
      body: JSON.stringify({
        sent_at: Date.now(),
        events: [
          {
            dataset_id: id,
            event_name: 'PageView',
            event_id: crypto.randomUUID(),
            event_time: Math.floor(Date.now() / 1000),
            event_source_url: page,
            user_data: { fbp },
          },
        ],
      }),
    })

  const linkOf = async (id: string, counting: 'sandbox' | 'real'): Promise<string> => {
    const link = await server.api<TestLink>('POST', `/api/datasets/${id}/test-links`, { counting })
    return link.test_event_code
  }

  it('believes no code that somebody else made, or made for another dataset', async () => {
    const id = await open()
    const foreign = await linkOf(await open(), 'sandbox')
    for (const code of ['SANDBOX-ZZZZZ-AAA', 'SANDBOX-ZZZZZ-0123456789AB', foreign]) {
      await browse(id, `https://shop.example.com/?test_event_code=${code}`, 'fb.1.1700000000000.1')
    }
    expect(await summaryOf(id)).toMatchObject({ counted: 3, dropped: 0 })
  })

  it('marks the whole visit, and no other', async () => {
    const id = await open()
    const code = await linkOf(id, 'sandbox')
    await browse(id, `https://shop.example.com/?test_event_code=${code}`, 'fb.1.1700000000000.1')
    await browse(id, 'https://shop.example.com/cart', 'fb.1.1700000000000.1')
    await browse(id, 'https://shop.example.com/cart', 'fb.1.1700000000000.2')
    expect(await summaryOf(id)).toMatchObject({ counted: 1, dropped: 2 })
    const path = `/api/datasets/${id}/events?verdict=dropped`
    const { events } = await server.api<EventsAnswer>('GET', path)
    const codes = events.flatMap(({ legs }) => legs.map((leg) => leg.test_event_code))
    expect(codes).toEqual([code, code])
  })

  it('counts like all others where the code says so', async () => {
    const id = await open()
    const code = await linkOf(id, 'real')
    await browse(id, `https://shop.example.com/?test_event_code=${code}`, 'fb.1.1700000000000.1')
    expect(await summaryOf(id)).toMatchObject({ counted: 1, dropped: 0 })
    const { events } = await server.api<EventsAnswer>('GET', `/api/datasets/${id}/events`)
    expect(events[0]?.legs[0]?.test_event_code).toBe(code)
  })
})
