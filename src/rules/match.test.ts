import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { amountFrom, compare, type Decimal, decimal, microsOf, times } from './decimal.ts'
import { globOf } from './match.ts'

describe('glob', () => {
  it.each([
    ['*', '', true],
    ['a*', 'abc', true],
    ['*c', 'abc', true],
    ['a*a', 'a', false],
    ['a*b*c', 'a1b2c', true],
    ['a*bc*c', 'abc', false],
    ['*x*', 'axb', true],
    ['a.c', 'abc', false],
    ['a?c', 'a?c', true],
    ['', 'a', false],
  ])('%s on %s: %s', (pattern, text, expected) => {
    expect(globOf(pattern)(text)).toBe(expected)
  })

  it('means what the regular expression would mean', () => {
    const short = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 })
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 })
    fc.assert(
      fc.property(short, text, (pattern, given) => {
        expect(globOf(pattern)(given)).toBe(
          new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(given),
        )
      }),
    )
  })
})

describe('decimals', () => {
  const cents = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 })

  it('compare as integers do, whatever their form', () => {
    fc.assert(
      fc.property(cents, cents, (a, b) => {
        const [one, two] = [decimal(a / 100), decimal((b / 100).toFixed(4))]
        expect(compare(one as Decimal, two as Decimal)).toBe(Math.sign(a - b))
      }),
    )
  })

  it('multiply without a float ever being summed', () => {
    fc.assert(
      fc.property(cents, fc.integer({ min: 0, max: 10_000 }), (value, basisPoints) => {
        const rate = decimal((basisPoints / 10_000).toFixed(4)) as Decimal
        const micros = times(microsOf(value / 100) ?? 0n, rate)
        expect(micros).toBe(BigInt(value) * BigInt(basisPoints))
      }),
    )
  })

  it.each([
    ['0.000001', '0.5', 0.000001],
    ['-0.000001', '0.5', -0.000001],
    ['0.000001', '0.4', 0],
    ['1.005', '100', 100.5],
    ['999999999999', '2', undefined],
  ])('%s times %s is %s', (value, by, product) => {
    expect(amountFrom(times(microsOf(Number(value)) ?? 0n, decimal(by) as Decimal))).toBe(product)
  })

  it.each([['1e3'], ['1,5'], ['.5'], [''], [' 1'], [Number.NaN], [true], [null]])(
    '%s is none',
    (value) => {
      expect(decimal(value)).toBeUndefined()
    },
  )
})
