import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { bisect, type GroupAnswer, QUESTIONS_PER_BAD_MAX } from './bisect.ts'

// Hundreds of searches each, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000 })

const items = (n: number): number[] => Array.from({ length: n }, (_, place) => place)

/** A target that takes or refuses a group as a whole, and remembers what it took. */
function target(bad: ReadonlySet<number>, names: 'none' | 'right' | 'wrong' = 'none') {
  const kept: number[] = []
  let questions = 0
  const ask = async (group: readonly number[]): Promise<GroupAnswer<string>> => {
    questions += 1
    const first = group.findIndex((item) => bad.has(item))
    if (first < 0) {
      kept.push(...group)
      return { kind: 'taken' }
    }
    const named = { none: undefined, right: first, wrong: (first + 1) % group.length }[names]
    return { kind: 'refused', refusal: `no ${group[first]}`, named }
  }
  return { ask, kept, questions: () => questions }
}

const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b)

describe('one bad item', () => {
  test.each(['none', 'right', 'wrong'] as const)(
    'in 1000 costs at most 12 more questions, also with a wrong name (named: %s)',
    async (names) => {
      let worst = 0
      // All corners of the halving, and every seventh place between.
      const places = items(1000).filter((place) => place % 7 === 0 || place % 125 > 120)
      for (const bad of [...places, 999]) {
        const { ask, kept, questions } = target(new Set([bad]), names)
        const found = await bisect(items(1000), ask, 100)
        expect(found.refused).toEqual([{ item: bad, refusal: `no ${bad}` }])
        expect(found.rest).toEqual([])
        expect(kept).toHaveLength(999)
        worst = Math.max(worst, questions() - 1)
      }
      expect(worst).toBeLessThanOrEqual({ none: 12, right: 2, wrong: 12 }[names])
    },
  )

  test('taken after all when it is alone is not called bad', async () => {
    let first = true
    const found = await bisect(
      items(50),
      async () => {
        const answer = first ? ({ kind: 'refused', refusal: 'x' } as const) : null
        first = false
        return answer ?? { kind: 'taken' }
      },
      100,
    )
    expect(found.refused).toEqual([])
    expect(sorted(found.taken)).toEqual(items(50))
  })
})

describe('any set of bad items', () => {
  test('ends with each good one taken once, each bad one refused alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 400 }),
        fc.array(fc.nat(399), { maxLength: 400 }),
        fc.constantFrom('none', 'right', 'wrong'),
        async (n, places, names) => {
          const bad = new Set(places.filter((place) => place < n))
          const { ask, kept, questions } = target(bad, names)
          const found = await bisect(items(n), ask, Number.POSITIVE_INFINITY)
          const good = items(n).filter((item) => !bad.has(item))
          expect(sorted(kept)).toEqual(good)
          expect(sorted(found.taken)).toEqual(good)
          expect(sorted(found.refused.map(({ item }) => item))).toEqual(sorted([...bad]))
          for (const { item, refusal } of found.refused) expect(refusal).toBe(`no ${item}`)
          expect(found.rest).toEqual([])
          // A dozen for each where they are few; where they are many, not much over two an item.
          const most = Math.min(QUESTIONS_PER_BAD_MAX * bad.size, 3 * n)
          expect(questions()).toBeLessThanOrEqual(1 + most)
        },
      ),
      { numRuns: 150 },
    )
  })

  test('stopped or out of questions: nothing is lost, nothing is decided twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(199), { maxLength: 60 }),
        fc.nat(60),
        fc.nat(60),
        async (places, questionsMax, stopAt) => {
          const { ask, kept, questions } = target(new Set(places))
          const found = await bisect(
            items(200),
            async (group) => (questions() >= stopAt ? { kind: 'stopped' } : ask(group)),
            questionsMax,
          )
          const refused = found.refused.map(({ item }) => item)
          expect(sorted([...found.taken, ...refused, ...found.rest])).toEqual(items(200))
          expect(sorted(found.taken)).toEqual(sorted(kept))
          expect(refused.every((item) => places.includes(item))).toBe(true)
          expect(questions()).toBeLessThanOrEqual(Math.min(questionsMax, stopAt))
        },
      ),
      { numRuns: 150 },
    )
  })
})

test('too large a group is cut in halves; one item too large is refused', async () => {
  const sizes: number[] = []
  const found = await bisect(
    items(40),
    async (group) => {
      sizes.push(group.length)
      if (group.length > 10 || group.includes(7)) return { kind: 'too_large', refusal: 'big' }
      return { kind: 'taken' }
    },
    100,
  )
  expect(found.refused).toEqual([{ item: 7, refusal: 'big' }])
  expect(found.taken).toHaveLength(39)
  expect(sizes.slice(0, 3)).toEqual([40, 20, 10])
})

test('items that are bad for certain are not asked about again, the others are', async () => {
  const groups: (readonly number[])[] = []
  const found = await bisect(
    items(6),
    async (group): Promise<GroupAnswer<string>> => {
      groups.push(group)
      // The first answer names nobody; the second one, inside of the search, names two.
      if (groups.length === 1) return { kind: 'refused', refusal: 'no' }
      const bad = [...group.keys()].filter((position) => (group[position] ?? 9) < 2)
      if (bad.length === 0) return { kind: 'taken' }
      return { kind: 'told', bad: bad.map((item) => ({ item, refusal: 'no' })) }
    },
    9,
  )
  expect(groups.map((group) => sorted(group))).toEqual([items(6), [0, 1, 2], [2, 3, 4, 5]])
  expect(found.refused.map(({ item }) => item)).toEqual([0, 1])
  expect(sorted(found.taken)).toEqual([2, 3, 4, 5])
  expect(found.rest).toEqual([])
})

test('an answer that took all but some settles both', async () => {
  const found = await bisect(
    items(5),
    async () => ({ kind: 'taken', but: [{ item: 3, refusal: 'no' }] }),
    9,
  )
  expect(found).toEqual({ taken: [0, 1, 2, 4], refused: [{ item: 3, refusal: 'no' }], rest: [] })
})
