import { describe, expect, it } from 'vitest'
import { Pace } from './pace.ts'

describe('the pace', () => {
  it('lets everything leave where there is no limit', () => {
    const pace = new Pace({ eventsPerSMax: undefined, inFlightMax: 4 })
    pace.take(1e9)
    expect(pace.allowance(0)).toBe(Number.POSITIVE_INFINITY)
  })

  it('lets a second’s worth leave at once, then as many as time brings', () => {
    const pace = new Pace({ eventsPerSMax: 100, inFlightMax: 4 })
    expect(pace.allowance(0)).toBe(100)
    pace.take(100)
    expect(pace.allowance(0)).toBe(0)
    expect(pace.nextMs(0)).toBe(10)
    expect(pace.allowance(10)).toBe(1)
    expect(pace.allowance(500)).toBe(50)
    expect(pace.allowance(60_000)).toBe(100)
  })

  it('never exceeds its rate over a longer time, however often it is asked', () => {
    const pace = new Pace({ eventsPerSMax: 7, inFlightMax: 1 })
    let left = 0
    for (let nowMs = 0; nowMs <= 10_000; nowMs += 13) {
      const events = pace.allowance(nowMs)
      pace.take(events)
      left += events
    }
    expect(left).toBeGreaterThan(7 * 10 - 1)
    expect(left).toBeLessThanOrEqual(7 * 11)
  })

  it('gives back what was reserved and did not leave', () => {
    const pace = new Pace({ eventsPerSMax: 10, inFlightMax: 1 })
    expect(pace.allowance(0)).toBe(10)
    pace.take(10)
    pace.take(-6)
    expect(pace.allowance(0)).toBe(6)
  })

  it('waits as long as the longest pause asked for, until the owner resumes', () => {
    const pace = new Pace({ eventsPerSMax: undefined, inFlightMax: 1 })
    pace.pauseUntil(5000)
    pace.pauseUntil(1000)
    expect([pace.allowance(4999), pace.allowance(5000)]).toEqual([0, Number.POSITIVE_INFINITY])
    expect(pace.nextMs(0)).toBe(5000)
    pace.pauseUntil(9000)
    pace.resume()
    expect(pace.allowance(5001)).toBe(Number.POSITIVE_INFINITY)
  })

  it('has fewer batches under way when the remote is slow, never none, and recovers', () => {
    const pace = new Pace({ eventsPerSMax: undefined, inFlightMax: 5 })
    const slots: number[] = []
    for (let i = 0; i < 4; i++) {
      pace.slower()
      slots.push(pace.slots)
    }
    for (let i = 0; i < 6; i++) pace.faster()
    expect([slots, pace.slots]).toEqual([[2, 1, 1, 1], 5])
  })
})
