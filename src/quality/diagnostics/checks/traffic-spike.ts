/** Far more than usual, two whole hours in a row. */
import { chanceOfAtLeast, expectedIn, highLevel } from '../baseline.ts'
import type { Check } from '../check.ts'
import { AFFECTED_MIN } from '../share.ts'
import { unusual } from '../unusual.ts'

const TIMES = 4

export const trafficSpike: Check = {
  code: 'traffic_spike',
  title: 'Far more events than usual',
  severity: 'suggestion',
  about:
    'Several times the usual number of reports comes: a campaign or a sale, or else a loop in a script, a double installation, an import, or robots.',
  fix: 'If nothing of yours explains it, look at the newest events: one address, one browser or one page points to the cause. Rules can leave it out.',
  trigger: (evidence) =>
    unusual(evidence, {
      expected: ({ profile }, fromS, toS) => expectedIn(profile, fromS, toS, highLevel(profile)),
      chance: (n, expected, size) => chanceOfAtLeast(n, expected, size),
      counts: (n, expected) => n >= AFFECTED_MIN && n > TIMES * expected,
      says: 'more',
    }),
}
