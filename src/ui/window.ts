/**
 * The time windows a report can show and the buckets its chart draws. Pure. Counters are kept by
 * UTC hour, so every window starts on one. Days are those of the shop, whoever reads them, so that
 * "yesterday" is the same on every page, in reconciliation and for everybody.
 */
import { dayOf, dayPlus, dayStart } from '../event/zone.ts'

export const WINDOWS = ['today', 'yesterday', '24h', '7d', '28d'] as const
export type WindowName = (typeof WINDOWS)[number]

export const DEFAULT_WINDOW: WindowName = '24h'

export const WINDOW_TEXT: Record<WindowName, { label: string; sentence: string }> = {
  today: { label: 'Today', sentence: 'today' },
  yesterday: { label: 'Yesterday', sentence: 'yesterday' },
  '24h': { label: '24 hours', sentence: 'in the last 24 hours' },
  '7d': { label: '7 days', sentence: 'in the last 7 days' },
  '28d': { label: '28 days', sentence: 'in the last 28 days' },
}

/** Unix seconds: from inclusive, to exclusive. */
export interface TimeRange {
  readonly from: number
  readonly to: number
}

const HOUR_S = 3600

/** "24 hours" is this hour and the 23 before it; "7 days" is today and the 6 days before it. */
export function rangeOf(name: WindowName, now: Date, zone: string): TimeRange {
  const nowS = Math.floor(now.getTime() / 1000)
  const to = nowS + 1
  if (name === '24h') return { from: floorHour(to) - 23 * HOUR_S, to }
  const today = dayOf(nowS, zone)
  const midnight = (daysBack: number): number =>
    floorHour(dayStart(dayPlus(today, -daysBack), zone))
  if (name === 'yesterday') return { from: midnight(1), to: midnight(0) }
  return { from: midnight({ today: 0, '7d': 6, '28d': 27 }[name]), to }
}

/** Hours for short windows, the shop's days for long ones. */
export const stepOf = (name: WindowName): 'hour' | 'day' =>
  name === '7d' || name === '28d' ? 'day' : 'hour'

/** How a chart is cut. */
export interface Cut {
  readonly step: 'hour' | 'day'
  readonly zone: string
}

/**
 * Start (unix seconds) of the bucket that holds this hour. An hour in which a day begins belongs to
 * that day, as in `rangeOf`.
 */
export function bucketOf(second: number, { step, zone }: Cut): number {
  const hour = floorHour(second)
  return step === 'hour' ? hour : dayStart(dayOf(hour + HOUR_S - 1, zone), zone)
}

/** Every bucket of a range, empty ones too, so that a quiet hour is a gap and not a lie. */
export function bucketsOf(range: TimeRange, cut: Cut): number[] {
  const { step, zone } = cut
  const starts: number[] = []
  let start = bucketOf(range.from, cut)
  while (start < range.to) {
    starts.push(start)
    start = step === 'hour' ? start + HOUR_S : dayStart(dayPlus(dayOf(start, zone), 1), zone)
  }
  return starts
}

const floorHour = (second: number): number => Math.floor(second / HOUR_S) * HOUR_S
