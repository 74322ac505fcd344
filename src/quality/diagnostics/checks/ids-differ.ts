/** Two sides, two ids. */
import { shareCheck, withFinding } from '../share.ts'
import { SHARED_ID } from '../snippets/shared-id.ts'

export const idsDiffer = shareCheck({
  code: 'ids_differ',
  title: 'Browser and server use different ids',
  severity: 'error',
  about:
    'The same sale arrives from both sides under two event ids: it is counted twice here unless repair is on, and twice by Meta.',
  fix: 'Make the event_id from the order number on both sides, character by character the same.',
  snippets: SHARED_ID,
  of: 'conversions',
  metrics: [
    'suspected:no_id',
    'suspected:never_seen',
    'suspected:blocked',
    'suspected:no_server_report',
    'suspected:different_id',
  ],
  total: (counts, where) => counts.sum('accepted', where),
  above: 0.05,
  says: 'look like an action that the other side reported under another id.',
  picks: withFinding('possible_twin'),
})
