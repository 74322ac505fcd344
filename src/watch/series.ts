/**
 * Series of hourly counts with their seasonal baseline: one for each side as a whole, and one for
 * each of the most frequent event names of a side. Pure; called by evidence-reader.ts.
 */

import { DIAGNOSTIC_SERIES_NAMES_MAX } from '../diagnostic-limits.ts'
import type { StoredEvent } from '../event/shape.ts'
import { type Count, OTHER_NAME } from '../quality/counters.ts'
import { type Profile, profileOf, type Series } from '../quality/diagnostics/baseline.ts'
import type { Side } from '../quality/diagnostics/counts.ts'

const HOUR_S = 3600

export type Profiles = readonly {
  readonly event_name: string | undefined
  readonly side: Side
  readonly profile: Profile
}[]

const SIDES: readonly Side[] = ['browser', 'server']

type Hours = Map<number, number>

export function profilesOf(
  rows: readonly Count[],
  range: { readonly fromS: number; readonly toS: number },
): Profiles {
  return SIDES.flatMap((side) => {
    const byName = hoursOf(rows, side)
    const names = [...byName]
      .filter(([name]) => name !== OTHER_NAME)
      .map(([name, hours]) => ({ name, n: [...hours.values()].reduce((sum, n) => sum + n, 0) }))
      .sort((a, b) => b.n - a.n)
      .slice(0, DIAGNOSTIC_SERIES_NAMES_MAX)
      .map(({ name }) => name)
    return [undefined, ...names].flatMap((event_name) => {
      const hours = event_name === undefined ? together(byName) : byName.get(event_name)
      const profile = hours && hours.size > 0 ? profileOf(hours, range) : undefined
      return profile ? [{ event_name, side, profile }] : []
    })
  })
}

export function seriesOf(
  profiles: Profiles,
  rows: readonly Count[],
  sample: readonly StoredEvent[],
): Series[] {
  const recent = { browser: hoursOf(rows, 'browser'), server: hoursOf(rows, 'server') }
  const seen = newestIn(sample)
  return profiles.map(({ event_name, side, profile }) => {
    const byName = recent[side]
    const hours: Hours =
      event_name === undefined ? together(byName) : (byName.get(event_name) ?? new Map())
    const last = [...hours].reduce((max, [hourS, n]) => (n > 0 && hourS > max ? hourS : max), -1)
    const exact = seen.get(`${side} ${event_name ?? ''}`) ?? 0
    // The counter tells only the hour: where the sample does not know better, its end is taken.
    const lastSeenS = last < 0 ? undefined : exact >= last ? exact : last + HOUR_S
    return { event_name, side, profile, recent: hours, lastSeenS }
  })
}

/** When the newest report of each side and event name came, among the sample. */
function newestIn(sample: readonly StoredEvent[]): ReadonlyMap<string, number> {
  const newest = new Map<string, number>()
  for (const { legs } of sample) {
    for (const { event, envelope, verdict } of legs) {
      if (verdict !== 'accepted' && verdict !== 'duplicate') continue
      const side = envelope.channel === 'browser' ? 'browser' : 'server'
      const atS = envelope.received_at_ms / 1000
      for (const key of [`${side} ${event.event_name}`, `${side} `]) {
        newest.set(key, Math.max(newest.get(key) ?? 0, atS))
      }
    }
  }
  return newest
}

function hoursOf(rows: readonly Count[], side: Side): Map<string, Hours> {
  const byName = new Map<string, Hours>()
  for (const { event_name, channel, hour_s, n } of rows) {
    if ((channel === 'browser') !== (side === 'browser')) continue
    const hours = byName.get(event_name) ?? new Map<number, number>()
    hours.set(hour_s, (hours.get(hour_s) ?? 0) + n)
    byName.set(event_name, hours)
  }
  return byName
}

function together(byName: ReadonlyMap<string, Hours>): Hours {
  const all: Hours = new Map()
  for (const hours of byName.values()) {
    for (const [hourS, n] of hours) all.set(hourS, (all.get(hourS) ?? 0) + n)
  }
  return all
}
