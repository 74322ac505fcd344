/** Two sides, two times. */
import { shareCheck, withFinding } from '../share.ts'
import { TIMING } from '../snippets/timing.ts'

export const eventTimeMismatch = shareCheck({
  code: 'event_time_mismatch',
  title: 'Browser and server disagree about the time',
  severity: 'warning',
  about:
    'The two sides name times more than half an hour apart: usually a local time sent as if it were UTC, or the time of sending.',
  fix: 'Send the moment of the action as unix seconds (UTC) on both sides.',
  snippets: TIMING,
  of: 'conversions',
  metrics: ['finding:event_time_mismatch'],
  total: (counts, where) => counts.sum('duplicate', where),
  above: 0.05,
  says: 'name a time more than 30 minutes away from the other report.',
  picks: withFinding('event_time_mismatch'),
})
