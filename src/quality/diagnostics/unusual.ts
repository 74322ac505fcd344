/**
 * Two whole hours in a row that chance does not explain, of many series at once: Benjamini and
 * Hochberg's bound keeps the whole list as quiet as a single series. Called by the checks of drops
 * and spikes. Pure.
 */
import type { Series } from './baseline.ts'
import type { Hit } from './check.ts'
import type { Evidence } from './evidence.ts'
import { count, subjectWords } from './words.ts'

const HOUR_S = 3600
const CHANCE_MAX = 1e-4
const HOURS = 2

interface Spec {
  readonly expected: (series: Series, fromS: number, toS: number) => number
  readonly chance: (n: number, expected: number, size: number) => number
  /** Whether an hour is far enough off to be worth a word. */
  readonly counts: (n: number, expected: number) => boolean
  readonly says: 'fewer' | 'more'
}

export function unusual(evidence: Evidence, { expected, chance, counts, says }: Spec): Hit[] {
  const endS = Math.floor(evidence.nowMs / 1000 / HOUR_S) * HOUR_S
  const fromS = endS - HOURS * HOUR_S
  if (evidence.upSinceMs / 1000 > fromS) return []
  const found = evidence.series.flatMap((series) => {
    let worst = 0
    let [n, usual] = [0, 0]
    for (let hourS = fromS; hourS < endS; hourS += HOUR_S) {
      const got = series.recent.get(hourS) ?? 0
      const due = expected(series, hourS, hourS + HOUR_S)
      if (!counts(got, due)) return []
      worst = Math.max(worst, chance(got, due, series.profile.size))
      n += got
      usual += due
    }
    return [{ series, n, usual, worst }]
  })
  const bound = boundOf(
    found.map(({ worst }) => worst),
    evidence.series.length,
  )
  return found
    .filter(({ worst }) => worst <= bound)
    .map(({ series: { event_name, side }, n, usual }) => {
      const subject = { side, ...(event_name === undefined ? {} : { event_name }) }
      const words = `${count(n)} reports of ${subjectWords(subject)} in the last ${HOURS} whole hours; about ${count(usual)} are usual at this time of the week.`
      const affected = says === 'fewer' ? usual - n : n - usual
      return { subject, affected: Math.round(affected), total: Math.round(n), hours: HOURS, words }
    })
}

/** The largest chance that may pass when `tests` were looked at. */
function boundOf(chances: readonly number[], tests: number): number {
  const sorted = [...chances].sort((a, b) => a - b)
  return sorted.findLast((one, index) => one <= (CHANCE_MAX * (index + 1)) / tests) ?? -1
}
