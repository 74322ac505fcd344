/** Reports that are refused, by the reason. */
import { PROBLEMS } from '../../../event/problems.ts'
import type { Check } from '../check.ts'
import { longest } from '../evidence.ts'
import { tooMany, withReason } from '../share.ts'
import { SHARED_ID } from '../snippets/shared-id.ts'
import { share, span } from '../words.ts'

const NORMAL = 0.02
/** Each has a check of its own. */
const ELSEWHERE: ReadonlySet<string> = new Set(['event_too_old', 'event_in_future'])

export const rejectedEvents: Check = {
  code: 'rejected_events',
  title: 'Events are refused',
  severity: 'error',
  about:
    'Reports that lack what the contract demands are refused: they are in no report here, and Meta would refuse them too.',
  fix: 'The evidence names the reason; the answer to the sender says which event and which field. Open a sample to see it.',
  snippets: SHARED_ID,
  trigger: (evidence) => {
    const reasons = longest(evidence).counts.family('reason:')
    return [...reasons.keys()]
      .filter((reason) => reason in PROBLEMS && !ELSEWHERE.has(reason))
      .flatMap((reason) => {
        const subject = { key: reason }
        const found = tooMany(evidence, {
          subject,
          above: NORMAL,
          tally: (counts) => ({
            affected: counts.sum(`reason:${reason}`),
            total: counts.sum('received'),
          }),
        })
        if (!found) return []
        const words = `${share(found.affected, found.total)} received events in the last ${span(found.hours)} were refused: ${titleOf(reason)}`
        return [{ subject, ...found, words, picks: withReason(reason) }]
      })
  },
}

const titleOf = (reason: string): string =>
  (PROBLEMS as Record<string, { readonly title: string }>)[reason]?.title ?? reason
