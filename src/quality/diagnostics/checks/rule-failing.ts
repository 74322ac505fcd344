/** A rule that cannot do its work. */
import { shareCheck, withFinding } from '../share.ts'

export const ruleFailing = shareCheck({
  code: 'rule_failing',
  title: 'A rule matches but cannot be applied',
  severity: 'warning',
  about:
    'A rule of this dataset could not be used, or one of its actions could not be done: events went on without it.',
  fix: 'Open the rule that a sample names, try it on stored events, and narrow its conditions.',
  of: 'together',
  metrics: ['finding:rule_failed', 'finding:rule_not_applied'],
  above: 0.01,
  says: 'met a rule that could not be applied.',
  picks: withFinding('rule_failed', 'rule_not_applied'),
})
