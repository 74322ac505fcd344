/** One browser cookie for many people. */
import type { Check } from '../check.ts'
import { sharedValues } from '../shared-value.ts'
import { VISITOR } from '../snippets/visitor.ts'

export const sharedFbp: Check = {
  code: 'shared_fbp',
  title: 'Many people share one browser cookie',
  severity: 'error',
  about:
    'One _fbp arrives for different people: it is set by a cached page or made on the server. People are mixed up, and reports of one may be taken for those of another.',
  fix: 'Let the pixel make the cookie in each browser, never a cached page or a constant.',
  snippets: VISITOR,
  trigger: (evidence) =>
    sharedValues(evidence, {
      side: 'server',
      pick: ({ event }) => event.user_data.fbp,
      personOf: ({ event: { user_data: user } }) => user.em?.[0] ?? user.external_id?.[0],
      above: 0.1,
      peopleMin: 10,
      says: 'carry one _fbp',
    }),
}
