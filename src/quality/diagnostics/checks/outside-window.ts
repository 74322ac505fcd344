/** Too late to meet. */
import { shareCheck } from '../share.ts'
import { TIMING } from '../snippets/timing.ts'

export const outsideWindow = shareCheck({
  code: 'outside_window',
  title: 'Server reports too late to be recognised',
  severity: 'error',
  about:
    'A report that comes 48 hours after the action no longer meets its twin: it is counted as a sale of its own.',
  fix: 'Send server events within minutes. For corrections after days use a source of its own, not a second Purchase.',
  snippets: TIMING,
  of: 'conversions',
  side: 'server',
  metrics: ['unpaired:late'],
  total: (counts, where) => counts.sum('accepted', where),
  above: 0.05,
  says: 'came more than 48 hours after the action.',
})
