import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compareKeys, type KeyEntry } from './sqlite-key-pages.ts'
import { RecentKeys } from './sqlite-key-recent.ts'

/** Few distinct words, so that places and first words collide often. */
const word = fc.constantFrom(0, 1, 2, 1024, 0xffff_fffe, 0xffff_ffff)
const entries: fc.Arbitrary<KeyEntry[]> = fc.array(
  fc.record({
    a: word,
    b: word,
    c: fc.nat(3),
    at_s: fc.nat(9),
    seqs: fc.array(fc.integer({ min: 1, max: 2 ** 47 }), { maxLength: 3 }),
  }),
  { maxLength: 300 },
)

it('holds the last entry of every key, in order', () => {
  fc.assert(
    fc.property(entries, (list) => {
      const recent = new RecentKeys()
      const model = new Map<string, KeyEntry>()
      for (const entry of list) {
        recent.set(entry)
        model.set(`${entry.a} ${entry.b} ${entry.c}`, entry)
      }
      expect(recent.size).toBe(model.size)
      for (const entry of model.values()) expect(recent.get(entry)).toEqual(entry)
      expect([...recent.sorted()]).toEqual([...model.values()].sort(compareKeys))
      expect(recent.get({ a: 5, b: 5, c: 5 })).toBeUndefined()
      expect(recent.newestS()).toBe(Math.max(0, ...[...model.values()].map(({ at_s }) => at_s)))
      recent.clear()
      expect([recent.size, [...recent.sorted()]]).toEqual([0, []])
    }),
  )
})

it('grows beyond its first capacity', () => {
  const recent = new RecentKeys()
  for (let n = 0; n < 5000; n++) recent.set({ a: n % 7, b: n, c: 0, at_s: n, seqs: [n, n] })
  expect(recent.size).toBe(5000)
  for (let n = 0; n < 5000; n++) expect(recent.get({ a: n % 7, b: n, c: 0 })?.at_s).toBe(n)
})
