import { describe, expect, it } from 'vitest'
import { pauseMs } from './pause.ts'

describe('the pause after a failed request', () => {
  it.each([
    ['the first', { failures: 1 }, 500],
    ['the third', { failures: 3 }, 2000],
    ['one of many', { failures: 5000 }, 60_000],
    ['as the server asked', { failures: 1, afterMs: 30_000 }, 30_500],
    ['asked for at once', { failures: 2, afterMs: 0 }, 1000],
  ])('%s is any time up to its bound', (_, failed, mostMs) => {
    const leastMs = (failed as { afterMs?: number }).afterMs ?? 0
    expect(pauseMs(failed, () => 0)).toBe(leastMs)
    expect(pauseMs(failed, () => 1)).toBe(mostMs)
  })
})
