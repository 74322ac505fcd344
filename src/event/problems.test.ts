import { describe, expect, test } from 'vitest'
import { GRAPH_ERRORS, graphError, graphRequestError, PROBLEMS } from './problems.ts'

describe('graphError', () => {
  test("gives Meta's object with our own words in error_user_msg", () => {
    const problem = {
      reason: 'event_too_old',
      index: 3,
      key: 'event_time',
      message: 'data[3].event_time is 8 days old.',
    } as const
    expect(graphError(problem, 'Atrace')).toEqual({
      error: {
        message: 'Invalid parameter',
        type: 'OAuthException',
        code: 100,
        error_subcode: 2804003,
        is_transient: false,
        error_user_title: 'Event Timestamp Too Old',
        error_user_msg: `${PROBLEMS.event_too_old.userMessage} data[3].event_time is 8 days old.`,
        fbtrace_id: 'Atrace',
      },
    })
  })
})

describe('graphRequestError', () => {
  test.each([
    ['no_token', '', 104, 'OAuthException', undefined, /access token is required/],
    ['bad_token', '', 190, 'OAuthException', undefined, /Cannot parse access token/],
    ['bad_proof', '', 100, 'GraphMethodException', undefined, /Invalid appsecret_proof/],
    ['unknown_dataset', '17', 100, 'GraphMethodException', 33, /Object with ID '17' does not/],
    ['unknown_path', '/x', 2500, 'OAuthException', undefined, /Unknown path components: \/x$/],
    [
      'data_empty',
      '',
      100,
      'OAuthException',
      undefined,
      /^\(#100\) param data must be non-empty\.$/,
    ],
    ['too_many_events', '1000', 100, 'OAuthException', undefined, /at most 1000 events/],
  ] as const)('%s', (name, particulars, code, type, subcode, message) => {
    const { error } = graphRequestError(name, 'Atrace', particulars)
    expect(error).toMatchObject({ code, type, fbtrace_id: 'Atrace', is_transient: false })
    expect(error.error_subcode).toBe(subcode)
    expect(error.message).toMatch(message)
  })

  test('particulars are text, never a replacement pattern', () => {
    expect(graphRequestError('unknown_dataset', 'A', "$&$'").error.message).toContain("'$&$''")
  })

  test('only what may pass by itself is called transient', () => {
    const transient = Object.entries(GRAPH_ERRORS).filter(([, entry]) => entry.transient)
    expect(transient.map(([name]) => name)).toEqual(['rate_limited', 'overloaded'])
  })
})
