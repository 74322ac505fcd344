/** Reports that come too late to be taken. */
import { shareCheck, withReason } from '../share.ts'
import { TIMING } from '../snippets/timing.ts'

export const eventsTooOld = shareCheck({
  code: 'events_too_old',
  title: 'Events refused because they are too old',
  severity: 'error',
  about:
    'A website event more than seven days old is taken by nobody. Usually a job that failed is catching up, or an import sends history as live events.',
  fix: 'Send events as they happen. Import history with the right action_source, not as website events.',
  snippets: TIMING,
  of: 'each',
  metrics: ['reason:event_too_old'],
  total: (counts, where) => counts.sum('received', where),
  above: 0.02,
  says: 'were refused: more than seven days old.',
  picks: withReason('event_too_old'),
})
