import { describe, expect, it } from 'vitest'
import { BREAKER_FAILURES_MAX, BREAKER_OPEN_MS_MAX, BREAKER_OPEN_MS_MIN } from '../limits.ts'
import { Breaker } from './breaker.ts'

const fail = (breaker: Breaker, times: number, nowMs: number): void => {
  for (let i = 0; i < times; i++) breaker.failed(nowMs)
}

describe('the breaker', () => {
  it('stays closed while a success comes between the failures', () => {
    const breaker = new Breaker(() => 0.5)
    for (let i = 0; i < 10; i++) {
      fail(breaker, BREAKER_FAILURES_MAX - 1, 0)
      breaker.succeeded()
    }
    expect(breaker.state(0)).toBe('closed')
  })

  it('opens after as many in a row, and lets one try through afterwards', () => {
    const breaker = new Breaker(() => 0.5)
    fail(breaker, BREAKER_FAILURES_MAX, 0)
    expect(breaker.state(0)).toBe('open')
    expect(breaker.state(breaker.openUntilMs - 1)).toBe('open')
    expect(breaker.state(breaker.openUntilMs)).toBe('half_open')
  })

  it('closes when that try succeeds', () => {
    const breaker = new Breaker(() => 0.5)
    fail(breaker, BREAKER_FAILURES_MAX, 0)
    breaker.succeeded()
    expect(breaker.state(0)).toBe('closed')
    fail(breaker, BREAKER_FAILURES_MAX - 1, 0)
    expect(breaker.state(0)).toBe('closed')
  })

  it('waits longer each time that try fails, within its bounds', () => {
    const breaker = new Breaker(() => 0.5)
    fail(breaker, BREAKER_FAILURES_MAX, 0)
    const pauses = [breaker.openUntilMs]
    for (let i = 0; i < 12; i++) {
      const nowMs = breaker.openUntilMs
      breaker.failed(nowMs)
      pauses.push(breaker.openUntilMs - nowMs)
    }
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b))
    expect(pauses.at(-1)).toBe(BREAKER_OPEN_MS_MAX)
  })

  it('is not opened for longer by batches that were already under way', () => {
    const breaker = new Breaker(() => 0.5)
    fail(breaker, BREAKER_FAILURES_MAX, 0)
    const { openUntilMs } = breaker
    fail(breaker, 10, 1)
    expect(breaker.openUntilMs).toBe(openUntilMs)
  })

  it('never asks again at once, however the dice fall', () => {
    const breaker = new Breaker(() => 0)
    fail(breaker, BREAKER_FAILURES_MAX, 0)
    expect(breaker.openUntilMs).toBe(BREAKER_OPEN_MS_MIN)
  })
})
