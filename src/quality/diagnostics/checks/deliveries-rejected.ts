/** A destination refuses single events for good. */
import { wilson } from '../../wilson.ts'
import type { Check } from '../check.ts'
import { AFFECTED_MIN } from '../share.ts'
import { share } from '../words.ts'

const NORMAL = 0.01

export const deliveriesRejected: Check = {
  code: 'deliveries_rejected',
  title: 'A destination refuses events',
  severity: 'error',
  about:
    'Events are counted here and refused there for good: ads are steered without them. They are kept as dead letters and can be sent again after a fix.',
  fix: 'Dead letters lists them with the words of the destination. Mend the sender or add a rule, then send them again.',
  trigger: ({ destinations }) =>
    destinations.flatMap(({ destination_id, name, delivered, rejected }) => {
      const total = delivered + rejected
      if (rejected < AFFECTED_MIN || wilson(rejected, total).low <= NORMAL) return []
      const words = `${name} refused ${share(rejected, total)} deliveries in the last 24 hours.`
      return [{ subject: { destination_id }, affected: rejected, total, hours: 24, words }]
    }),
}
