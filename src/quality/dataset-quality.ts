/**
 * The report in the shape of Meta's Dataset Quality API, so that tools made for it can read ours:
 * root `web`, one entry per event name, percentages from 0 to 100. Our numbers under those names;
 * what only Meta can know (gains measured on similar advertisers) is left out, as Meta leaves out
 * what it has no estimate of. Pure; api/graph-quality.ts answers it.
 */
import { FINDINGS } from '../event/findings.ts'
import { isBrowsing } from '../event/names.ts'
import type { WebKey } from '../event/refused-keys.ts'
import { byEventName, type Count, familyOf, isServer, sumOf } from './counters.ts'
import { FRESHNESS_METRICS, freshnessOf } from './freshness.ts'
import { MATCH_METRICS, type MatchQuality, matchReport } from './match-report.ts'
import { COVERAGE_GOAL, PAIRING_METRICS, pairingOf } from './pairing.ts'

/** Read over 48 hours, as totals. */
export const SCORE_METRICS = [...MATCH_METRICS, ...FRESHNESS_METRICS, 'finding:'] as const
/** Read over 7 days, by day. */
export const WEEK_METRICS = PAIRING_METRICS

export interface Percentage {
  readonly percentage: number
  readonly description?: string
}

export interface WebEvent {
  readonly event_name: string
  readonly event_match_quality: {
    readonly composite_score: number
    readonly match_key_feedback: readonly {
      readonly identifier: string
      readonly coverage: Percentage
    }[]
    readonly diagnostics: readonly Diagnostic[]
  }
  readonly event_coverage?: Percentage & { readonly goal_percentage: number }
  readonly dedupe_key_feedback: readonly DedupeKey[]
  readonly data_freshness?: { readonly upload_frequency: string; readonly description: string }
  readonly acr?: Percentage
}

export interface Diagnostic extends Percentage {
  readonly name: string
  readonly description: string
  readonly solution: string
  readonly affected_event_count: number
  readonly total_event_count: number
}

export interface DedupeKey {
  readonly dedupe_key: 'event_id' | 'external_id' | 'fbp'
  readonly browser_events_with_dedupe_key: Percentage
  readonly server_events_with_dedupe_key: Percentage
  readonly overall_browser_coverage_from_dedupe_key: Percentage
}

export function datasetQuality(
  score: readonly Count[],
  week: readonly Count[],
): { readonly web: WebEvent[] } {
  const scored = new Map(byEventName(score))
  const weekly = new Map(byEventName(week))
  return {
    web: matchReport(score).map((quality) => {
      const own = scored.get(quality.event_name) ?? []
      return {
        event_name: quality.event_name,
        event_match_quality: {
          composite_score: rounded(quality.score ?? 0, 1),
          match_key_feedback: keysOf(quality),
          diagnostics: diagnosticsOf(own.filter(isServer)),
        },
        ...pairsOf(quality.event_name, weekly.get(quality.event_name) ?? []),
        ...freshness(own),
      }
    }),
  }
}

const IDENTIFIERS: Record<WebKey, string> = {
  em: 'email',
  ph: 'phone',
  external_id: 'external_id',
  fbc: 'fbc',
  fbp: 'fbp',
  client_ip_address: 'ip_address',
  client_user_agent: 'user_agent',
  fn: 'first_name',
  ln: 'last_name',
  ct: 'city',
  st: 'state',
  zp: 'zip',
  country: 'country',
  db: 'date_of_birth',
  ge: 'gender',
}

function keysOf({ keys }: MatchQuality): WebEvent['event_match_quality']['match_key_feedback'] {
  return keys
    .filter((row) => row.with > 0)
    .map((row) => ({
      identifier: IDENTIFIERS[row.key],
      coverage: { percentage: percent(row.with, row.of) },
    }))
}

