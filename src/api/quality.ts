/** The route of match quality: scores, coverage, freshness and their trend, from counters. */

import { byEventName, type Count, isServer } from '../quality/counters.ts'
import { FRESHNESS_METRICS, freshnessOf } from '../quality/freshness.ts'
import { MATCH_METRICS, masksIn, matchReport } from '../quality/match-report.ts'
import { BANDS, EVENTS_FOR_A_SCORE, scoreOf } from '../quality/match-score.ts'
import { COVERAGE_GOAL, PAIRING_METRICS, pairingOf } from '../quality/pairing.ts'
import { qualityQuerySchema, qualitySchema, remoteQualitySchema } from './quality-schemas.ts'
import { qualityWindow, trendDays } from './quality-window.ts'
import { type Route, route } from './route.ts'
import type { MatchQualityAnswer, RemoteQualityAnswer } from './types.ts'

const METRICS = [...new Set([...MATCH_METRICS, ...FRESHNESS_METRICS, ...PAIRING_METRICS])]

export const qualityRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/datasets/{id}/quality',
    auth: { needs: 'read', on: 'dataset' },
    summary: 'How well events can be matched to people',
    description:
      'Per event name, of the website events that servers report: our estimate from 0 to 10 with ' +
      'its interval, what each key covers, and what adding a key would bring. Not a score of Meta: ' +
      'its formula is not public, ours is (docs/match-quality.md).',
    query: qualityQuerySchema,
    answer: { status: 200, description: 'The report.', schema: qualitySchema },
    run: async ({ id, query }, { store, nowMs }): Promise<MatchQualityAnswer> => {
      const window = qualityWindow(query, nowMs())
      const days = trendDays(window)
      const [read, byDay] = await Promise.all([
        store.counters({ ...rangeOf(id, window), by: 'total', metrics: METRICS }),
        store.counters({ ...rangeOf(id, days), by: 'day', metrics: ['match:'] }),
      ])
      return {
        dataset_id: id,
        ...window,
        few_below: EVENTS_FOR_A_SCORE,
        bands: BANDS.map(({ band, from }) => ({ band, from })),
        events: eventsOf(read.counters),
        trend: trendOf(byDay.counters),
      }
    },
  }),
  route({
    method: 'GET',
    path: '/api/datasets/{id}/quality/remote',
    auth: { needs: 'read', on: 'dataset' },
    summary: "Meta's own scores of the same dataset",
    description:
      'Asks Meta with the token of each Meta destination; answers are kept for ten minutes. Empty ' +
      'where no destination can say anything about match quality.',
    answer: { status: 200, description: 'One entry per destination.', schema: remoteQualitySchema },
    run: async ({ id }, { remoteScores }): Promise<RemoteQualityAnswer> => ({
      scores: (await remoteScores.of(id)).map(({ fetched_at_ms, problem, events, ...whose }) => ({
        ...whose,
        fetched_at: Math.floor(fetched_at_ms / 1000),
        problem: problem ?? null,
        events: events.map((event) => ({
          event_name: event.event_name,
          score: event.score ?? null,
          event_coverage: event.event_coverage ?? null,
          keys: event.keys.map((key) => ({ ...key })),
        })),
      })),
    }),
  }),
]

export const rangeOf = (
  dataset_id: string,
  { from, to }: { readonly from: number; readonly to: number },
) => ({ dataset_id, from_s: from, to_s: to })

function eventsOf(rows: readonly Count[]): MatchQualityAnswer['events'] {
  const byName = new Map(byEventName(rows))
  return matchReport(rows).map(({ interval, score, band, keys, gains, ...event }) => {
    const own = byName.get(event.event_name) ?? []
    return {
      ...event,
      score: score ?? null,
      band: band ?? null,
      ...interval,
      keys: [...keys],
      gains: [...gains],
      coverage: coverageOf(own),
      freshness: freshnessView(own),
    }
  })
}

export function coverageOf(rows: readonly Count[]): MatchQualityAnswer['events'][0]['coverage'] {
  const { coverage, interval, both, browser_only, server_only } = pairingOf(rows)
  const share = coverage ?? null
  return { share, ...interval, goal: COVERAGE_GOAL, both, browser_only, server_only }
}

function freshnessView(rows: readonly Count[]): MatchQualityAnswer['events'][0]['freshness'] {
  const { frequency, mean_delay_s, events, steps } = freshnessOf(rows)
  return {
    frequency: frequency ?? null,
    mean_delay_s: mean_delay_s ?? null,
    events,
    steps: [...steps],
  }
}

function trendOf(rows: readonly Count[]): MatchQualityAnswer['trend'] {
  const groups = Map.groupBy(rows.filter(isServer), (row) => `${row.hour_s}\n${row.event_name}`)
  return [...groups.values()]
    .flatMap((own) => {
      const [first] = own
      const { score, events } = scoreOf(masksIn(own))
      if (!first || score === undefined) return []
      return [{ time: first.hour_s, event_name: first.event_name, score, events }]
    })
    .sort((a, b) => a.time - b.time || a.event_name.localeCompare(b.event_name))
}
