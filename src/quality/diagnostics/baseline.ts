/**
 * What a dataset usually receives at this hour of this weekday, from four weeks of hourly counters,
 * and how surprising it is to receive less or more. Counts are taken as negative binomial: shops
 * have good and bad days, and a plain Poisson would cry wolf on each. Pure.
 */
import type { Side } from './counts.ts'

const HOUR_S = 3600
const DAY_S = 86_400
/** Less history than this knows no weekday. */
export const BASELINE_DAYS_MIN = 14
export const BASELINE_DAYS = 28

/** One event name (or all) of one side, by the hour. */
export interface Series {
  /** undefined: every name. */
  readonly event_name: string | undefined
  readonly side: Side
  readonly profile: Profile
  /** Kept reports by hour, of the last two days, to the present one. */
  readonly recent: ReadonlyMap<number, number>
  /** When the last one came, as exactly as is known; undefined: longer ago than `recent`. */
  readonly lastSeenS: number | undefined
}

export interface Profile {
  /** Reports a day in the long run and of late. */
  readonly daily: number
  readonly dailyOfLate: number
  /** Share of a day that falls into each hour (UTC); adds up to 1. */
  readonly hours: readonly number[]
  /** By weekday, Thursday (the first of January 1970) first; about 1. */
  readonly weekdays: readonly number[]
  /** Size of the negative binomial: the smaller, the more a day differs from its mean. */
  readonly size: number
  /** Reports come together, several of one visit: how many count as one where chance is asked. */
  readonly clump: number
}

const SIZE_MIN = 4
const SIZE_MAX = 60
/** Days that every weekday's mean is pulled towards the whole by: four of its own say little. */
const WEEKDAY_PRIOR = 2

/**
 * `hours`: kept reports by start of the hour, complete hours from `fromS` to `toS` (whole days).
 * Undefined while there is too little history.
 */
export function profileOf(
  hours: ReadonlyMap<number, number>,
  { fromS, toS }: { readonly fromS: number; readonly toS: number },
): Profile | undefined {
  const first = Math.min(...hours.keys())
  const start = Math.max(fromS, Math.floor(first / DAY_S) * DAY_S + DAY_S)
  const days = Math.floor((toS - start) / DAY_S)
  if (!(days >= BASELINE_DAYS_MIN)) return undefined
  const daySums = new Array<number>(days).fill(0)
  const hourSums = new Array<number>(24).fill(0)
  for (const [hourS, n] of hours) {
    const day = Math.floor((hourS - start) / DAY_S)
    if (day < 0 || day >= days) continue
    daySums[day] = (daySums[day] ?? 0) + n
    const hour = Math.floor((hourS % DAY_S) / HOUR_S)
    hourSums[hour] = (hourSums[hour] ?? 0) + n
  }
  const total = sum(daySums)
  if (total <= 0) return undefined
  const daily = total / days
  const weekdays = weekdaysOf(daySums, start, daily)
  // One report a day is spread evenly, so that no hour is thought impossible.
  const shares = hourSums.map((n) => (n + days / 24) / (total + days))
  const level = daySums.map((n, day) => n / (weekdays[weekdayOf(start + day * DAY_S)] ?? 1))
  return {
    daily,
    dailyOfLate: sum(level.slice(-7)) / Math.min(7, days),
    hours: shares,
    weekdays,
    size: sizeOf(level),
    clump: clumpOf(hours, { start, daySums, shares }),
  }
}

function weekdaysOf(daySums: readonly number[], start: number, daily: number): number[] {
  return Array.from({ length: 7 }, (_, weekday) => {
    const own = daySums.filter((_, day) => weekdayOf(start + day * DAY_S) === weekday)
    return (sum(own) + WEEKDAY_PRIOR * daily) / (own.length + WEEKDAY_PRIOR) / daily
  })
}

const weekdayOf = (seconds: number): number => Math.floor(seconds / DAY_S) % 7
const sum = (all: readonly number[]): number => all.reduce((total, n) => total + n, 0)

/** By moments, of days without their weekday. */
function sizeOf(days: readonly number[]): number {
  const mean = sum(days) / days.length
  const variance = sum(days.map((n) => (n - mean) ** 2)) / Math.max(1, days.length - 1)
  if (variance <= mean) return SIZE_MAX
  return Math.min(SIZE_MAX, Math.max(SIZE_MIN, mean ** 2 / (variance - mean)))
}

interface Spread {
  readonly start: number
  readonly daySums: readonly number[]
  readonly shares: readonly number[]
}

/** How much more the hours of a day differ from its usual curve than single reports would. */
function clumpOf(hours: ReadonlyMap<number, number>, { start, daySums, shares }: Spread): number {
  let squares = 0
  let expected = 0
  daySums.forEach((ofDay, day) => {
    shares.forEach((share, hour) => {
      const n = hours.get(start + day * DAY_S + hour * HOUR_S) ?? 0
      squares += (n - ofDay * share) ** 2
      expected += ofDay * share
    })
  })
  return Math.max(1, squares / expected)
}

/** Expected in [fromS, toS); hours that lie in it partly count by their part. */
export function expectedIn(profile: Profile, fromS: number, toS: number, level: number): number {
  let expected = 0
  for (let hourS = Math.floor(fromS / HOUR_S) * HOUR_S; hourS < toS; hourS += HOUR_S) {
    const covered = (Math.min(toS, hourS + HOUR_S) - Math.max(fromS, hourS)) / HOUR_S
    const hour = profile.hours[Math.floor((hourS % DAY_S) / HOUR_S)] ?? 0
    expected += level * hour * (profile.weekdays[weekdayOf(hourS)] ?? 1) * covered
  }
  return expected
}

/** The lower of the two: a shop that shrinks slowly is not an outage. */
export const lowLevel = ({ daily, dailyOfLate }: Profile): number => Math.min(daily, dailyOfLate)
export const highLevel = ({ daily, dailyOfLate }: Profile): number => Math.max(daily, dailyOfLate)

/** Beyond it numbers are scaled down together: what varies by then is the day, not the count. */
const EXACT_MAX = 20_000

/** The chance of at most k where `mean` is expected. In logarithms, so that no large mean is 0. */
export function chanceOfAtMost(k: number, mean: number, size: number): number {
  const scale = Math.min(1, EXACT_MAX / Math.max(k, mean, 1))
  const [most, expected] = [Math.floor(k * scale), mean * scale]
  const p = size / (size + expected)
  let term = size * Math.log(p)
  let all = Math.exp(term)
  for (let i = 1; i <= most; i++) {
    term += Math.log(((size + i - 1) / i) * (1 - p))
    all += Math.exp(term)
  }
  return Math.min(1, all)
}

export const chanceOfAtLeast = (k: number, mean: number, size: number): number =>
  k <= 0 ? 1 : Math.max(0, 1 - chanceOfAtMost(k - 1, mean, size))
