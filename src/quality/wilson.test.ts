import fc from 'fast-check'
import { expect, it } from 'vitest'
import { wilson } from './wilson.ts'

it.each([
  [15, 15, 79.6, 100],
  [12, 100, 7.0, 19.8],
  [120, 1000, 10.1, 14.2],
  [1200, 10_000, 11.4, 12.7],
  [0, 0, 0, 100],
])('%i of %i', (k, n, low, high) => {
  const interval = wilson(k, n)
  expect(interval.low * 100).toBeCloseTo(low, 1)
  expect(Math.abs(interval.high * 100 - high)).toBeLessThan(0.1)
})

it('holds the share itself and stays within none and all', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.nat(10_000), (a, b) => {
      const [k, n] = [Math.min(a, b), Math.max(a, b, 1)]
      const { low, high } = wilson(k, n)
      expect(low).toBeGreaterThanOrEqual(0)
      expect(high).toBeLessThanOrEqual(1)
      expect(k / n).toBeGreaterThanOrEqual(low - 1e-12)
      expect(k / n).toBeLessThanOrEqual(high + 1e-12)
    }),
  )
})

it('begins at nothing for none and ends at everything for all, to the last bit', () => {
  for (let n = 1; n <= 500; n++) {
    expect(wilson(0, n).low).toBe(0)
    expect(wilson(n, n).high).toBe(1)
  }
})

it('covers the true loss in about 95 of 100 samples', () => {
  let state = 20_261_128
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  const [truth, n, runs] = [0.13, 400, 1000]
  let covered = 0
  for (let run = 0; run < runs; run++) {
    let k = 0
    for (let i = 0; i < n; i++) if (random() < truth) k++
    const { low, high } = wilson(k, n)
    if (low <= truth && truth <= high) covered++
  }
  expect(covered / runs).toBeGreaterThan(0.93)
  expect(covered / runs).toBeLessThan(0.97)
})
