/** The window of a quality report: 48 hours or 7 days by name, or from and to. Pure. */
import { TwofoldError } from '../errors.ts'
import { QUALITY_TREND_DAYS_MAX } from '../limits.ts'
import { hoursOf, type Window } from './window.ts'

const HOUR_S = 3600
export const DAY_S = 86_400
const LENGTH_S = { '48h': 48 * HOUR_S, '7d': 7 * DAY_S } as const

interface Asked {
  readonly window?: '48h' | '7d' | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
}

export function qualityWindow({ window, from, to }: Asked, nowMs: number): Window {
  if (window && (from !== undefined || to !== undefined)) {
    throw new TwofoldError('invalid_request', 'window: leave it out where from or to is given.')
  }
  const end = to ?? Math.floor(nowMs / 1000) + 1
  const start = from ?? Math.max(0, end - LENGTH_S[window ?? '48h'])
  return hoursOf({ from: start, to: end }, nowMs)
}

/** Whole UTC days of a trend: the window's, at least the seven that end with it. */
export function trendDays({ from, to }: Window): Window {
  const end = Math.ceil(to / DAY_S) * DAY_S
  const start = Math.min(Math.floor(from / DAY_S) * DAY_S, end - 7 * DAY_S)
  return { from: Math.max(0, start, end - QUALITY_TREND_DAYS_MAX * DAY_S), to: end }
}

/** The seven days, today among them, over which Meta states event coverage. */
export function sevenDays({ to }: Window): Window {
  const end = Math.ceil(to / DAY_S) * DAY_S
  return { from: Math.max(0, end - 7 * DAY_S), to: end }
}
