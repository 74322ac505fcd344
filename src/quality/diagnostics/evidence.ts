/**
 * Everything that the checks look at: counters of a few windows, the seasonal baseline, settings,
 * how deliveries get on, and a bounded sample of recent events. Made once per dataset and pass by
 * watch/, then shared by all checks. Plain data and pure functions.
 */
import type { Dataset } from '../../event/dataset.ts'
import type { StoredEvent } from '../../event/shape.ts'
import type { Count } from '../counters.ts'
import type { Series } from './baseline.ts'
import { type Counts, countsOf } from './counts.ts'

/** Shortest first: a check takes the first that tells it something. */
export const WINDOW_HOURS = [2, 6, 24, 72, 168] as const

export interface CountedWindow {
  readonly hours: number
  readonly counts: Counts
}

/** Exact sums, as the store keeps them: units and millionths apart. */
export interface MoneyOf {
  readonly event_name: string
  readonly currency: string
  readonly units: bigint
  readonly micros: bigint
  readonly n: number
}

export interface DestinationFacts {
  readonly destination_id: string
  readonly name: string
  readonly type: string
  readonly enabled: boolean
  /** What it feeds at Meta. */
  readonly remote_id?: string
  readonly lane: string
  readonly alarm?: { readonly code: string; readonly detail: string; readonly since_ms: number }
  readonly waiting: number
  readonly oldest_waiting_ms?: number
  /** In the last 24 hours. */
  readonly delivered: number
  readonly rejected: number
  readonly retried: number
}

export interface TokenFacts {
  readonly id: string
  readonly name: string
  readonly purpose: string
  readonly created_at_ms: number
  readonly expires_at_ms?: number
  readonly last_used_ms?: number
  /** When another was made in its place; both work for a while. */
  readonly replaced_at_ms?: number
}

/** A shop whose platform feeds pixels of Meta’s by itself. */
export interface RivalFacts {
  readonly shop: string
  readonly pixels: readonly string[]
}

export interface Evidence {
  readonly nowMs: number
  /** Since when this server runs: nothing can have arrived before. */
  readonly upSinceMs: number
  readonly dataset: Dataset
  readonly windows: readonly [CountedWindow, ...CountedWindow[]]
  /** The days before the last 24 hours, at most 28 of them, as one window to compare with. */
  readonly before: Counts
  /** Of the longest window, and of `before`. */
  readonly money: readonly MoneyOf[]
  readonly moneyDay: readonly MoneyOf[]
  readonly moneyBefore: readonly MoneyOf[]
  readonly series: readonly Series[]
  readonly destinations: readonly DestinationFacts[]
  readonly tokens: readonly TokenFacts[]
  readonly rivals: readonly RivalFacts[]
  /** The newest events of the most frequent names. */
  readonly sample: readonly StoredEvent[]
}

export interface EvidenceParts
  extends Omit<Evidence, 'windows' | 'before' | 'money' | 'moneyDay' | 'moneyBefore'> {
  /** Totals, one per entry of WINDOW_HOURS. */
  readonly rows: readonly (readonly Count[])[]
  readonly rowsBefore: readonly Count[]
  readonly money: readonly MoneyOf[]
  readonly moneyDay: readonly MoneyOf[]
  readonly moneyBefore: readonly MoneyOf[]
}

export function evidenceOf({ rows, rowsBefore, ...parts }: EvidenceParts): Evidence {
  const [first, ...rest] = WINDOW_HOURS.map((hours, index) => ({
    hours,
    counts: countsOf(rows[index] ?? []),
  }))
  if (!first) throw new Error('there is at least one window')
  return { ...parts, windows: [first, ...rest], before: countsOf(rowsBefore) }
}

export const longest = ({ windows }: Evidence): CountedWindow => windows.at(-1) ?? windows[0]

/** The window of one day. */
export const dayOf = ({ windows }: Evidence): CountedWindow =>
  windows.find(({ hours }) => hours === 24) ?? windows[0]
