/** A destination waits for its owner. */
import type { Check } from '../check.ts'
import { count, span } from '../words.ts'

export const deliveriesHeld: Check = {
  code: 'deliveries_held',
  title: 'A destination is on hold',
  severity: 'error',
  about:
    'The destination refuses everything for a reason that its owner can mend, such as a token or a permission. Nothing is lost: events wait and leave after the mend, as long as they are young enough to be taken.',
  fix: 'Open the destination, mend what the evidence names, and ask it again. Meta takes website events for seven days.',
  clearHours: 0.25,
  trigger: ({ destinations, nowMs }) =>
    destinations.flatMap(({ destination_id, name, alarm, waiting, enabled }) => {
      if (!alarm || !enabled) return []
      const hours = Math.max(1, Math.round((nowMs - alarm.since_ms) / 3_600_000))
      const words = `${name} has been on hold for ${span(hours)}: ${alarm.detail} (${alarm.code}). ${count(waiting)} deliveries wait.`
      return [{ subject: { destination_id }, affected: waiting, total: waiting, hours, words }]
    }),
}
