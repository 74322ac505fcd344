/** Conversions of servers by which hardly anybody can be recognised. */
import { isBrowsing } from '../../../event/names.ts'
import { EVENTS_FOR_A_SCORE, gainsOf, scoreOf } from '../../match-score.ts'
import type { Check } from '../check.ts'
import { longest } from '../evidence.ts'
import { masksOf } from '../masks.ts'
import { PERSON } from '../snippets/person.ts'
import { count, span } from '../words.ts'

/** Meta’s own word for less is poor. */
const SCORE_MIN = 5

export const lowMatchQuality: Check = {
  code: 'low_match_quality',
  title: 'Too little to recognise people by',
  severity: 'warning',
  about:
    'The match quality of this event is poor (our estimate, 0 to 10): most of its reports cannot be tied to a person, so the ads that brought them learn nothing.',
  fix: 'Add the key that the evidence names first; Match quality lists the gain of each.',
  snippets: PERSON,
  trigger: (evidence) => {
    const { counts, hours } = longest(evidence)
    return counts.names.flatMap((event_name) => {
      if (isBrowsing(event_name)) return []
      const masks = masksOf(counts, event_name)
      const { score, interval, events } = scoreOf(masks)
      if (score === undefined || events < EVENTS_FOR_A_SCORE || interval.high >= SCORE_MIN)
        return []
      const [best] = gainsOf(masks)
      const advice = best ? ` Adding ${best.add} would bring ${best.gain.toFixed(1)}.` : ''
      const words = `Match quality of ${event_name} from servers: ${score.toFixed(1)} of 10, from ${count(events)} events in the last ${span(hours)}.${advice}`
      return [{ subject: { event_name }, affected: events, total: events, hours, words }]
    })
  },
}
