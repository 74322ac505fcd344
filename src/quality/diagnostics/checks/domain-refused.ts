/** Pages that are not on the list. */
import { shareCheck, withReason } from '../share.ts'

export const domainRefused = shareCheck({
  code: 'domain_refused',
  title: 'Events dropped: site not on the list',
  severity: 'warning',
  about:
    'Pages of a site that is not among the allowed domains report to this dataset, and are dropped. Either the list lacks a site of yours, or a stranger copied your pixel.',
  fix: 'Look at the addresses of the samples. Add the site to allowed domains in the settings if it is yours.',
  of: 'together',
  side: 'browser',
  metrics: ['reason:domain_not_allowed'],
  total: (counts, where) => counts.sum('received', where),
  above: 0.02,
  says: 'were dropped: the site is not allowed.',
  picks: withReason('domain_not_allowed'),
})
