/** Set up and never used. */
import type { Check } from '../check.ts'
import { longest } from '../evidence.ts'
import { INSTALL } from '../snippets/install.ts'
import { span } from '../words.ts'

const HOURS_MIN = 24
const HOUR_MS = 3_600_000

export const neverReceived: Check = {
  code: 'never_received',
  title: 'Nothing has been received yet',
  severity: 'warning',
  about: 'The dataset exists, and no event has ever reached it in the last weeks.',
  fix: 'Put the snippet of the page Install on your site, open the site, and watch Test events.',
  snippets: INSTALL,
  clearHours: 0.25,
  trigger: (evidence) => {
    const { dataset, nowMs, before } = evidence
    const hours = Math.floor((nowMs - dataset.created_at_ms) / HOUR_MS)
    if (hours < HOURS_MIN || dataset.demo) return []
    const received = longest(evidence).counts.sum('received') + before.sum('received')
    if (received > 0) return []
    const words = `No event since the dataset was made ${span(hours)} ago.`
    return [{ subject: {}, affected: 0, total: 0, hours, words }]
  },
}
