/**
 * Match quality of each event name, from the counters of a window: the score with its interval,
 * what each key covers, how much of it is usable, and what adding a key would bring. Of website
 * events that a server reported, as Meta's own score is. Pure.
 */
import type { MatchKind } from '../event/match-mask.ts'
import { WEB_KEYS, type WebKey } from '../event/refused-keys.ts'
import { byEventName, type Count, familyOf, isServer, sumOf } from './counters.ts'
import {
  type Band,
  bandOf,
  EVENTS_FOR_A_SCORE,
  eventsWith,
  type Gain,
  gainsOf,
  type Masks,
  type Score,
  scoreOf,
} from './match-score.ts'

/** What the report is made of, as the store is asked for it. */
export const MATCH_METRICS = ['match:', 'key:', 'invalid:', 'accepted', 'duplicate'] as const

export interface KeyQuality {
  readonly key: WebKey
  /** Reports that carry it in a usable form, of `of`. */
  readonly with: number
  readonly of: number
  /** Reports that sent it and of which nothing could be used. */
  readonly invalid: number
}

export interface MatchQuality extends Score {
  readonly event_name: string
  readonly band: Band | undefined
  /** Too few events for the score to say much. */
  readonly few: boolean
  readonly keys: readonly KeyQuality[]
  readonly gains: readonly Gain[]
}

/** By event name, the most events first. Names that no server reported on the web are left out. */
export function matchReport(rows: readonly Count[]): MatchQuality[] {
  return byEventName(rows.filter(isServer))
    .map(([event_name, own]) => ({ event_name, ...matchQualityOf(own) }))
    .filter(({ events }) => events > 0)
    .sort((a, b) => b.events - a.events || a.event_name.localeCompare(b.event_name))
}

/** Events by what they told about the person. */
export function masksIn(rows: readonly Count[]): Masks {
  return new Map([...familyOf(rows, 'match:')].map(([mask, n]) => [Number(mask), n]))
}

/** `rows`: of one event name. */
function matchQualityOf(rows: readonly Count[]): Omit<MatchQuality, 'event_name'> {
  const masks = masksIn(rows)
  const score = scoreOf(masks)
  return {
    ...score,
    band: score.score === undefined ? undefined : bandOf(score.score),
    few: score.events < EVENTS_FOR_A_SCORE,
    keys: keysOf(rows, masks, score.events),
    gains: gainsOf(masks),
  }
}

/** These are counted per event together with the score; the finer ones per report. */
const KIND_OF: { readonly [K in WebKey]?: MatchKind } = {
  em: 'em',
  ph: 'ph',
  external_id: 'external_id',
  fbc: 'fbc',
  fbp: 'fbp',
  client_ip_address: 'ip',
  client_user_agent: 'ua',
}

function keysOf(rows: readonly Count[], masks: Masks, events: number): KeyQuality[] {
  const reports = sumOf(rows, 'accepted') + sumOf(rows, 'duplicate')
  return WEB_KEYS.map((key) => {
    const kind = KIND_OF[key]
    const invalid = sumOf(rows, `invalid:${key}`)
    return kind
      ? { key, with: eventsWith(masks, kind), of: events, invalid }
      : { key, with: sumOf(rows, `key:${key}`), of: reports, invalid }
  }).filter((row) => row.with > 0 || row.invalid > 0 || KIND_OF[row.key])
}
