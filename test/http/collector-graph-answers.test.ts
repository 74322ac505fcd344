import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { TwofoldError } from '../../src/errors.ts'
import {
  accepted,
  type Collector,
  dataset,
  json,
  NOW_MS,
  post,
  serverEvent,
  startCollector,
} from './collector-fixture.ts'

let nowMs = NOW_MS
let collector: Collector

beforeAll(async () => {
  const slow = dataset('1002', { events_per_minute_max: 2 })
  collector = await startCollector([dataset('1001'), slow], { nowMs: () => nowMs })
})
afterAll(() => collector.close())
beforeEach(() => {
  collector.deliveries.length = 0
  collector.answer(async (delivery) => accepted(delivery))
})

const EVENTS = [serverEvent(), serverEvent({ event_id: 'order-18' })]

describe('answers', () => {
  it('waits for accept() to resolve', async () => {
    const order: string[] = []
    collector.answer(async (delivery) => {
      await new Promise((done) => setTimeout(done, 50))
      order.push('committed')
      return accepted(delivery)
    })
    await post(collector, json({ data: EVENTS }))
    order.push('answered')
    expect(order).toEqual(['committed', 'answered'])
  })

  it('tells of each rejected or dropped event of a batch, and counts the others', async () => {
    collector.answer(async () => [
      { verdict: 'accepted', seq: 1 },
      {
        verdict: 'rejected',
        seq: 2,
        reason: 'missing_event_name',
        problem: { reason: 'missing_event_name', index: 1, message: 'data[1] has no event_name.' },
      },
      { verdict: 'duplicate', seq: 3, of_seq: 1 },
      { verdict: 'dropped', seq: 4, reason: 'bot' },
    ])
    const { status, body } = await post(collector, json({ data: [{}, {}, {}, {}] }))
    expect(status).toBe(200)
    expect(body.events_received).toBe(3)
    expect(body.messages).toEqual(['data[1] has no event_name.', 'data[3] was dropped: bot.'])
  })

  it('answers with the error of Meta when nothing was taken, naming the culprit', async () => {
    const culprit = {
      reason: 'event_too_old',
      index: 1,
      message: 'data[1].event_time is old.',
    } as const
    const other = { reason: 'batch_refused', index: 0, message: 'data[0] was good.' } as const
    collector.answer(async () => [
      { verdict: 'rejected', seq: 1, reason: 'batch_refused', problem: other },
      { verdict: 'rejected', seq: 2, reason: 'event_too_old', problem: culprit },
    ])
    const { status, body } = await post(collector, json({ data: [{}, {}] }))
    expect(status).toBe(400)
    expect(body.error).toMatchObject({ code: 100, error_subcode: 2804003, is_transient: false })
    expect(body.error.error_user_msg).toContain('data[1].event_time is old.')
    expect(body.messages).toEqual(['data[0] was good.', 'data[1].event_time is old.'])
  })

  it('passes test_event_code and partner_agent on, and ignores nulls', async () => {
    const extra = { test_event_code: ' TEST123 ', partner_agent: 'agent-1', upload_id: null }
    await post(collector, json({ data: EVENTS, ...extra }))
    await post(collector, json({ data: EVENTS, test_event_code: null, partner_agent: null }))
    expect(collector.deliveries.map(({ envelope }) => envelope)).toEqual([
      { channel: 'server', via: 'graph', test_event_code: 'TEST123', partner_agent: 'agent-1' },
      { channel: 'server', via: 'graph' },
    ])
  })

  it.each(['overloaded', 'shutting_down', 'store_full', 'store_failed', 'store_corrupt'] as const)(
    'asks to try again when accept() fails with %s',
    async (code) => {
      collector.answer(() => Promise.reject(new TwofoldError(code)))
      const { status, headers, body } = await post(collector, json({ data: EVENTS }))
      expect(status).toBe(503)
      expect(headers.get('retry-after')).toBe('5')
      expect(body.error).toMatchObject({ code: 2, is_transient: true })
      expect(body.error.error_user_msg).toContain(code)
    },
  )

  it('limits the events of a minute, and refills', async () => {
    const path = '/v24.0/1002/events?access_token=good'
    expect((await post(collector, { path, ...json({ data: EVENTS }) })).status).toBe(200)
    const { status, headers, body } = await post(collector, {
      path,
      ...json({ data: [serverEvent()] }),
    })
    expect(status).toBe(429)
    expect(headers.get('retry-after')).toBe('30')
    expect(body.error).toMatchObject({ is_transient: true })
    expect(body.error.error_user_msg).toContain('events_per_minute_max')
    nowMs += 30_000
    expect((await post(collector, { path, ...json({ data: [serverEvent()] }) })).status).toBe(200)
  })
})

describe('/capi/{dataset}/events', () => {
  it('takes accessKey and answers exactly 202', async () => {
    const { status } = await post(collector, {
      path: '/capi/1001/events',
      ...json({ data: EVENTS, accessKey: 'good' }),
    })
    expect(status).toBe(202)
    expect(collector.deliveries[0]?.envelope).toEqual({ channel: 'server', via: 'capi' })
  })

  it('refuses an unknown accessKey', async () => {
    const path = '/capi/1001/events'
    const { status, body } = await post(collector, {
      path,
      ...json({ data: EVENTS, accessKey: 'bad' }),
    })
    expect(status).toBe(401)
    expect(body.error.code).toBe(190)
  })
})
