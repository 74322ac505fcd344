/**
 * How a dataset is: the last whole hour beside the same hour of the days before, and which steps of
 * the setup the data itself shows to be done. From counters; pure.
 */
import { type Count, isBrowser, isServer, sumOf } from './counters.ts'

/** Days before whose same hour is compared with. */
export const USUAL_DAYS = 7
/** Fewer days than this say nothing of what is usual. */
const DAYS_FOR_USUAL = 3
/** Where the quietest of those hours had fewer events, none at all is nothing special. */
const EVENTS_FOR_SILENCE = 10

const HOUR_S = 3600
const DAY_S = 86_400

export interface HourHealth {
  /** Start of the last whole hour (unix seconds). */
  readonly from: number
  readonly received: number
  readonly this_hour: number
  /** unknown: too few days before. silent: nothing, though there always was. */
  readonly state: 'unknown' | 'silent' | 'low' | 'usual' | 'high'
  /** Of the same hour of the days before: least, middle and most. */
  readonly usual: { readonly low: number; readonly middle: number; readonly high: number } | null
  /** Days before that had events at all (n). */
  readonly days: number
}

/** `rows`: received, by hour, of the last eight days. */
export function hourHealth(rows: readonly Count[], nowS: number): HourHealth {
  const thisHour = Math.floor(nowS / HOUR_S) * HOUR_S
  const from = thisHour - HOUR_S
  const byHour = new Map<number, number>()
  for (const { hour_s, n } of rows) byHour.set(hour_s, (byHour.get(hour_s) ?? 0) + n)
  const at = (hour: number): number => byHour.get(hour) ?? 0
  // A dataset that is three days old has three days to compare with, not seven.
  const began = Math.min(...byHour.keys())
  const before = Array.from({ length: USUAL_DAYS }, (_, day) => from - (day + 1) * DAY_S)
    .filter((hour) => hour >= began)
    .map(at)
    .sort((a, b) => a - b)
  const received = at(from)
  const [low = 0] = before
  const high = before.at(-1) ?? 0
  const middle = before[Math.floor(before.length / 2)] ?? 0
  const known = before.length >= DAYS_FOR_USUAL
  return {
    from,
    received,
    this_hour: at(thisHour),
    state: known ? stateOf(received, low, high) : 'unknown',
    usual: known ? { low, middle, high } : null,
    days: before.length,
  }
}

/** Twice or half of what was ever seen at that hour: a day may be busier than seven others. */
function stateOf(received: number, low: number, high: number): HourHealth['state'] {
  if (received === 0) return low >= EVENTS_FOR_SILENCE ? 'silent' : 'usual'
  if (received * 2 < low && low >= EVENTS_FOR_SILENCE) return 'low'
  return received > 2 * high && received >= 2 * EVENTS_FOR_SILENCE ? 'high' : 'usual'
}

/** In the order in which they are best done. */
export const SETUP_STEPS = [
  'pixel',
  'server',
  'shared_ids',
  'match_keys',
  'destination',
  'delivered',
  'domains',
] as const
export type SetupStep = (typeof SETUP_STEPS)[number]

export interface SetupState {
  readonly step: SetupStep
  readonly done: boolean
  /** What shows it: so many of so many, where it is a matter of numbers. */
  readonly with?: number
  readonly of?: number
}

export const SETUP_METRICS = [
  'accepted',
  'duplicate',
  'event_id',
  'key:em',
  'key:ph',
  'pair:both',
  'pair_by:',
] as const
/** Half of the pairs by a shared id, half of a server's reports with an e-mail or a phone. */
const ENOUGH = 0.5

interface Facts {
  /** SETUP_METRICS as totals. */
  readonly rows: readonly Count[]
  readonly destinations: number
  readonly delivered: number
  readonly domains: number
}

export function setupOf({ rows, destinations, delivered, domains }: Facts): SetupState[] {
  const kept = (side: readonly Count[]): number =>
    sumOf(side, 'accepted') + sumOf(side, 'duplicate')
  const server = rows.filter(isServer)
  const [fromBrowser, fromServer] = [kept(rows.filter(isBrowser)), kept(server)]
  const both = sumOf(rows, 'pair:both')
  const byId = Math.min(both, sumOf(rows, 'pair_by:event_id'))
  // The better of the two stands for both: events may carry either.
  const keyed = Math.min(fromServer, Math.max(sumOf(server, 'key:em'), sumOf(server, 'key:ph')))
  const share = (part: number, of: number) => ({
    done: of > 0 && part >= ENOUGH * of,
    with: part,
    of,
  })
  return [
    { step: 'pixel', done: fromBrowser > 0 },
    { step: 'server', done: fromServer > 0 },
    { step: 'shared_ids', ...share(byId, both) },
    { step: 'match_keys', ...share(keyed, fromServer) },
    { step: 'destination', done: destinations > 0 },
    { step: 'delivered', done: delivered > 0 },
    { step: 'domains', done: domains > 0 },
  ]
}
