/**
 * Reading counters: one row is a number by event name, channel and metric, as the store gives it.
 * Every report of this folder is a fold of such rows. Pure.
 */
import type { Channel } from '../event/shape.ts'

export interface Count {
  /** Start of the hour or day (unix seconds), or 0 for a total. */
  readonly hour_s: number
  readonly event_name: string
  readonly channel: Channel
  readonly metric: string
  readonly n: number
}

/** Sum of one counter. Never below zero: a sum that a later event takes back may lag behind it. */
export function sumOf(rows: readonly Count[], metric: string, channel?: Channel): number {
  let sum = 0
  for (const row of rows) {
    if (row.metric === metric && (channel === undefined || row.channel === channel)) sum += row.n
  }
  return Math.max(0, sum)
}

/** Sums of a family (`unpaired:`) by what follows its name; what adds up to nothing is left out. */
export function familyOf(rows: readonly Count[], family: string): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { metric, n } of rows) {
    if (!metric.startsWith(family)) continue
    const name = metric.slice(family.length)
    sums.set(name, (sums.get(name) ?? 0) + n)
  }
  for (const [name, n] of sums) if (n <= 0) sums.delete(name)
  return sums
}

/** Stands for the event names beyond the bound, in counters and money. */
export const OTHER_NAME = '(other)'

export const isBrowser = ({ channel }: Count): boolean => channel === 'browser'
export const isServer = (row: Count): boolean => !isBrowser(row)

/** By event name, in the order in which the names come first. */
export function byEventName<Row extends Count>(rows: readonly Row[]): [string, Row[]][] {
  return [...Map.groupBy(rows, ({ event_name }) => event_name)]
}
