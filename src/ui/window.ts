/**
 * The time windows a report can show and the buckets its chart draws. Pure. Counters are kept by
 * UTC hour, so every window starts on one; days are the reader's own.
 */

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
export function rangeOf(name: WindowName, now: Date): TimeRange {
  const to = Math.floor(now.getTime() / 1000) + 1
  if (name === '24h') return { from: floorHour(to) - 23 * HOUR_S, to }
  if (name === 'yesterday') return { from: midnightS(now, 1), to: midnightS(now, 0) }
  return { from: midnightS(now, { today: 0, '7d': 6, '28d': 27 }[name]), to }
}

function midnightS(now: Date, daysBack: number): number {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate() - daysBack)
  return floorHour(Math.floor(midnight.getTime() / 1000))
}

/** Hours for short windows, the reader's days for long ones. */
export const stepOf = (name: WindowName): 'hour' | 'day' =>
  name === '7d' || name === '28d' ? 'day' : 'hour'

/** Start (unix seconds) of the bucket that holds this moment. */
export function bucketOf(second: number, step: 'hour' | 'day'): number {
  if (step === 'hour') return floorHour(second)
  const at = new Date(second * 1000)
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime() / 1000
}

/** Every bucket of a range, empty ones too, so that a quiet hour is a gap and not a lie. */
export function bucketsOf(range: TimeRange, step: 'hour' | 'day'): number[] {
  const starts: number[] = []
  let start = bucketOf(range.from, step)
  while (start < range.to) {
    starts.push(start)
    // Half a day further than a day, then back to midnight: right on days of 23 and 25 hours, too.
    start = step === 'hour' ? start + HOUR_S : bucketOf(start + 36 * HOUR_S, 'day')
  }
  return starts
}

const floorHour = (second: number): number => Math.floor(second / HOUR_S) * HOUR_S
