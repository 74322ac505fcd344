/**
 * The reports as pure folds of the hourly counters: nothing here reads an event. `received` is the
 * sum of the four verdicts and not a counter of its own, so the equation holds in every answer;
 * doctor.ts checks that the counter of received events agrees.
 */
import { decimalOf } from '../event/money.ts'
import type { Channel, Verdict } from '../event/shape.ts'
import type { CounterRow, MoneyRow } from '../store/store.ts'
import type { Summary, SummaryEvent, Timeline } from './types.ts'

type ByChannel = Record<Channel, number>

const VERDICT_FIELD = {
  accepted: 'counted',
  duplicate: 'duplicates',
  dropped: 'dropped',
  rejected: 'rejected',
} as const satisfies Record<Verdict, string>

const PAIR_FIELD = {
  'pair:both': 'both',
  'pair:browser': 'browser_only',
  'pair:server': 'server_only',
  'pair:other': 'other_only',
} as const satisfies Record<string, keyof Summary['pairs']>
type PairMetric = keyof typeof PAIR_FIELD

/** What a timeline is made of: reading every counter by the hour takes a second for a month. */
export const TIMELINE_METRICS = [...Object.keys(VERDICT_FIELD), ...Object.keys(PAIR_FIELD)]

interface Tally {
  received: ByChannel
  duplicates: number
  dropped: number
  rejected: number
  counted: number
  pairs: Summary['pairs']
}

const byChannel = (): ByChannel => ({ browser: 0, server: 0, other: 0 })
const tally = (): Tally => ({
  received: byChannel(),
  duplicates: 0,
  dropped: 0,
  rejected: 0,
  counted: 0,
  pairs: { both: 0, browser_only: 0, server_only: 0, other_only: 0 },
})

type Counters = Omit<Summary, 'dataset_id' | 'from' | 'to'>

/** `rows` and `money` summed over the window (`by: 'total'`). */
export function summaryOf(rows: readonly CounterRow[], money: readonly MoneyRow[]): Counters {
  const names = [...Map.groupBy(rows, (row) => row.event_name)]
  return {
    ...tallyOf(rows),
    kept: keptOf(rows),
    with_event_id: channelsOf(rows, 'event_id'),
    by_event: names
      .map(([event_name, own]) => ({
        event_name,
        ...tallyOf(own),
        kept: keptOf(own),
        value: moneyOf(money.filter((row) => row.event_name === event_name)),
        keys: keysOf(own),
      }))
      .sort((a, b) => b.counted - a.counted || a.event_name.localeCompare(b.event_name)),
    reasons: grouped(rows, 'reason:').map(({ name, ...counts }) => ({ code: name, ...counts })),
    matched_by: grouped(rows, 'matched_by:').map(({ name, total }) => ({
      how: name as Summary['matched_by'][number]['how'],
      count: total,
    })),
    findings: grouped(rows, 'finding:').map(({ name, total }) => ({ code: name, count: total })),
    keys: keysOf(rows),
  }
}

type Points = Timeline['points']

/** One point per step, also where nothing happened. `rows` by hour; bounds on whole steps. */
export function timelineOf(
  rows: readonly CounterRow[],
  window: { from: number; to: number; stepS: number },
): Points {
  const { from, to, stepS } = window
  const points: Points = []
  for (let time = from; time < to; time += stepS) points.push({ time, ...tally() })
  for (const row of rows) {
    const point = points[Math.floor((row.hour_s - from) / stepS)]
    if (point) addRow(point, row)
  }
  return points
}

function tallyOf(rows: readonly CounterRow[]): Tally {
  const all = tally()
  for (const row of rows) addRow(all, row)
  return all
}

function addRow(into: Tally, { metric, channel, n }: CounterRow): void {
  if (Object.hasOwn(VERDICT_FIELD, metric)) {
    into.received[channel] += n
    into[VERDICT_FIELD[metric as Verdict]] += n
  }
  if (Object.hasOwn(PAIR_FIELD, metric)) into.pairs[PAIR_FIELD[metric as PairMetric]] += n
}

/** What can carry an id or a match key: neither the refused nor the dropped are asked. */
function keptOf(rows: readonly CounterRow[]): ByChannel {
  return channelsOf(rows, 'accepted', 'duplicate')
}

function keysOf(rows: readonly CounterRow[]): Summary['keys'] {
  return grouped(rows, 'key:').map(({ name, ...counts }) => ({ key: name, ...counts }))
}

function moneyOf(money: readonly MoneyRow[]): SummaryEvent['value'] {
  return money
    .map(({ currency, units, micros, n }) => {
      const exact = decimalOf(units, micros)
      return { currency, sum: Number(exact), sum_exact: exact, events: n }
    })
    .filter(({ sum, events }) => events !== 0 || sum !== 0)
    .sort((a, b) => b.sum - a.sum)
}

function channelsOf(rows: readonly CounterRow[], ...metrics: readonly string[]): ByChannel {
  const counts = byChannel()
  for (const row of rows) if (metrics.includes(row.metric)) counts[row.channel] += row.n
  return counts
}

/** Counters of one family (`reason:`, `key:`), the largest first. */
function grouped(
  rows: readonly CounterRow[],
  prefix: string,
): (ByChannel & { name: string; total: number })[] {
  const names = new Set(rows.map(({ metric }) => metric).filter((name) => name.startsWith(prefix)))
  return [...names]
    .map((metric) => {
      const counts = channelsOf(rows, metric)
      const total = counts.browser + counts.server + counts.other
      return { name: metric.slice(prefix.length), ...counts, total }
    })
    .filter(({ total }) => total > 0)
    .sort((a, b) => b.total - a.total || a.name.localeCompare(b.name))
}
