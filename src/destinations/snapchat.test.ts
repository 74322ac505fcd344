import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PURCHASE } from './ads-examples.ts'
import {
  changed,
  type Remote,
  type RemoteAnswer,
  startRemote,
  testPorts,
} from './ads-remote.fixture.ts'
import type { OutboundEvent } from './destination.ts'
import { snapchat } from './snapchat.ts'
import { snapchatSchema } from './snapchat-settings.ts'

const settings = snapchatSchema.parse({ pixel_id: '0a1b2c3d-4e5f', access_token: 'snap.token' })
describe('the payload', () => {
  it.each(snapchat.examples)('$title', ({ settings: own, in: event, out }) => {
    if (out === undefined) expect(snapchat.accepts(event, own)).not.toBe(true)
    else {
      expect(snapchat.accepts(event, own)).toBe(true)
      expect(snapchat.payloadOf(event, own)).toEqual(out)
    }
  })

  it.each<[string, OutboundEvent, unknown]>([
    ['nobody', changed({ user_data: {} }), 'no_match_key'],
    ['a lead, of which Snap knows none', changed({ event_name: 'Lead' }), 'event_not_mapped'],
    ['an app event', changed({ action_source: 'app' }), 'action_source_not_sent'],
    ['a test event', changed({}, { test_event_code: 'T' }), 'test_event'],
  ])('%s', (_, event, expected) => {
    const own = { ...settings, action_sources: ['website', 'app'] as ('website' | 'app')[] }
    expect(snapchat.accepts(event, own)).toBe(expected)
  })

  it('forgets events after 37 days', () => {
    expect(snapchat.bounds.ageMsMax(PURCHASE.event)).toBe(37 * 86_400_000)
  })
})

describe('sending', () => {
  let remote: Remote
  beforeAll(async () => {
    remote = await startRemote()
  })
  afterAll(() => remote.close())
  const send = (own: object = {}) =>
    snapchat.send(
      [PURCHASE, changed({ event_id: 'purchase:18' })],
      { ...settings, base_url: remote.url, ...own },
      testPorts(),
    )
  const invalid = {
    status: 'INVALID',
    event: 1,
    errors: { codes: ['E1'], error_msgs: ['bad value'] },
  }

  it('delivers, and masks the token in the address', async () => {
    remote.answer(() => ({ body: { status: 'VALID', reason: 'done' } }))
    const { outcomes, exchanges } = await send({ test_event_code: 'TEST1' })
    expect(outcomes).toEqual([{ state: 'delivered' }, { state: 'delivered' }])
    expect(remote.requests).toMatchObject([
      {
        url: '/v3/0a1b2c3d-4e5f/events?access_token=snap.token',
        body: { test_event_code: 'TEST1' },
      },
    ])
    expect(exchanges[0]?.url).toBe(`${remote.url}/v3/0a1b2c3d-4e5f/events?access_token=***`)
  })

  it.each([200, 400])('finds the bad event when Snap answers %d', async (status) => {
    remote.answer(({ body }) =>
      JSON.stringify(body).includes('purchase:18')
        ? { status, body: invalid }
        : { body: { status: 'VALID' } },
    )
    const { outcomes } = await send()
    expect(outcomes).toMatchObject([
      { state: 'delivered' },
      { state: 'rejected', code: `http_${status}`, detail: expect.stringContaining('bad value') },
    ])
  })

  it.each<[string, RemoteAnswer, object]>([
    ['a refused token', { status: 401 }, { state: 'held', code: 'http_401' }],
    [
      'a token refused as invalid',
      { status: 400, body: { status: 'INVALID', reason: 'Invalid access token' } },
      { state: 'held', code: 'http_400' },
    ],
    ['too many requests', { status: 429 }, { state: 'retry', code: 'http_429' }],
    ['an answer nobody understands', { body: {} }, { state: 'retry', code: 'http_200' }],
  ])('%s concerns both', async (_, answer, expected) => {
    remote.answer(() => answer)
    const { outcomes } = await send()
    expect(outcomes).toMatchObject([expected, expected])
    expect(remote.requests).toHaveLength(1)
  })
})
