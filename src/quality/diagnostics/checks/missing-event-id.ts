/** Reports that nothing ties to their twin. */
import type { Check } from '../check.ts'
import { keptIn, type Side } from '../counts.ts'
import { longest } from '../evidence.ts'
import { isAbout, sentence, tooMany } from '../share.ts'
import { SHARED_ID } from '../snippets/shared-id.ts'

const NORMAL = 0.1
const SIDES: readonly Side[] = ['browser', 'server']

export const missingEventId: Check = {
  code: 'missing_event_id',
  title: 'Events without an event id',
  severity: 'error',
  about:
    'Without an id of its own a report can be recognised only by order number or by the person, and Meta counts it twice when both sides report it.',
  fix: 'Send event_id with every report, made of the order number so that both sides agree.',
  snippets: SHARED_ID,
  trigger: (evidence) =>
    longest(evidence).counts.names.flatMap((event_name) =>
      SIDES.flatMap((side) => {
        const subject = { event_name, side }
        const where = { name: event_name, side }
        const found = tooMany(evidence, {
          subject,
          above: NORMAL,
          tally: (counts) => {
            const total = keptIn(counts, where)
            return { affected: total - counts.sum('event_id', where), total }
          },
        })
        if (!found) return []
        return [
          {
            subject,
            ...found,
            words: `${sentence(found, subject)} carry no event_id.`,
            picks: (event) =>
              isAbout(event, subject) &&
              event.legs.some(({ event: { event_id } }) => event_id === undefined),
          },
        ]
      }),
    ),
}
