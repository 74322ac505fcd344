/** One browser for everybody. */
import type { Check } from '../check.ts'
import { personOf, sharedValues } from '../shared-value.ts'
import { VISITOR } from '../snippets/visitor.ts'

export const sharedUserAgent: Check = {
  code: 'shared_user_agent',
  title: 'Most server events share one user agent',
  severity: 'warning',
  about:
    'The server sends its own user agent (or a fixed text) instead of the browser’s. Address and browser together match many visitors; with a wrong browser neither does.',
  fix: 'Send the user agent of the visitor’s request, kept with the order.',
  snippets: VISITOR,
  trigger: (evidence) =>
    sharedValues(evidence, {
      side: 'server',
      pick: ({ event }) => event.user_data.client_user_agent,
      personOf,
      above: 0.7,
      peopleMin: 20,
      says: 'name one user agent',
    }),
}
