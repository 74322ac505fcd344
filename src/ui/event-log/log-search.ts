/**
 * What a person looks for in the event log, as it stands in the address, and how the server is
 * asked for it. Pure. Who is looked for is never part of the address.
 */
import { FINDINGS } from '../../event/findings.ts'
import { text } from '../search-text.ts'

export const VERDICTS = ['accepted', 'duplicate', 'dropped', 'rejected', 'all'] as const
export const SEEN_BY = [
  'both',
  'browser_only',
  'server_only',
  'browser',
  'server',
  'other',
] as const

export interface LogSearch {
  readonly event_id?: string | undefined
  readonly order_id?: string | undefined
  readonly event?: string | undefined
  readonly verdict?: (typeof VERDICTS)[number] | undefined
  readonly reason?: string | undefined
  readonly seen_by?: (typeof SEEN_BY)[number] | undefined
  readonly finding?: string | undefined
  /** Local time, as the input writes it: 2026-03-01T09:30. */
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** A search that is not valid must become undefined and not be left out; see router.tsx. */
export function readLogSearch(search: Record<string, unknown>): LogSearch {
  return {
    event_id: text(search.event_id),
    order_id: text(search.order_id),
    event: text(search.event),
    verdict: VERDICTS.find((one) => one === search.verdict),
    reason: text(search.reason),
    seen_by: SEEN_BY.find((one) => one === search.seen_by),
    finding: Object.keys(FINDINGS).find((one) => one === search.finding),
    from: moment(search.from),
    to: moment(search.to),
  }
}

/** `person`: hashes and cookie values, never what was typed. */
export function logQuery(search: LogSearch, person: readonly string[]): URLSearchParams {
  const { event, from, to, ...same } = search
  const wanted: Record<string, string | undefined> = {
    ...same,
    event_name: event,
    from: secondOf(from),
    to: secondOf(to),
    person: person.join(',') || undefined,
  }
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(wanted)) if (value) query.set(name, value)
  return query
}

/** Whether the log itself is looked through, because no index leads to what is asked for. */
export const isLookedThrough = (search: LogSearch, person: readonly string[]): boolean =>
  (person.length > 0 || search.finding !== undefined) &&
  search.event_id === undefined &&
  search.order_id === undefined

const moment = (value: unknown): string | undefined =>
  typeof value === 'string' && secondOf(value) !== undefined ? value : undefined

function secondOf(local: string | undefined): string | undefined {
  const ms = local === undefined ? Number.NaN : new Date(local).getTime()
  return ms >= 0 ? String(Math.floor(ms / 1000)) : undefined
}
