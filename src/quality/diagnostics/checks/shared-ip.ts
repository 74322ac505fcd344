/** One address for everybody. */
import type { Check } from '../check.ts'
import { personOf, sharedValues } from '../shared-value.ts'
import { VISITOR } from '../snippets/visitor.ts'

export const sharedIp: Check = {
  code: 'shared_ip',
  title: 'Most server events share one IP address',
  severity: 'warning',
  about:
    'The server sends its own address, or that of a proxy, for every visitor. It matches nobody, and looks to Meta like one visitor who buys everything.',
  fix: 'Send the address of the visitor’s request, kept with the order; behind a proxy it is the first one in X-Forwarded-For.',
  snippets: VISITOR,
  trigger: (evidence) =>
    sharedValues(evidence, {
      side: 'server',
      pick: ({ event }) => event.user_data.client_ip_address,
      personOf,
      above: 0.2,
      peopleMin: 10,
      says: 'name one IP address',
    }),
}
