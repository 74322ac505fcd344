/** Deliveries grow old while nothing says why. */
import type { Check } from '../check.ts'
import { count, span } from '../words.ts'

const HOURS_MIN = 2
const HOUR_MS = 3_600_000

export const deliveriesWaiting: Check = {
  code: 'deliveries_waiting',
  title: 'Deliveries are waiting for hours',
  severity: 'warning',
  about:
    'The destination takes events more slowly than they come, or not at all. After seven days Meta takes them no more.',
  fix: 'Look at the state of the destination: its rate limit, a pause the remote asked for, or errors that are tried again.',
  clearHours: 1,
  trigger: ({ destinations, nowMs }) =>
    destinations.flatMap(({ destination_id, name, alarm, enabled, waiting, oldest_waiting_ms }) => {
      // On hold is said by another check; a disabled one waits as it was told to.
      if (!enabled || alarm || oldest_waiting_ms === undefined || waiting === 0) return []
      const hours = Math.floor((nowMs - oldest_waiting_ms) / HOUR_MS)
      if (hours < HOURS_MIN) return []
      const words = `${count(waiting)} deliveries wait for ${name}, the oldest for ${span(hours)}.`
      return [{ subject: { destination_id }, affected: waiting, total: waiting, hours, words }]
    }),
}
