import { expect, it } from 'vitest'
import { activityOf } from './activity.ts'
import type { Count } from './counters.ts'

const DAY_S = 86_400
/** A noon. */
const NOW_S = 20_000 * DAY_S + DAY_S / 2

const row = (event_name: string, hour_s: number): Count => ({
  event_name,
  hour_s,
  channel: 'browser',
  metric: 'received',
  n: 1,
})
const day = (ago: number): number => (20_000 - ago) * DAY_S

it.each([
  ['active', [0, 1, 2, 3, 9], [NOW_S - 3600]],
  ['active', [0], [NOW_S - 3600]],
  ['new', [0, 1], [NOW_S - 7200]],
  ['stopped', [2, 3, 4, 6], []],
  ['stopped', [1, 2, 3, 4, 5], [NOW_S - 25 * 3600]],
  ['rare', [2, 9, 16], []],
])('an event is %s when it came %j days ago', (status, ago, hours) => {
  const old = row('PageView', day(status === 'new' ? 20 : 0))
  const days = [old, ...ago.map((n) => row('Lead', day(n)))]
  const found = activityOf({ days, hours: hours.map((hour) => row('Lead', hour)) }, NOW_S)
  const lead = found.find(({ event_name }) => event_name === 'Lead')
  expect(lead).toMatchObject({
    status,
    days: ago.length,
    last_seen_s: hours[0] ?? day(ago[0] as number),
    precision: hours.length > 0 ? 'hour' : 'day',
  })
})

it('says nothing of a dataset without events', () => {
  expect(activityOf({ days: [], hours: [] }, NOW_S)).toEqual([])
})
