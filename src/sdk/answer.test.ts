import { describe, expect, it } from 'vitest'
import { readAnswer, type Verdict } from './answer.ts'

const NOW_MS = Date.parse('2026-11-28T12:00:00Z')
const read = (status: number, body: unknown, retryAfter: string | null = null, events = 3) =>
  readAnswer({
    status,
    retryAfter,
    text: typeof body === 'string' ? body : JSON.stringify(body),
    events,
    nowMs: NOW_MS,
  })

describe('an answer', () => {
  it.each<[string, number, unknown, Verdict]>([
    ['takes all', 202, { events_received: 3, messages: [] }, { kind: 'taken', refused: [] }],
    [
      'takes all but one',
      200,
      { events_received: 2, messages: ['data[1].event_time is too old.'] },
      { kind: 'taken', refused: [{ place: 1, reason: 'event_time is too old.' }] },
    ],
    [
      'drops one as the owner’s settings say: no fault of the sender',
      200,
      { events_received: 3, messages: ['data[1] was dropped: not_consented.'] },
      { kind: 'taken', refused: [] },
    ],
    [
      'refuses all for the sake of one',
      400,
      {
        error: { message: 'Invalid parameter' },
        messages: ['data[2] was wrong.', 'Event 0 was good, but event 2 of the request was not.'],
      },
      { kind: 'partly', refused: [{ place: 2, reason: 'was wrong.' }], status: 400 },
    ],
    [
      'refuses the request',
      401,
      { error: { message: 'Invalid', error_user_msg: 'The token is not known.' } },
      { kind: 'refused', reason: 'The token is not known.', status: 401 },
    ],
    [
      'is a page of a proxy that says 200',
      200,
      '<html>',
      { kind: 'retry', reason: "the answer 200 is not Twofold's" },
    ],
    [
      'is a proxy’s while the server starts anew',
      404,
      '404 page not found',
      { kind: 'retry', reason: "the answer 404 is not Twofold's" },
    ],
    [
      'says that there is no such dataset',
      404,
      { error: { message: 'Unsupported', error_user_msg: 'There is no such dataset.' } },
      { kind: 'refused', reason: 'There is no such dataset.', status: 404 },
    ],
    ['is an error page', 502, '<html>', { kind: 'retry', reason: 'the server answered 502' }],
    ['wants less at once', 413, '', { kind: 'split' }],
  ])('that %s', (_, status, body, verdict) => {
    expect(read(status, body)).toEqual(verdict)
  })

  it('that redirects is a wrong address, and the token follows nowhere', () => {
    expect(read(301, '')).toMatchObject({ kind: 'refused', status: 301 })
  })

  it('that finds one event too large refuses it', () => {
    expect(read(413, '', null, 1)).toMatchObject({ kind: 'refused' })
  })

  it.each([
    ['12', 12_000],
    ['0', 0],
    ['Sat, 28 Nov 2026 12:00:30 GMT', 30_000],
    ['Sat, 28 Nov 2026 11:00:00 GMT', 0],
    ['99999999', 300_000],
    ['soon', undefined],
  ])('with Retry-After %s waits %s ms', (header, afterMs) => {
    expect(read(503, '', header)).toEqual({
      kind: 'retry',
      reason: 'the server answered 503',
      ...(afterMs === undefined ? {} : { afterMs }),
    })
  })
})
