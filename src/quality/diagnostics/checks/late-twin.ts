/** The second report comes late. */
import { shareCheck, withFinding } from '../share.ts'
import { TIMING } from '../snippets/timing.ts'

export const lateTwin = shareCheck({
  code: 'late_twin',
  title: 'The second report comes more than half an hour later',
  severity: 'suggestion',
  about:
    'Ad platforms learn most in the first minutes after an action, and a late copy that differs can no longer be corrected.',
  fix: 'Send the server event in the request of the checkout, or from a queue that is emptied within seconds.',
  snippets: TIMING,
  of: 'conversions',
  metrics: ['finding:late_twin'],
  total: (counts, where) => counts.sum('duplicate', where),
  above: 0.2,
  says: 'came more than 30 minutes after the first report of the action.',
  picks: withFinding('late_twin'),
})
