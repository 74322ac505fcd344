import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { barsOf, barTotal } from './chart-data.ts'

const HOUR = 3600
const FROM = 1_795_392_000

const point = (time: number, n: number) => ({
  time,
  received: { browser: 2 * n, server: n, other: 0 },
  duplicates: n,
  dropped: 0,
  rejected: 0,
  counted: 2 * n,
  pairs: { both: n, browser_only: n, server_only: 0, other_only: 0 },
})

describe('the bars of the chart', () => {
  it('keep every counted event, by hour and by day', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(50), { minLength: 1, maxLength: 24 * 9 }),
        fc.constantFrom('hour' as const, 'day' as const),
        (counts, step) => {
          const points = counts.map((n, hour) => point(FROM + hour * HOUR, n))
          const range = { from: FROM, to: FROM + counts.length * HOUR }
          const sum = barsOf(points, range, { step, zone: 'UTC' }).reduce(
            (all, bar) => all + barTotal(bar),
            0,
          )
          expect(sum).toBe(points.reduce((all, { counted }) => all + counted, 0))
        },
      ),
    )
  })

  it('leave a quiet hour empty instead of out', () => {
    const points = [point(FROM, 3), point(FROM + 2 * HOUR, 1)]
    const cut = { step: 'hour', zone: 'UTC' } as const
    const bars = barsOf(points, { from: FROM, to: FROM + 3 * HOUR }, cut)
    expect(bars.map(barTotal)).toEqual([6, 0, 2])
  })
})
