/** Whether an event still comes, in words, with the days that say so. Pure but for the locale. */
import type { EventNamesAnswer } from '../../api/types.ts'
import { formatBucket } from '../format.ts'

export type Activity = EventNamesAnswer['event_names'][number]

const HOUR_S = 3600

export const STATUS_WORDS: Record<Activity['status'], { title: string; color: string }> = {
  active: { title: 'Active', color: 'teal' },
  new: { title: 'New', color: 'blue' },
  stopped: { title: 'Stopped', color: 'orange' },
  rare: { title: 'Now and then', color: 'gray' },
}

export function activityDetail({ status, days, days_of_seven }: Activity): string {
  const on = `Seen on ${days} of the last 28 days`
  if (status === 'stopped') {
    return `${on}, ${days_of_seven} of them in the week up to the last one. Nothing for 24 hours: look whether the site or the server still sends it.`
  }
  return `${on}.`
}

/** Counters are kept by the hour, so a time within one is not known. */
export function lastSeen({ last_seen_s, precision }: Activity, nowMs: number): string {
  if (precision === 'day') return `last seen ${formatBucket(last_seen_s, 'day')}`
  const hours = Math.floor(nowMs / 1000 / HOUR_S) - Math.floor(last_seen_s / HOUR_S)
  return hours <= 0 ? 'seen this hour' : `last seen ${hours} h ago`
}
