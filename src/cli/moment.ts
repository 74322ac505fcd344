/** Moments as people type them: now, unix seconds, a date, or how long ago (30m, 2h, 7d). */
import { wrongUsage } from './exit.ts'

const UNIT_S: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Unix seconds. */
export function parseMoment(text: string, nowS: number): number {
  if (text === 'now') return Math.floor(nowS)
  if (/^\d{1,11}$/.test(text)) return Number(text)
  const [, amount, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (amount !== undefined) return Math.floor(nowS - Number(amount) * (UNIT_S[unit] ?? 0))
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isFinite(ms)) return Math.floor(ms / 1000)
  throw wrongUsage(
    `"${text}" is not a moment.`,
    'Give unix seconds, a date such as 2027-01-31 or 2027-01-31T08:00:00Z, an age such as 2h, or now.',
  )
}
