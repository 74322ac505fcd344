/**
 * How long after the action a report arrived, in steps that people plan by. Pure; ingest counts by
 * the step, quality/ says from it how fresh a sender's reports are.
 */

/** Upper ends in seconds, exclusive; the last step is open. Counters keep the names. */
export const DELAY_STEPS = [
  ['minute', 60],
  ['hour', 3600],
  ['day', 86_400],
  ['two_days', 172_800],
  ['week', 604_800],
  ['later', Number.POSITIVE_INFINITY],
] as const

export type DelayStep = (typeof DELAY_STEPS)[number][0]

/** Clocks that run ahead count as no delay. */
export const delayS = (event: { event_time: number }, receivedAtMs: number): number =>
  Math.max(0, Math.floor(receivedAtMs / 1000) - event.event_time)

export const delayStep = (seconds: number): DelayStep =>
  DELAY_STEPS.find(([, end]) => seconds < end)?.[0] ?? 'later'
