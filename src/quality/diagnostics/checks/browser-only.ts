/** Conversions that the browser reports and the server, which reports others, does not. */
import { isBrowsing } from '../../../event/names.ts'
import { COVERAGE_GOAL } from '../../pairing.ts'
import type { Check } from '../check.ts'
import { keptIn } from '../counts.ts'
import { longest } from '../evidence.ts'
import { AFFECTED_MIN, tooMany } from '../share.ts'
import { SHARED_ID } from '../snippets/shared-id.ts'
import { share, span } from '../words.ts'

export const browserOnly: Check = {
  code: 'browser_only',
  title: 'Browser events without their server twin',
  severity: 'warning',
  about:
    'Of the conversions that browsers report, the server should report at least three in four (event coverage, goal 75 %). Where twins are missing, either the server leaves some out or the two do not meet.',
  fix: 'Report every conversion from the server too, with the id the browser used. Deduplication lists the ones that found no twin, with the reason.',
  snippets: SHARED_ID,
  trigger: (evidence) =>
    longest(evidence)
      .counts.names.filter((name) => !isBrowsing(name))
      .flatMap((event_name) => {
        const where = { name: event_name }
        const found = tooMany(evidence, {
          subject: { event_name },
          above: 1 - COVERAGE_GOAL,
          tally: (counts) => {
            const server = keptIn(counts, { ...where, side: 'server' })
            // Where the server tells nothing of this name, another check speaks.
            if (server < AFFECTED_MIN) return { affected: 0, total: 0 }
            const alone = counts.sum('pair:browser', where)
            return { affected: alone, total: alone + counts.sum('pair:both', where) }
          },
        })
        if (!found) return []
        const words = `${share(found.affected, found.total)} ${event_name} that browsers reported in the last ${span(found.hours)} were not reported by the server.`
        return [{ subject: { event_name }, ...found, words, picks: isAlone(event_name) }]
      }),
}

const isAlone =
  (name: string): NonNullable<ReturnType<Check['trigger']>[number]['picks']> =>
  ({ legs }) =>
    legs[0].event.event_name === name &&
    legs.every(({ envelope }) => envelope.channel === 'browser')
