/** From the hourly answer of the API to the bars of the chart. Pure. */
import type { Timeline } from '../../api/types.ts'
import { CHANNEL_COLORS } from '../channel-colors.ts'
import { bucketOf, bucketsOf, type Cut, type TimeRange } from '../window.ts'

/** Counted events of one hour or day by the channels that saw them. */
export interface Bar {
  /** Unix seconds. */
  readonly start: number
  readonly browser: number
  readonly both: number
  readonly server: number
  readonly other: number
}

/** From the bottom of a bar to its top. */
export const SERIES = [
  { name: 'both', label: 'Seen by both', color: CHANNEL_COLORS.both },
  { name: 'browser', label: 'Browser only', color: CHANNEL_COLORS.browser },
  { name: 'server', label: 'Server only', color: CHANNEL_COLORS.server },
  { name: 'other', label: 'Other sources', color: CHANNEL_COLORS.other },
] as const

export type Series = (typeof SERIES)[number]

export function barsOf(points: Timeline['points'], range: TimeRange, cut: Cut): readonly Bar[] {
  const empty = { browser: 0, both: 0, server: 0, other: 0 }
  const bars = new Map(bucketsOf(range, cut).map((start) => [start, { start, ...empty }]))
  for (const { time, pairs } of points) {
    const bar = bars.get(bucketOf(time, cut))
    if (!bar) continue
    bar.browser += pairs.browser_only
    bar.both += pairs.both
    bar.server += pairs.server_only
    bar.other += pairs.other_only
  }
  return [...bars.values()]
}

export const barTotal = (bar: Bar): number => bar.browser + bar.both + bar.server + bar.other
