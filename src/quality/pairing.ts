/**
 * How browser and server find together, from counters: event coverage against its goal, what the
 * pairs were recognised by, and why the rest has no twin. Pure.
 */
import type { MatchedBy } from '../event/shape.ts'
import { UNPAIRED_REASONS, type UnpairedReason } from '../event/unpaired.ts'
import { type Count, familyOf, isBrowser, isServer, sumOf } from './counters.ts'
import { type Interval, wilson } from './wilson.ts'

export const PAIRING_METRICS = [
  'pair:',
  'pair_by:',
  'unpaired:',
  'suspected:',
  'key:external_id',
  'key:fbp',
  'event_id',
  'accepted',
  'duplicate',
] as const

/** Meta's goal for event coverage. */
export const COVERAGE_GOAL = 0.75

/** In Meta's order: what an earlier key explains, a later one does not count again. */
export const PAIR_KEYS = [
  'event_id',
  'fallback_external_id',
  'fallback_fbp',
  'order_id',
  'repaired',
] as const satisfies readonly MatchedBy[]

export interface Sides {
  readonly both: number
  readonly browser_only: number
  readonly server_only: number
}

export interface Pairing extends Sides {
  /** Browser events that the server reported too; undefined where there were none. */
  readonly coverage: number | undefined
  readonly interval: Interval
  readonly by: readonly { readonly how: MatchedBy; readonly events: number }[]
  /** Reports that can carry a key, and those that do. */
  readonly keys: readonly SharedKey[]
  readonly unpaired: {
    readonly browser: readonly Unpaired[]
    readonly server: readonly Unpaired[]
  }
}

export interface SharedKey {
  readonly key: 'event_id' | 'external_id' | 'fbp'
  readonly browser: { readonly with: number; readonly of: number }
  readonly server: { readonly with: number; readonly of: number }
}

export interface Unpaired {
  readonly reason: UnpairedReason
  readonly events: number
}

export function pairingOf(rows: readonly Count[]): Pairing {
  const sides = sidesOf(rows)
  const seen = sides.both + sides.browser_only
  const by = familyOf(rows, 'pair_by:')
  return {
    ...sides,
    coverage: seen === 0 ? undefined : sides.both / seen,
    interval: wilson(sides.both, seen),
    by: PAIR_KEYS.map((how) => ({ how, events: by.get(how) ?? 0 })),
    keys: (['event_id', 'external_id', 'fbp'] as const).map((key) => ({
      key,
      browser: carrying(rows.filter(isBrowser), key),
      server: carrying(rows.filter(isServer), key),
    })),
    unpaired: {
      browser: unpairedOf(rows.filter(isBrowser)),
      server: unpairedOf(rows.filter(isServer)),
    },
  }
}

export function sidesOf(rows: readonly Count[]): Sides {
  return {
    both: sumOf(rows, 'pair:both'),
    browser_only: sumOf(rows, 'pair:browser'),
    server_only: sumOf(rows, 'pair:server') + sumOf(rows, 'pair:other'),
  }
}

/**
 * Meta's event coverage is the mean of the days, so that one large day does not hide six bad ones.
 * `rows` by day; undefined where no day saw a browser event.
 */
export function meanCoverage(rows: readonly Count[]): number | undefined {
  const days = [...Map.groupBy(rows, ({ hour_s }) => hour_s).values()]
    .map((day) => pairingOf(day).coverage)
    .filter((coverage) => coverage !== undefined)
  return days.length === 0 ? undefined : days.reduce((sum, one) => sum + one, 0) / days.length
}

function carrying(rows: readonly Count[], key: SharedKey['key']): { with: number; of: number } {
  const metric = key === 'event_id' ? key : `key:${key}`
  return { with: sumOf(rows, metric), of: sumOf(rows, 'accepted') + sumOf(rows, 'duplicate') }
}

/** An event that looked like a later one under another id has that as its reason. */
function unpairedOf(rows: readonly Count[]): Unpaired[] {
  const counts = familyOf(rows, 'unpaired:')
  const suspected = familyOf(rows, 'suspected:')
  let moved = 0
  const own = Object.keys(UNPAIRED_REASONS).map((name) => {
    const reason = name as UnpairedReason
    const all = counts.get(reason) ?? 0
    const away = reason === 'different_id' ? 0 : Math.min(all, suspected.get(reason) ?? 0)
    moved += away
    return { reason, events: all - away }
  })
  return own
    .map(({ reason, events }) => ({
      reason,
      events: reason === 'different_id' ? events + moved : events,
    }))
    .filter(({ events }) => events > 0)
    .sort((a, b) => b.events - a.events)
}
