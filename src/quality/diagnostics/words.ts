/**
 * Numbers and windows as the evidence of a finding says them: always the same in every language.
 */
import type { Subject } from './check.ts'

const whole = new Intl.NumberFormat('en-US')

export const count = (n: number): string => whole.format(Math.round(n))

/** "2 hours", "7 days". */
export function span(hours: number): string {
  if (hours < 48) return `${count(hours)} hour${Math.round(hours) === 1 ? '' : 's'}`
  return `${count(hours / 24)} days`
}

/** A small number says more as "3 of 5" than as a share. */
export function share(part: number, all: number): string {
  return `${count(part)} of ${count(all)}${all >= 30 ? ` (${percent(part / all)} %)` : ''}`
}

/** A tiny share is never shown as none, and an almost full one never as all. */
function percent(part: number): string {
  if (part > 0 && part < 0.01) return '<1'
  if (part < 1 && part > 0.99) return '>99'
  return String(Math.min(100, Math.round(100 * part)))
}

/** "Purchase from browsers", "events from servers", "Lead". */
export function subjectWords({ event_name, side }: Subject): string {
  const what = event_name ?? 'events'
  return side ? `${what} from ${side === 'browser' ? 'browsers' : 'servers'}` : what
}
