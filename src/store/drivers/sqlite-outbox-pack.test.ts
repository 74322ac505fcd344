import fc from 'fast-check'
import { expect, it } from 'vitest'
import { chunkOf, pack, unpack } from './sqlite-outbox-pack.ts'

const LARGE = 2 ** 52 - 1

it('gives back what was packed, in its order', () => {
  const key = fc.record({ seq: fc.integer({ min: 1, max: LARGE }), leg_seq: fc.nat(LARGE) })
  const value = fc.integer({ min: 0, max: 2 ** 51 })
  const rows = fc.array(fc.tuple(key, value, value), { maxLength: 50 })
  fc.assert(
    fc.property(fc.nat(1_000_000), rows, (chunk, all) => {
      const keys = all.map(([one]) => one)
      const columns = [all.map(([, a]) => a), all.map(([, , b]) => b)]
      expect(unpack(chunk, pack(chunk, keys, columns), 2)).toEqual({ keys, columns })
    }),
  )
})

it('takes about three bytes for a delivery like its neighbours', () => {
  const keys = Array.from({ length: 1000 }, (_, i) => ({ seq: 5_000_000 + i, leg_seq: 0 }))
  const expires = keys.map((_, i) => 1_760_000_000 + Math.floor(i / 9))
  expect(pack(chunkOf(5_000_000), keys, [expires]).length).toBeLessThan(3050)
})

it('says that a row is damaged instead of making deliveries up', () => {
  const data = pack(0, [{ seq: 3, leg_seq: 300 }], [[1_760_000_000]])
  for (let end = 0; end < data.length; end++) {
    expect(() => unpack(0, data.subarray(0, end), 1)).toThrow(/early/)
  }
})