/** Findings that call for something to be done, the widest first. */
function diagnosticsOf(rows: readonly Count[]): Diagnostic[] {
  const total = sumOf(rows, 'accepted') + sumOf(rows, 'duplicate')
  return [...familyOf(rows, 'finding:')]
    .flatMap(([code, affected]) => {
      const entry = (FINDINGS as Record<string, { title: string; fix: string }>)[code]
      if (!entry || entry.fix.startsWith('Nothing to do')) return []
      const affected_event_count = Math.min(affected, total)
      return [
        {
          name: code,
          description: entry.title,
          solution: entry.fix,
          percentage: percent(affected_event_count, total),
          affected_event_count,
          total_event_count: total,
        },
      ]
    })
    .sort((a, b) => b.affected_event_count - a.affected_event_count)
}

const COVERAGE_TEXT = 'Of the events of browsers, those the server reported too. Mean of 7 days.'
const CARRIED_TEXT = 'Reports of the last 7 days that carry the key.'
const BY_KEY_TEXT =
  'Of the events of browsers, those that a server report met by this key and by none before it.'
const MORE_TEXT =
  'Conversions that only the server reported, in relation to those of browsers. Last 7 days.'

function pairsOf(
  name: string,
  rows: readonly Count[],
): Pick<WebEvent, 'event_coverage' | 'dedupe_key_feedback' | 'acr'> {
  const { both, browser_only, server_only, keys } = pairingOf(rows)
  const seen = both + browser_only
  const shares = shareByKey(rows)
  const whole = Object.values(shares).reduce((sum, one) => sum + one, 0)
  return {
    ...(seen === 0
      ? {}
      : {
          event_coverage: {
            percentage: rounded(100 * whole, 2),
            goal_percentage: 100 * COVERAGE_GOAL,
            description: COVERAGE_TEXT,
          },
        }),
    dedupe_key_feedback: keys.map(({ key, browser, server }) => ({
      dedupe_key: key,
      browser_events_with_dedupe_key: about(percent(browser.with, browser.of), CARRIED_TEXT),
      server_events_with_dedupe_key: about(percent(server.with, server.of), CARRIED_TEXT),
      overall_browser_coverage_from_dedupe_key: about(rounded(100 * shares[key], 2), BY_KEY_TEXT),
    })),
    ...(seen === 0 || isBrowsing(name)
      ? {}
      : { acr: about(percent(server_only, seen), MORE_TEXT) }),
  }
}

/**
 * Mean of the days, as Meta states coverage, key by key: together they are the coverage. What was
 * paired by its order or repaired leaves here under one id, so to others it is the id that matched.
 */
function shareByKey(rows: readonly Count[]): Record<DedupeKey['dedupe_key'], number> {
  const days = [...Map.groupBy(rows, ({ hour_s }) => hour_s).values()]
    .map((day) => ({ day, seen: sumOf(day, 'pair:both') + sumOf(day, 'pair:browser') }))
    .filter(({ seen }) => seen > 0)
  const mean = (...how: readonly string[]): number =>
    days.reduce((sum, { day, seen }) => {
      const pairs = how.reduce((all, one) => all + sumOf(day, `pair_by:${one}`), 0)
      return sum + pairs / seen / days.length
    }, 0)
  return {
    event_id: mean('event_id', 'order_id', 'repaired'),
    external_id: mean('fallback_external_id'),
    fbp: mean('fallback_fbp'),
  }
}

function freshness(rows: readonly Count[]): Pick<WebEvent, 'data_freshness'> {
  const { frequency, mean_delay_s } = freshnessOf(rows)
  if (!frequency || mean_delay_s === undefined) return {}
  const description = `Server events arrived ${Math.round(mean_delay_s)} s after the action, on average.`
  return { data_freshness: { upload_frequency: frequency, description } }
}

const about = (percentage: number, description: string): Percentage => ({
  percentage,
  description,
})
const percent = (part: number, all: number): number =>
  all === 0 ? 0 : rounded(Math.min(100, (100 * part) / all), 2)
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))
