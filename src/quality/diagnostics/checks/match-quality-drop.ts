/** Match quality has fallen since yesterday's releases. */
import { scoreOf } from '../../match-score.ts'
import type { Check } from '../check.ts'
import { dayOf } from '../evidence.ts'
import { masksOf } from '../masks.ts'
import { AFFECTED_MIN } from '../share.ts'
import { PERSON } from '../snippets/person.ts'
import { count, span } from '../words.ts'

const DROP_MIN = 0.7

export const matchQualityDrop: Check = {
  code: 'match_quality_drop',
  title: 'Match quality has dropped',
  severity: 'warning',
  about:
    'The reports of this event tell less about people than in the weeks before: a form lost a field, a plugin was updated, or the server no longer passes something on.',
  fix: 'Match quality shows which key fell. Look at what was released since.',
  snippets: PERSON,
  trigger: (evidence) =>
    dayOf(evidence).counts.names.flatMap((event_name) => {
      const was = scoreOf(masksOf(evidence.before, event_name))
      if (was.score === undefined || was.events < 2 * AFFECTED_MIN) return []
      for (const { counts, hours } of evidence.windows) {
        const is = scoreOf(masksOf(counts, event_name))
        if (is.score === undefined || is.events < AFFECTED_MIN) continue
        const isLower = is.score < was.score - DROP_MIN && is.interval.high < was.interval.low
        if (!isLower) return []
        const words = `Match quality of ${event_name} from servers: ${is.score.toFixed(1)} of 10, from ${count(is.events)} events in the last ${span(hours)}; before it was ${was.score.toFixed(1)}.`
        const { events } = is
        return [{ subject: { event_name }, affected: events, total: events, hours, words }]
      }
      return []
    }),
}
