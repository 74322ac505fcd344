/**
 * When each event name was seen and what that says today: from counters of 28 days by day and of
 * the last 48 hours by hour. Pure.
 */
import { byEventName, type Count } from './counters.ts'

/** What is read: hours for the moment, days for the habit. */
export const ACTIVITY_METRICS = ['received'] as const
export const ACTIVITY_DAYS = 28
export const ACTIVITY_HOURS = 48

/**
 * active: within the last 24 hours. new: the same, and never before the last 48, in a dataset that
 * is older. stopped: nothing for 24 hours, though it came on most of the days before. rare: now and
 * then.
 */
export type ActivityStatus = 'active' | 'new' | 'stopped' | 'rare'

export interface Activity {
  readonly event_name: string
  readonly status: ActivityStatus
  /** Start of the hour (within 48 hours) or of the day in which it was received last. */
  readonly last_seen_s: number
  readonly precision: 'hour' | 'day'
  /** Days of the last 28 on which it was received. */
  readonly days: number
  /** Of the seven days up to its last one: on how many it came. */
  readonly days_of_seven: number
}

const DAY_S = 86_400
const HOUR_S = 3600
/** Of seven days: from so many on, a day without it is worth a word. */
const HABIT_DAYS = 4

export function activityOf(
  { days, hours }: { readonly days: readonly Count[]; readonly hours: readonly Count[] },
  nowS: number,
): readonly Activity[] {
  const byHour = new Map(byEventName(hours))
  const began = Math.min(...days.filter(seen).map(({ hour_s }) => hour_s))
  return byEventName(days)
    .flatMap(([event_name, own]) => {
      const on = [...new Set(own.filter(seen).map(({ hour_s }) => hour_s))].sort((a, b) => a - b)
      const lastDay = on.at(-1)
      const firstDay = on[0]
      if (lastDay === undefined || firstDay === undefined) return []
      const late = (byHour.get(event_name) ?? []).filter(seen).map(({ hour_s }) => hour_s)
      const lastHour = late.length > 0 ? Math.max(...late) : undefined
      const days_of_seven = on.filter((day) => day > lastDay - 7 * DAY_S).length
      const isRecent = lastHour !== undefined && lastHour + HOUR_S > nowS - DAY_S
      const isNew = firstDay > nowS - 2 * DAY_S - DAY_S / 2 && began < firstDay - DAY_S
      const status: ActivityStatus = isRecent
        ? isNew
          ? 'new'
          : 'active'
        : days_of_seven >= HABIT_DAYS
          ? 'stopped'
          : 'rare'
      return [
        {
          event_name,
          status,
          last_seen_s: lastHour ?? lastDay,
          precision: lastHour === undefined ? ('day' as const) : ('hour' as const),
          days: on.length,
          days_of_seven,
        },
      ]
    })
    .sort((a, b) => b.last_seen_s - a.last_seen_s || a.event_name.localeCompare(b.event_name))
}

const seen = ({ n }: Count): boolean => n > 0
