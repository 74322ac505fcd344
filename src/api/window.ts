/**
 * The time a report covers: what was asked, rounded out to the whole hours or days that counters
 * are kept in. Pure; the answer says what it covers.
 */
import { TwofoldError } from '../errors.ts'
import { TIMELINE_DAYS_MAX, TIMELINE_HOURS_MAX } from '../limits.ts'

const HOUR_S = 3600
const DAY_S = 86_400
const DEFAULT_S = 7 * DAY_S

interface Asked {
  readonly from?: number | undefined
  readonly to?: number | undefined
}

export interface Window {
  /** Unix seconds; from inclusive, to exclusive, both on whole steps. */
  readonly from: number
  readonly to: number
}

export function hoursOf(asked: Asked, nowMs: number): Window {
  return rounded(asked, nowMs, HOUR_S)
}

/** Without a step: hours while a chart can show them, else days. */
export function stepsOf(
  asked: Asked & { readonly step?: 'hour' | 'day' | undefined },
  nowMs: number,
): Window & { readonly step: 'hour' | 'day'; readonly stepS: number } {
  const hours = rounded(asked, nowMs, HOUR_S)
  const few = hours.to - hours.from <= TIMELINE_HOURS_MAX * HOUR_S
  const step = asked.step ?? (few ? 'hour' : 'day')
  const days = rounded(asked, nowMs, DAY_S)
  if (step === 'hour' && !few) {
    throw new TwofoldError('invalid_request', `step: at most ${TIMELINE_HOURS_MAX} hours; use day.`)
  }
  if (days.to - days.from > TIMELINE_DAYS_MAX * DAY_S) {
    throw new TwofoldError('invalid_request', `from: at most ${TIMELINE_DAYS_MAX} days before to.`)
  }
  return step === 'hour' ? { ...hours, step, stepS: HOUR_S } : { ...days, step, stepS: DAY_S }
}

function rounded(asked: Asked, nowMs: number, stepS: number): Window {
  // The present second is part of "up to now", also when it begins an hour.
  const to = asked.to ?? Math.floor(nowMs / 1000) + 1
  const from = asked.from ?? Math.max(0, to - DEFAULT_S)
  if (from >= to) {
    throw new TwofoldError('invalid_request', `from: ${from} must be less than to (${to}).`)
  }
  return { from: Math.floor(from / stepS) * stepS, to: Math.ceil(to / stepS) * stepS }
}
