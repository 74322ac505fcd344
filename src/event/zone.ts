/**
 * Days and clocks of a time zone, so that a day of a report is the day of the shop. Pure: the
 * runtime's own table of zones. Used by orders that come from files and by reconciliation.
 */

export const isZone = (zone: string): boolean => {
  try {
    clockOf(zone)
    return true
  } catch {
    return false
  }
}

/** 2026-11-28 */
export function dayOf(seconds: number, zone: string): string {
  return localOf(seconds, zone).slice(0, 10)
}

/** The moment at which a local day begins, unix seconds. */
export function dayStart(day: string, zone: string): number {
  return momentAt(`${day}T00:00:00`, zone)
}

/** The day after (or before). */
export function dayPlus(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

/**
 * Unix seconds of a local time such as 2026-11-28T09:30:00. A time that a clock shows twice is the
 * first; one that it skips is as much later.
 */
export function momentAt(local: string, zone: string): number {
  const asUtcS = Date.parse(`${local}Z`) / 1000
  const guess = asUtcS - offsetAt(asUtcS, zone)
  const before = asUtcS - offsetAt(guess - 3 * 3600, zone)
  return localOf(before, zone) === local ? before : asUtcS - offsetAt(guess, zone)
}

/** Seconds by which the zone is ahead of UTC. */
function offsetAt(seconds: number, zone: string): number {
  return Date.parse(`${localOf(seconds, zone)}Z`) / 1000 - Math.floor(seconds)
}

function localOf(seconds: number, zone: string): string {
  const parts = clockOf(zone).formatToParts(Math.floor(seconds) * 1000)
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? ''
  const date = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`
  return `${date}T${part('hour')}:${part('minute')}:${part('second')}`
}

const clocks = new Map<string, Intl.DateTimeFormat>()
const CLOCKS_MAX = 500

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US-u-ca-gregory', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  })
  if (clocks.size >= CLOCKS_MAX) clocks.clear()
  clocks.set(zone, made)
  return made
}
