import { describe, expect, it } from 'vitest'
import { createPost } from './http.ts'
import { testPlatform } from './platform.fixture.ts'

const target = { url: 'https://events.shop.test', dataset: '581', token: 'T0KEN' }
const batch = [
  { key: 'a', eventId: 'a', text: '{"event_id":"a"}', queuedAtMs: 0, testEventCode: 'TEST"1' },
  { key: 'b', eventId: 'b', text: '{"event_id":"b"}', queuedAtMs: 0, testEventCode: 'TEST"1' },
]

describe('a batch', () => {
  it('is one request, with a deadline, whose token follows no redirect', async () => {
    const asked: [string, RequestInit][] = []
    const platform = testPlatform(async (...args) => {
      asked.push(args)
      return Response.json({ events_received: 2, messages: [] }, { status: 202 })
    })
    const post = createPost(target, platform)
    expect(await post(batch)).toEqual({ kind: 'taken', refused: [] })
    expect(asked).toEqual([
      [
        'https://events.shop.test/capi/581/events',
        {
          method: 'POST',
          headers: { authorization: 'Bearer T0KEN', 'content-type': 'application/json' },
          body: '{"data":[{"event_id":"a"},{"event_id":"b"}],"test_event_code":"TEST\\"1"}',
          redirect: 'manual',
          signal: expect.any(AbortSignal),
        },
      ],
    ])
  })

  it.each<[string, unknown, string]>([
    ['time', new DOMException('late', 'TimeoutError'), 'no answer in time'],
    ['a name', Object.assign(new TypeError(), { cause: { code: 'ENOTFOUND' } }), 'ENOTFOUND'],
    ['more', new TypeError('fetch to https://user:pass@host failed'), 'the network failed'],
    ['reason', undefined, 'the network failed'],
  ])('that fails for want of %s is tried again, and its address is not told', async (...row) => {
    const [, error, reason] = row
    const post = createPost(
      target,
      testPlatform(() => Promise.reject(error)),
    )
    expect(await post(batch)).toEqual({ kind: 'retry', reason })
  })
})
