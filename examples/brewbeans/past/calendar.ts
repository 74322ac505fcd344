/** When people visit: by the hour (Central Europe's day) and by the day of the week. */
import type { Dice } from './dice.ts'
import { HOUR_MS } from './faults.ts'

/** UTC hours 0 to 23. */
const HOURS = [
  12, 8, 6, 5, 7, 14, 28, 42, 50, 54, 56, 60, 58, 52, 50, 54, 62, 74, 88, 96, 90, 70, 44, 22,
] as const
/** Sunday first. */
const WEEKDAYS = [1.12, 1.04, 0.97, 0.94, 0.95, 0.93, 1.05] as const

export function dayShares(dice: Dice, dayMs: number): { ofWeek: number; momentIn: () => number } {
  const sum = HOURS.reduce<number>((all, one) => all + one, 0)
  const momentIn = (): number => {
    let left = dice.random() * sum
    const hour = HOURS.findIndex((one) => {
      left -= one
      return left < 0
    })
    return Math.max(0, hour) * HOUR_MS + dice.whole(0, HOUR_MS - 1)
  }
  return { ofWeek: WEEKDAYS[new Date(dayMs).getUTCDay()] ?? 1, momentIn }
}
