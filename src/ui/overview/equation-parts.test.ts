import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equationOf } from './equation-parts.ts'

describe('the equation of a report', () => {
  it('sums for whatever was received', () => {
    const n = fc.nat(1_000_000)
    fc.assert(
      fc.property(n, n, n, n, (counted, duplicates, dropped, rejected) => {
        const received = {
          browser: counted + duplicates,
          server: dropped,
          other: rejected,
        }
        const parts = equationOf({ received, counted, duplicates, dropped, rejected })
        const result = parts.reduce(
          (sum, { sign, value }) => (sign === '=' ? sum : sum + (sign === '−' ? -value : value)),
          0,
        )
        expect(parts.at(-1)).toMatchObject({ sign: '=', value: result })
      }),
    )
  })
})
