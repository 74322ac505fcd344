/** What the score's trend and its chart share. Days are UTC's, whatever the reader's clock says. */

export interface TrendPoint {
  /** Start of the day, unix seconds. */
  readonly time: number
  readonly scores: Readonly<Record<string, { score: number; events: number } | undefined>>
}

/** Three that everybody can tell apart; the chart dashes them differently, too. */
export const TREND_COLORS = [
  'var(--twofold-both)',
  'var(--twofold-server)',
  'var(--twofold-browser)',
] as const

const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' })

export const utcDay = (second: number): string => day.format(second * 1000)

/** Midnight of the same date on the reader's clock, for what names days by it. */
export function asLocalDay(second: number): number {
  const at = new Date(second * 1000)
  return new Date(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()).getTime() / 1000
}
