/**
 * How long Meta wants us to wait by the usage headers of the Graph API, which tell how much of a
 * quota is spent before it runs out.
 */
import { isObject, unpackJson } from '../event/parse-scalars.ts'
import { pauseMs } from './http-exchange.ts'

/** Spent quota (percent) from which the pace drops; all of it is a full stop. */
const SPENT_PERCENT_FREE = 75
const SPENT_PERCENT_MAX = 100
/** The pause just before the stop, and that of a stop whose end is not told. */
const NEARLY_SPENT_MS = 60_000
const SPENT_MS = 5 * 60_000

/** The pause before the next request; 0 while there is quota enough. */
export function usagePauseMs(headers: Headers): number {
  const usages = [
    ...usagesIn(headers.get('x-app-usage')),
    ...usagesIn(headers.get('x-ad-account-usage')),
    ...usagesIn(headers.get('x-business-use-case-usage')),
  ]
  return Math.max(0, ...usages.map(pauseOf))
}

type Usage = { readonly [key: string]: unknown }

/** One object, or one list of objects for each business. */
function usagesIn(header: string | null): Usage[] {
  const value = header === null ? undefined : unpackJson(header)
  if (!isObject(value)) return []
  const lists = Object.values(value).filter(Array.isArray)
  return [value, ...lists.flat().filter(isObject)]
}

function pauseOf(usage: Usage): number {
  const { call_count, total_time, total_cputime, acc_id_util_pct } = usage
  const shares = [call_count, total_time, total_cputime, acc_id_util_pct].map(numberOf)
  const percent = Math.max(...shares)
  // Minutes in one header, seconds in the other.
  const regainMs = numberOf(usage.estimated_time_to_regain_access) * 60_000
  const resetMs = numberOf(usage.reset_time_duration) * 1000
  if (regainMs > 0) return pauseMs(regainMs)
  if (percent >= SPENT_PERCENT_MAX) return pauseMs(resetMs || SPENT_MS)
  const share = (percent - SPENT_PERCENT_FREE) / (SPENT_PERCENT_MAX - SPENT_PERCENT_FREE)
  return share > 0 ? Math.round(share * NEARLY_SPENT_MS) : 0
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}
