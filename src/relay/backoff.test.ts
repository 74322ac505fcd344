import { describe, expect, it } from 'vitest'
import { BACKOFF_FIRST_MS, BACKOFF_MS_MAX, RETRY_AFTER_MS_MAX } from '../limits.ts'
import { backoffMs } from './backoff.ts'

const almostOne = (): number => 1 - Number.EPSILON

describe('the backoff', () => {
  it.each([
    [0, BACKOFF_FIRST_MS],
    [1, 2 * BACKOFF_FIRST_MS],
    [4, 16 * BACKOFF_FIRST_MS],
    [60, BACKOFF_MS_MAX],
    [5000, BACKOFF_MS_MAX],
  ])('after %i tries lies anywhere between 0 and %i ms', (attempts, ceilingMs) => {
    expect(backoffMs({ attempts }, () => 0)).toBe(0)
    expect(backoffMs({ attempts }, () => 0.5)).toBe(ceilingMs / 2)
    expect(backoffMs({ attempts }, almostOne)).toBe(ceilingMs)
  })

  it('never ends before the moment the remote named', () => {
    for (const random of [() => 0, () => 0.3, almostOne]) {
      expect(backoffMs({ attempts: 0, afterMs: 90_000 }, random)).toBeGreaterThanOrEqual(90_000)
      expect(backoffMs({ attempts: 40, afterMs: 1 }, random)).toBeGreaterThanOrEqual(1)
    }
  })

  it('spreads those that were given the same moment', () => {
    const failure = { attempts: 0, afterMs: 60_000 }
    expect(backoffMs(failure, () => 0.2)).not.toBe(backoffMs(failure, () => 0.7))
  })

  it.each([Number.POSITIVE_INFINITY, 1e15])('does not wait for ever when told %d ms', (afterMs) => {
    expect(backoffMs({ attempts: 0, afterMs }, () => 0)).toBe(RETRY_AFTER_MS_MAX)
  })

  it.each([-5, 0, Number.NaN])('takes %d for no wish at all', (afterMs) => {
    expect(backoffMs({ attempts: 0, afterMs }, () => 0.5)).toBe(BACKOFF_FIRST_MS / 2)
  })
})
