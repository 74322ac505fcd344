/** Routes of deduplication: how the two sides find together, and samples of what did not. */
import { isBrowsing } from '../event/names.ts'
import { UNPAIRED_REASONS } from '../event/unpaired.ts'
import { byEventName, type Count } from '../quality/counters.ts'
import {
  meanCoverage,
  PAIRING_METRICS,
  type Pairing,
  pairingOf,
  sidesOf,
  type Unpaired,
} from '../quality/pairing.ts'
import { coverageOf, rangeOf } from './quality.ts'
import {
  deduplicationSchema,
  eventQualityQuerySchema,
  unpairedQuerySchema,
  unpairedSamplesSchema,
} from './quality-schemas.ts'
import { DAY_S, qualityWindow, sevenDays } from './quality-window.ts'
import { type Route, route } from './route.ts'
import type { DeduplicationAnswer, UnpairedSamplesAnswer } from './types.ts'
import { findUnpaired } from './unpaired-samples.ts'
import { stepsOf, type Window } from './window.ts'

const HOUR_S = 3600
/** More points than this are drawn by day. */
const HOURS_SHOWN_MAX = 96

export const deduplicationRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/datasets/{id}/deduplication',
    auth: { needs: 'read', on: 'dataset' },
    summary: 'How browser and server reports find together',
    description:
      'Event coverage against its goal, what pairs were recognised by, and why conversions are ' +
      'known to one side only. From counters: it costs the same at any size.',
    query: eventQualityQuerySchema,
    answer: { status: 200, description: 'The report.', schema: deduplicationSchema },
    run: async ({ id, query }, { store, nowMs }): Promise<DeduplicationAnswer> => {
      const window = qualityWindow(query, nowMs())
      const step = window.to - window.from <= HOURS_SHOWN_MAX * HOUR_S ? 'hour' : 'day'
      const covered = stepsOf({ ...window, step }, nowMs())
      const of = (row: Count): boolean =>
        query.event_name === undefined || row.event_name === query.event_name
      const [read, steps, week] = await Promise.all([
        store.counters({ ...rangeOf(id, window), by: 'total', metrics: PAIRING_METRICS }),
        store.counters({ ...rangeOf(id, covered), by: step, metrics: ['pair:'] }),
        store.counters({ ...rangeOf(id, sevenDays(window)), by: 'day', metrics: ['pair:'] }),
      ])
      const rows = read.counters.filter(of)
      return {
        dataset_id: id,
        ...window,
        event_name: query.event_name ?? null,
        ...pairingView(rows),
        coverage_7d: meanCoverage(week.counters.filter(of)) ?? null,
        by_event: byEvent(read.counters),
        step,
        points: pointsOf(steps.counters.filter(of), covered, step === 'hour' ? HOUR_S : DAY_S),
      }
    },
  }),
  route({
    method: 'GET',
    path: '/api/datasets/{id}/deduplication/unpaired',
    auth: { needs: 'read', on: 'dataset' },
    summary: 'Samples of conversions that only one side knows, each with its reason',
    description:
      'Looks through the newest conversions of the window, a bounded number of them. A reason that ' +
      'only another event can tell (the same id outside of the window) is looked up as well.',
    query: unpairedQuerySchema,
    answer: { status: 200, description: 'The samples.', schema: unpairedSamplesSchema },
    run: ({ id, query }, { store, nowMs }): Promise<UnpairedSamplesAnswer> =>
      findUnpaired(store, {
        dataset_id: id,
        ...qualityWindow(query, nowMs()),
        event_name: query.event_name,
        side: query.side ?? 'server',
        reason: query.reason,
        limit: query.limit ?? 0,
      }),
  }),
]

function pairingView(
  rows: readonly Count[],
): Pick<DeduplicationAnswer, 'coverage' | 'by' | 'keys' | 'unpaired'> {
  const { by, keys, unpaired }: Pairing = pairingOf(rows)
  return {
    coverage: coverageOf(rows),
    by: [...by],
    keys: [...keys],
    unpaired: { browser: explained(unpaired.browser), server: explained(unpaired.server) },
  }
}

function explained(all: readonly Unpaired[]): DeduplicationAnswer['unpaired']['browser'] {
  return all.map(({ reason, events }) => ({ reason, ...UNPAIRED_REASONS[reason], events }))
}

/** Conversions first, then those with the most events. */
function byEvent(rows: readonly Count[]): DeduplicationAnswer['by_event'] {
  const all = byEventName(rows)
    .map(([event_name, own]) => ({
      event_name,
      conversion: !isBrowsing(event_name),
      coverage: coverageOf(own),
      paired_by: pairingOf(own).by.filter(({ events }) => events > 0),
    }))
    .filter(({ coverage }) => countedIn(coverage) > 0)
  return all.sort(
    (a, b) =>
      Number(b.conversion) - Number(a.conversion) ||
      countedIn(b.coverage) - countedIn(a.coverage) ||
      a.event_name.localeCompare(b.event_name),
  )
}

function countedIn(sides: { both: number; browser_only: number; server_only: number }): number {
  return sides.both + sides.browser_only + sides.server_only
}

/** One point per step, also where nothing happened. */
function pointsOf(
  rows: readonly Count[],
  { from, to }: Window,
  stepS: number,
): DeduplicationAnswer['points'] {
  const byStep = Map.groupBy(rows, ({ hour_s }) => hour_s)
  const points: DeduplicationAnswer['points'] = []
  for (let time = from; time < to; time += stepS) {
    points.push({ time, ...sidesOf(byStep.get(time) ?? []) })
  }
  return points
}
