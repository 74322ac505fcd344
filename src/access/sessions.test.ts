/** Sessions: how many there are at most, and whose ends when there are more. */
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { SESSIONS_MAX, SESSIONS_PER_HOLDER_MAX } from '../limits.ts'
import { createSessions } from './sessions.ts'

describe('sessions', () => {
  it.each([
    [{ token_id: 'tok_1' }, { token_id: 'tok_2' }],
    [{ token_id: 'tok_1' }, { person_id: 'tok_1' }],
    [{ person_id: 'per_1' }, { token_id: 'tok_1' }],
  ])('of %j are bounded: its oldest ends, those of %j go on', (holder, other) => {
    const clock = { ms: 1_800_000_000_000 }
    const sessions = createSessions({ documents: [], nowMs: () => clock.ms, randomBytes })
    const kept = sessions.begin(other, '').session
    const first = sessions.begin(holder, '').session
    for (let i = 0; i < SESSIONS_PER_HOLDER_MAX; i++) {
      expect(sessions.find(first)).toBeDefined()
      clock.ms += 1
      sessions.begin(holder, '')
    }
    expect(sessions.find(first)).toBeUndefined()
    expect(sessions.find(kept)).toBeDefined()
  })

  it('are bounded altogether: the oldest of all ends', () => {
    const expires = 1_800_000_000_000
    const documents = Array.from({ length: SESSIONS_MAX }, (_, n) => {
      return {
        kind: 'session',
        id: `${n}`,
        value: { person_id: `${n}`, expires_at_ms: expires + n },
      }
    })
    const sessions = createSessions({ documents, nowMs: () => 0, randomBytes })
    const begun = sessions.begin({ person_id: 'new' }, '')
    expect(begun.documents).toMatchObject([{ id: '0', value: undefined }, { kind: 'session' }])
    expect(sessions.ofPerson('0')).toEqual([])
    expect(sessions.ofPerson('1')).toHaveLength(1)
  })
})
