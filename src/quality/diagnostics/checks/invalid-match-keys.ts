/** Keys that come and cannot be used. */
import { WEB_KEYS } from '../../../event/refused-keys.ts'
import type { Check } from '../check.ts'
import { longest } from '../evidence.ts'
import { sentence, tooMany } from '../share.ts'
import { PERSON } from '../snippets/person.ts'

const NORMAL = 0.1

export const invalidMatchKeys: Check = {
  code: 'invalid_match_keys',
  title: 'Customer information that cannot be used',
  severity: 'warning',
  about:
    'A key is sent, and what it holds is not of its kind: a number in the field of the e-mail, an address that is none, a cookie cut short. It is kept out and matches nobody.',
  fix: 'Check which field of your shop is sent under this key. The findings of a sample say what was wrong.',
  snippets: PERSON,
  trigger: (evidence) =>
    longest(evidence).counts.names.flatMap((event_name) =>
      WEB_KEYS.flatMap((key) => {
        const where = { name: event_name }
        const subject = { event_name, key }
        const found = tooMany(evidence, {
          subject,
          above: NORMAL,
          tally: (counts) => {
            const affected = counts.sum(`invalid:${key}`, where)
            return { affected, total: affected + counts.sum(`key:${key}`, where) }
          },
        })
        if (!found) return []
        const words = `${sentence(found, { event_name })} that bring ${key} bring nothing usable under it.`
        return [{ subject, ...found, words }]
      }),
    ),
}
