import { expect, it } from 'vitest'
import type { Count } from './counters.ts'
import { hourHealth, setupOf } from './health.ts'

const HOUR_S = 3600
const DAY_S = 86_400
const NOW_S = 20_000 * DAY_S + 12 * HOUR_S + 60
const LAST = 20_000 * DAY_S + 11 * HOUR_S

const row = (metric: string, n: number, more: Partial<Count> = {}): Count => ({
  hour_s: 0,
  event_name: 'Purchase',
  channel: 'browser',
  metric,
  n,
  ...more,
})

const hours = (last: number, before: readonly number[]): Count[] => [
  row('received', last, { hour_s: LAST }),
  ...before.map((n, day) => row('received', n, { hour_s: LAST - (day + 1) * DAY_S })),
]

it.each([
  ['usual', 30, [28, 35, 40, 22, 31, 30, 29]],
  ['silent', 0, [28, 35, 40, 22, 31, 30, 29]],
  ['low', 9, [28, 35, 40, 22, 31, 30, 29]],
  ['high', 90, [28, 35, 40, 22, 31, 30, 29]],
  ['usual', 0, [1, 2, 0, 1, 3, 0, 1]],
  ['unknown', 0, [50, 50]],
  ['unknown', 5, []],
])('an hour is %s with %d after %j', (state, last, before) => {
  expect(hourHealth(hours(last, before), NOW_S)).toMatchObject({
    state,
    received: last,
    days: before.length,
  })
})

it('compares with the same hour of the days before, and with nothing else', () => {
  const other = row('received', 500, { hour_s: LAST - 5 * HOUR_S })
  const now = row('received', 7, { hour_s: LAST + HOUR_S })
  expect(hourHealth([...hours(30, [20, 30, 40]), other, now], NOW_S)).toMatchObject({
    from: LAST,
    this_hour: 7,
    usual: { low: 20, middle: 30, high: 40 },
  })
})

it('takes from the data which steps of the setup are done', () => {
  const done = (facts: Parameters<typeof setupOf>[0]): string[] =>
    setupOf(facts).flatMap((state) => (state.done ? [state.step] : []))
  const nothing = { rows: [], destinations: 0, delivered: 0, domains: 0 }
  expect(done(nothing)).toEqual([])
  const server = { channel: 'server' as const }
  const rows = [
    row('accepted', 10),
    row('duplicate', 8, server),
    row('pair:both', 8),
    row('pair_by:event_id', 3),
    row('key:em', 7, server),
  ]
  expect(done({ ...nothing, rows })).toEqual(['pixel', 'server', 'match_keys'])
  const shared = [...rows, row('pair_by:event_id', 2)]
  const all = { rows: shared, destinations: 1, delivered: 5, domains: 1 }
  expect(done(all)).toHaveLength(7)
  expect(setupOf(all).find(({ step }) => step === 'shared_ids')).toMatchObject({ with: 5, of: 8 })
})
