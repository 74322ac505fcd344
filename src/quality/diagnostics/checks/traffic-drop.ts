/** Far less than usual, two whole hours in a row. */
import { chanceOfAtMost, expectedIn, lowLevel } from '../baseline.ts'
import type { Check } from '../check.ts'
import { unusual } from '../unusual.ts'

/** Below it an hour cannot tell. */
const EXPECTED_MIN = 20

export const trafficDrop: Check = {
  code: 'traffic_drop',
  title: 'Far fewer events than usual',
  severity: 'warning',
  about:
    'Something still comes, but much less than at this hour of this weekday in the last weeks: one page, one browser or one server may have stopped reporting.',
  fix: 'Compare by event name and side in the overview, and look at what changed in the hour it began. If sales fell too, it is not the tracking.',
  trigger: (evidence) =>
    unusual(evidence, {
      expected: ({ profile }, fromS, toS) => expectedIn(profile, fromS, toS, lowLevel(profile)),
      chance: (n, expected, size) => chanceOfAtMost(n, expected, size),
      counts: (n, expected) => n > 0 && expected >= EXPECTED_MIN && n < expected / 2,
      says: 'fewer',
    }),
}
