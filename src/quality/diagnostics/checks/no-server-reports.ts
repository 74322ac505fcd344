/** Conversions that only browsers report. */
import { isBrowsing, isStandardEvent } from '../../../event/names.ts'
import type { Check } from '../check.ts'
import { keptIn } from '../counts.ts'
import { longest } from '../evidence.ts'
import { SHARED_ID } from '../snippets/shared-id.ts'
import { count, span } from '../words.ts'

const EVENTS_MIN = 100

export const noServerReports: Check = {
  code: 'no_server_reports',
  title: 'Only browsers report this conversion',
  severity: 'suggestion',
  about:
    'Blockers, in-app browsers and visitors who leave early cost browsers a part of their reports. What the server reports too cannot be lost that way.',
  fix: 'Send the same event from your server, with the same event_id.',
  snippets: SHARED_ID,
  trigger: (evidence) => {
    const { counts, hours } = longest(evidence)
    return counts.names.flatMap((event_name) => {
      // A name of the shop's own may be anything: of a standard one it is known to be a conversion.
      if (isBrowsing(event_name) || !isStandardEvent(event_name)) return []
      const browser = keptIn(counts, { name: event_name, side: 'browser' })
      if (browser < EVENTS_MIN || keptIn(counts, { name: event_name, side: 'server' }) > 0)
        return []
      const words = `${count(browser)} reports of ${event_name} from browsers in the last ${span(hours)}, none from a server.`
      return [{ subject: { event_name }, affected: browser, total: browser, hours, words }]
    })
  },
}
