/** Reports that had to be repaired. */
import { shareCheck, withFinding } from '../share.ts'

export const formatRepaired = shareCheck({
  code: 'format_repaired',
  title: 'Events that do not follow the contract',
  severity: 'suggestion',
  about:
    'Keys in the wrong place, unknown keys and wrong types are repaired or kept out here. Meta refuses the whole request for some of them.',
  fix: 'Look at the findings of a sample: each names the key and what it should be.',
  of: 'each',
  metrics: ['finding:unexpected_key', 'finding:moved_key', 'finding:invalid_parameter'],
  above: 0.3,
  says: 'carry a key that is unknown, misplaced or of the wrong type.',
  picks: withFinding('unexpected_key', 'moved_key', 'invalid_parameter'),
})
