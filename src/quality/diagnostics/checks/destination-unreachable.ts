/** Most tries fail, though each is tried again. */
import type { Check } from '../check.ts'
import { AFFECTED_MIN } from '../share.ts'
import { count } from '../words.ts'

export const destinationUnreachable: Check = {
  code: 'destination_unreachable',
  title: 'A destination cannot be reached',
  severity: 'warning',
  about:
    'Most deliveries fail and are tried again: the address does not answer, or answers with errors. Nothing is lost yet, and everything is late.',
  fix: 'Test the destination on its page. Check the address, the firewall, and the status page of the service.',
  clearHours: 2,
  trigger: ({ destinations }) =>
    destinations.flatMap(({ destination_id, name, enabled, lane, delivered, retried }) => {
      const isDown = lane === 'unreachable'
      if (!enabled || retried < AFFECTED_MIN || (!isDown && retried < delivered)) return []
      const words = `${count(retried)} tries to reach ${name} failed in the last 24 hours; ${count(delivered)} deliveries arrived.`
      const total = delivered + retried
      return [{ subject: { destination_id }, affected: retried, total, hours: 24, words }]
    }),
}
