import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bucketOf, bucketsOf, rangeOf, stepOf, WINDOWS } from './window.ts'

const HOUR = 3600
const iso = (second: number): string => new Date(second * 1000).toISOString()

describe('windows of time', () => {
  beforeEach(() => vi.stubEnv('TZ', 'Europe/Berlin'))
  afterEach(() => vi.unstubAllEnvs())

  it.each([
    ['today', '2026-11-23T04:30:00Z', '2026-11-22T23:00:00.000Z'],
    ['24h', '2026-11-23T04:30:00Z', '2026-11-22T05:00:00.000Z'],
    ['7d', '2026-11-23T04:30:00Z', '2026-11-16T23:00:00.000Z'],
    // Summer time ended in between: the first day still begins at its own midnight.
    ['28d', '2026-11-10T12:00:00Z', '2026-10-13T22:00:00.000Z'],
  ] as const)('%s at %s begins at %s', (name, now, from) => {
    const range = rangeOf(name, new Date(now))
    expect(iso(range.from)).toBe(from)
    expect(range.to).toBe(Date.parse(now) / 1000 + 1)
  })

  it('yesterday is the day before, as long as it was', () => {
    const { from, to } = rangeOf('yesterday', new Date('2026-10-26T09:00:00Z'))
    expect([iso(from), iso(to)]).toEqual(['2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'])
    expect(bucketsOf({ from, to }, stepOf('yesterday'))).toHaveLength(25)
  })

  it('begin on a whole UTC hour, also where the day does not', () => {
    vi.stubEnv('TZ', 'Asia/Kolkata')
    for (const name of WINDOWS) {
      expect(rangeOf(name, new Date('2026-11-23T04:30:00Z')).from % HOUR).toBe(0)
    }
  })

  it('have one bucket a day over the change of summer time, and none twice', () => {
    const range = rangeOf('28d', new Date('2026-11-10T12:00:00Z'))
    const buckets = bucketsOf(range, stepOf('28d'))
    expect(buckets).toHaveLength(28)
    expect(new Set(buckets).size).toBe(28)
    expect(buckets.every((start) => bucketOf(start, 'day') === start)).toBe(true)
  })

  it('have a bucket for every hour of 24', () => {
    const range = rangeOf('24h', new Date('2026-11-23T04:30:00Z'))
    expect(bucketsOf(range, stepOf('24h'))).toHaveLength(24)
  })
})
