/** Days are kept for a minute, when they are over, and not more purchases than fit. */
import { expect, it } from 'vitest'
import { RECONCILE_KEPT_MS, RECONCILE_KEPT_PURCHASES } from '../order-limits.ts'
import { createKeptDays, type DayPurchases } from './kept-days.ts'

const of = (n: number): DayPurchases => ({ list: Array(n).fill({}), whole: true })

it('gives a day that is over again, for a minute', () => {
  let nowMs = 1_000_000
  const days = createKeptDays(() => nowMs)
  days.put('over', of(3), 1000)
  days.put('today', of(3), 1001)
  expect(days.get('over')?.list).toHaveLength(3)
  expect(days.get('today')).toBeUndefined()
  nowMs += RECONCILE_KEPT_MS
  expect(days.get('over')).toBeUndefined()
})

it('lets the oldest go where there are too many', () => {
  const days = createKeptDays(() => 1e6)
  const half = RECONCILE_KEPT_PURCHASES / 2
  for (const key of ['a', 'b', 'b', 'c']) days.put(key, of(half), 0)
  expect(['a', 'b', 'c'].map((key) => days.get(key)?.list.length)).toEqual([undefined, half, half])
  days.put('d', of(RECONCILE_KEPT_PURCHASES + 1), 0)
  expect(['a', 'b', 'c', 'd'].filter((key) => days.get(key))).toEqual([])
})
