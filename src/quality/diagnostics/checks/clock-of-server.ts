/** Server times that cannot be. */
import { shareCheck, withReason } from '../share.ts'
import { TIMING } from '../snippets/timing.ts'

export const clockOfServer = shareCheck({
  code: 'clock_of_server',
  title: 'Server events with impossible times',
  severity: 'error',
  about:
    'Events from the future are refused: the clock of the server is wrong, or milliseconds are sent for seconds.',
  fix: 'Send unix seconds (UTC), such as Math.floor(Date.now() / 1000), and keep the server’s clock in time (NTP).',
  snippets: TIMING,
  of: 'together',
  side: 'server',
  metrics: ['reason:event_in_future', 'finding:event_time_repaired'],
  total: (counts, where) => counts.sum('received', where),
  above: 0.02,
  says: 'have a time in the future or not in seconds.',
  picks: withReason('event_in_future'),
})
