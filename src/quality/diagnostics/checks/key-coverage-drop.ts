/** A key that used to come and comes no longer. */
import { WEB_KEYS } from '../../../event/refused-keys.ts'
import { wilson } from '../../wilson.ts'
import type { Check } from '../check.ts'
import { keptIn, type Side } from '../counts.ts'
import { dayOf } from '../evidence.ts'
import { AFFECTED_MIN, isAbout } from '../share.ts'
import { PERSON } from '../snippets/person.ts'
import { share, span, subjectWords } from '../words.ts'

/** In points, between the two intervals. */
const DROP_MIN = 0.2
const SIDES: readonly Side[] = ['browser', 'server']

export const keyCoverageDrop: Check = {
  code: 'key_coverage_drop',
  title: 'A match key is missing that used to come',
  severity: 'warning',
  about:
    'Fewer reports carry this key than in the weeks before. Each that lacks it is less likely to be tied to the person and the ad.',
  fix: 'Look at what was released since: a form field, a plugin, the code that fills user_data.',
  snippets: PERSON,
  trigger: (evidence) =>
    dayOf(evidence).counts.names.flatMap((event_name) =>
      SIDES.flatMap((side) =>
        WEB_KEYS.flatMap((key) => {
          const where = { name: event_name, side }
          const of = (counts: typeof evidence.before) => ({
            part: counts.sum(`key:${key}`, where),
            all: keptIn(counts, where),
          })
          const was = of(evidence.before)
          if (was.all < 2 * AFFECTED_MIN) return []
          for (const { counts, hours } of evidence.windows) {
            const is = of(counts)
            const affected = is.all - is.part
            if (is.all < AFFECTED_MIN) continue
            const before = wilson(was.part, was.all).low
            if (wilson(is.part, is.all).high > before - DROP_MIN) return []
            if (affected < AFFECTED_MIN) continue
            const subject = { event_name, side, key }
            const words = `${share(is.part, is.all)} reports of ${subjectWords(subject)} carry ${key} in the last ${span(hours)}; before it were ${share(was.part, was.all)}.`
            return [
              {
                subject,
                affected,
                total: is.all,
                hours,
                words,
                picks: (event) =>
                  isAbout(event, subject) &&
                  event.legs.some((leg) => leg.event.user_data[key] === undefined),
              },
            ]
          }
          return []
        }),
      ),
    ),
}
