import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { amountOf, decimalOf } from './money.ts'

describe('amountOf', () => {
  it.each([
    [30, 30, 0],
    [0, 0, 0],
    [59.9, 59, 900_000],
    [0.1, 0, 100_000],
    [-1.5, -2, 500_000],
    [-0.25, -1, 750_000],
    [1e-7, 0, 0],
    [0.0000005, 0, 1],
    [0.9999999, 1, 0],
    [-0.9999999, -1, 0],
    [123_456_789.123456, 123_456_789, 123_456],
  ])('%d is %d units and %d millionths', (value, units, micros) => {
    expect(amountOf(value)).toEqual({ units, micros })
  })

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [1e15], [-1e21]])(
    '%d is no amount',
    (value) => {
      expect(amountOf(value)).toBeUndefined()
    },
  )

  it('sums decimals exactly, however many and in whatever order', () => {
    const cents = fc.integer({ min: -10_000_000, max: 10_000_000 })
    fc.assert(
      fc.property(fc.array(cents, { maxLength: 50 }), (values) => {
        let units = 0n
        let micros = 0n
        for (const value of values) {
          const amount = amountOf(Number(`${value}e-2`))
          units += BigInt(amount?.units ?? 0)
          micros += BigInt(amount?.micros ?? 0)
        }
        const total = values.reduce((sum, value) => sum + value, 0)
        expect(Number(decimalOf(units, micros))).toBe(Number(`${total}e-2`))
      }),
    )
  })
})

describe('decimalOf', () => {
  it.each([
    [59n, 900_000n, '59.9'],
    [-2n, 500_000n, '-1.5'],
    [0n, 0n, '0'],
    [1n, 3_500_000n, '4.5'],
    [-1n, 999_999n, '-0.000001'],
    [9_007_199_254_740_993n, 1n, '9007199254740993.000001'],
  ])('%d units and %d millionths are %s', (units, micros, text) => {
    expect(decimalOf(units, micros)).toBe(text)
  })
})
