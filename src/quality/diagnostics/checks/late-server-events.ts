/** The server reports hours after the action. */
import { DELAY_STEPS } from '../../../event/delay.ts'
import { isBrowsing } from '../../../event/names.ts'
import type { Check } from '../check.ts'
import { longest } from '../evidence.ts'
import { sentence, tooMany } from '../share.ts'
import { TIMING } from '../snippets/timing.ts'

const LATE = DELAY_STEPS.map(([step]) => step).filter(
  (step) => step !== 'minute' && step !== 'hour',
)
const NORMAL = 0.3

export const lateServerEvents: Check = {
  code: 'late_server_events',
  title: 'Server events arrive hours late',
  severity: 'warning',
  about:
    'Ad platforms steer by what happened in the last hour. Server events that arrive later teach them too late, and after 48 hours they no longer meet their browser twin.',
  fix: 'Send in the request of the checkout, or from a queue that is emptied within seconds; replace the nightly job.',
  snippets: TIMING,
  trigger: (evidence) =>
    longest(evidence).counts.names.flatMap((event_name) => {
      if (isBrowsing(event_name)) return []
      const where = { name: event_name }
      const subject = { event_name, side: 'server' as const }
      const found = tooMany(evidence, {
        subject,
        above: NORMAL,
        tally: (counts) => ({
          affected: counts.sum(
            LATE.map((step) => `delay:${step}`),
            where,
          ),
          total: counts.sum(
            DELAY_STEPS.map(([step]) => `delay:${step}`),
            where,
          ),
        }),
      })
      if (!found) return []
      const words = `${sentence(found, subject)} came more than an hour after the action.`
      return [{ subject, ...found, words }]
    }),
}
