/**
 * How long after the action a server's reports arrive, from counters: by delays, never by volumes.
 * Pure.
 */
import { DELAY_STEPS, type DelayStep } from '../event/delay.ts'
import { type Count, familyOf, isServer, sumOf } from './counters.ts'

export const FRESHNESS_METRICS = ['delay:', 'delay_s'] as const

export interface Freshness {
  /** Half of the reports, or more, came within it. */
  readonly frequency: 'real_time' | 'hourly' | 'daily' | 'weekly' | undefined
  /** Seconds; undefined where there were no reports. */
  readonly mean_delay_s: number | undefined
  readonly events: number
  readonly steps: readonly { readonly step: DelayStep; readonly events: number }[]
}

const FREQUENCY: Record<DelayStep, NonNullable<Freshness['frequency']>> = {
  minute: 'real_time',
  hour: 'hourly',
  day: 'daily',
  two_days: 'daily',
  week: 'weekly',
  later: 'weekly',
}

export function freshnessOf(all: readonly Count[]): Freshness {
  const rows = all.filter(isServer)
  const counts = familyOf(rows, 'delay:')
  const steps = DELAY_STEPS.map(([step]) => ({ step, events: counts.get(step) ?? 0 }))
  const events = steps.reduce((sum, one) => sum + one.events, 0)
  let seen = 0
  const median = steps.find((one) => {
    seen += one.events
    return events > 0 && seen * 2 >= events
  })
  return {
    frequency: median && FREQUENCY[median.step],
    mean_delay_s: events === 0 ? undefined : sumOf(rows, 'delay_s') / events,
    events,
    steps,
  }
}
