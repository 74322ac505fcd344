/** Placeholders instead of people. */
import { shareCheck, withFinding } from '../share.ts'
import { PERSON } from '../snippets/person.ts'

export const placeholderValue = shareCheck({
  code: 'placeholder_value',
  title: 'Placeholders instead of people',
  severity: 'warning',
  about:
    'Values such as "null", "test@test.com" or "n/a" are no people. They are kept out, and the event is left without that key.',
  fix: 'Leave a key out when its value is unknown.',
  snippets: PERSON,
  of: 'each',
  metrics: ['finding:placeholder_value', 'finding:normalises_to_nothing'],
  above: 0.05,
  says: 'carry a placeholder where a person belongs.',
  picks: withFinding('placeholder_value', 'normalises_to_nothing'),
})
