/** Nothing came for longer than chance allows: of one side as a whole, or of one event name. */
import { expectedIn, lowLevel, type Series } from '../baseline.ts'
import type { Check, Hit } from '../check.ts'
import type { Evidence } from '../evidence.ts'
import { INSTALL } from '../snippets/install.ts'
import { count, span, subjectWords } from '../words.ts'

/** One false alarm in a hundred shops and years, at a look every minute. */
const CHANCE_MAX = 1e-6
/** A restart or a release is no outage. */
const SILENT_S_MIN = 30 * 60

export const silence: Check = {
  code: 'silence',
  title: 'Nothing is received any more',
  severity: 'error',
  about:
    'Reports have stopped that usually come at this hour of this weekday. What is not reported now is lost for reports and campaigns, unless it is sent later.',
  fix: 'Look at what changed last: a release, a theme, a plugin, a token, a firewall, the consent banner. Open a page and watch Test events; send one event from the server and read the answer.',
  snippets: INSTALL,
  clearHours: 1,
  trigger: (evidence) => {
    const hits = evidence.series.flatMap((series) => silent(series, evidence))
    const silentSides = new Set(
      hits.flatMap(({ subject }) => (subject.event_name ? [] : [subject.side])),
    )
    // Where a whole side is silent, its event names are, too: one finding says it.
    return hits.filter(
      ({ subject }) => !subject.event_name || !silentSides.has(subject.side ?? 'browser'),
    )
  },
}

function silent(series: Series, { nowMs, upSinceMs }: Evidence): Hit[] {
  const { event_name, side, profile, lastSeenS } = series
  const nowS = nowMs / 1000
  const oldest = Math.min(...series.recent.keys(), nowS - 48 * 3600)
  const fromS = Math.max(lastSeenS ?? oldest, upSinceMs / 1000)
  if (nowS - fromS < SILENT_S_MIN) return []
  const expected = expectedIn(profile, fromS, nowS, lowLevel(profile))
  // A visit that does not come takes all its reports with it.
  const chance = (profile.size / (profile.size + expected / profile.clump)) ** profile.size
  if (chance > CHANCE_MAX) return []
  const hours = (nowS - fromS) / 3600
  const subject = { side, ...(event_name === undefined ? {} : { event_name }) }
  const lost = Math.round(expected)
  return [
    {
      subject,
      affected: lost,
      total: lost,
      hours,
      words: `No ${event_name ?? 'event'} from ${side === 'browser' ? 'browsers' : 'servers'} for ${span(Math.max(1, Math.floor(hours)))}; about ${count(lost)} reports of ${subjectWords(subject)} usually come in this time.`,
    },
  ]
}
