import { describe, expect, it } from 'vitest'
import { bucketOf, bucketsOf, rangeOf, stepOf, WINDOWS } from './window.ts'

const HOUR = 3600
const BERLIN = 'Europe/Berlin'
const iso = (second: number): string => new Date(second * 1000).toISOString()

describe('windows of time', () => {
  const day = { step: 'day', zone: BERLIN } as const

  it.each([
    ['today', '2026-11-23T04:30:00Z', '2026-11-22T23:00:00.000Z'],
    ['24h', '2026-11-23T04:30:00Z', '2026-11-22T05:00:00.000Z'],
    ['7d', '2026-11-23T04:30:00Z', '2026-11-16T23:00:00.000Z'],
    // Summer time ended in between: the first day still begins at its own midnight.
    ['28d', '2026-11-10T12:00:00Z', '2026-10-13T22:00:00.000Z'],
  ] as const)('%s at %s begins at %s', (name, now, from) => {
    const range = rangeOf(name, new Date(now), BERLIN)
    expect(iso(range.from)).toBe(from)
    expect(range.to).toBe(Date.parse(now) / 1000 + 1)
  })

  it('yesterday is the day before, as long as it was', () => {
    const { from, to } = rangeOf('yesterday', new Date('2026-10-26T09:00:00Z'), BERLIN)
    expect([iso(from), iso(to)]).toEqual(['2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'])
    expect(bucketsOf({ from, to }, { ...day, step: stepOf('yesterday') })).toHaveLength(25)
  })

  it('begin on a whole UTC hour, also where the day does not', () => {
    for (const name of WINDOWS) {
      expect(rangeOf(name, new Date('2026-11-23T04:30:00Z'), 'Asia/Kolkata').from % HOUR).toBe(0)
    }
  })

  it('have one bucket a day over the change of summer time, and none twice', () => {
    const range = rangeOf('28d', new Date('2026-11-10T12:00:00Z'), BERLIN)
    const buckets = bucketsOf(range, { ...day, step: stepOf('28d') })
    expect(buckets).toHaveLength(28)
    expect(new Set(buckets).size).toBe(28)
    expect(buckets.every((start) => bucketOf(start, day) === start)).toBe(true)
  })

  it('have a bucket for every hour of 24', () => {
    const range = rangeOf('24h', new Date('2026-11-23T04:30:00Z'), BERLIN)
    expect(bucketsOf(range, { ...day, step: stepOf('24h') })).toHaveLength(24)
  })

  it('have seven days where the day begins within an hour, and all of the window in them', () => {
    const zone = 'Asia/Kathmandu'
    const range = rangeOf('7d', new Date('2026-11-23T04:30:00Z'), zone)
    const cut = { step: 'day', zone } as const
    expect(bucketsOf(range, cut)).toHaveLength(7)
    expect(bucketOf(range.from, cut)).toBe(bucketsOf(range, cut)[0])
  })

  it('are those of the shop, wherever the reader is', () => {
    const now = new Date('2026-11-23T23:30:00Z')
    expect(iso(rangeOf('yesterday', now, 'UTC').from)).toBe('2026-11-22T00:00:00.000Z')
    expect(iso(rangeOf('yesterday', now, 'Asia/Tokyo').from)).toBe('2026-11-22T15:00:00.000Z')
    expect(iso(rangeOf('yesterday', now, 'America/Chicago').from)).toBe('2026-11-22T06:00:00.000Z')
  })
})
