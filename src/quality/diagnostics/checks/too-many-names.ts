/** Names made of values: ids, searches, page titles. */
import { OTHER_NAME } from '../../counters.ts'
import type { Check } from '../check.ts'
import { keptIn } from '../counts.ts'
import { longest } from '../evidence.ts'
import { EVENT_NAME } from '../snippets/event-name.ts'
import { count, span } from '../words.ts'

export const tooManyNames: Check = {
  code: 'too_many_names',
  title: 'Too many different event names',
  severity: 'warning',
  about:
    'So many names arrive that not each can have counters of its own; the rest is counted together. Usually a value (an id, a search word, a title) was put into the name.',
  fix: 'Name the kind of action, and send what differs as a property in custom_data.',
  snippets: EVENT_NAME,
  trigger: (evidence) => {
    const { counts, hours } = longest(evidence)
    const n = keptIn(counts, { name: OTHER_NAME })
    if (n === 0) return []
    const words = `${count(n)} reports in the last ${span(hours)} under names beyond the bound.`
    return [{ subject: {}, affected: n, total: keptIn(counts), hours, words }]
  },
}
