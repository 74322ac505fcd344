/** One person for everybody. */
import type { Check } from '../check.ts'
import { sharedValues } from '../shared-value.ts'
import { PERSON } from '../snippets/person.ts'

export const sharedPerson: Check = {
  code: 'shared_person',
  title: 'One customer in most events',
  severity: 'error',
  about:
    'The same e-mail or customer id stands in the reports of many visitors: a test account, the shop’s own address, or a value kept from the first request. It ties all of them to one person.',
  fix: 'Fill user_data anew for each request; never from a variable that outlives it, nor from the account that is signed in to the shop system.',
  snippets: PERSON,
  trigger: (evidence) =>
    sharedValues(evidence, {
      side: 'server',
      pick: ({ event: { user_data: user } }) => user.em?.[0] ?? user.external_id?.[0],
      personOf: ({ event: { user_data: user } }) => user.fbp ?? user.client_ip_address,
      above: 0.2,
      peopleMin: 10,
      says: 'name one customer',
    }),
}
