/**
 * Legs as they come in, gathered under the event they became: a twin joins the row of the copy that
 * was kept. Pure. The rows are what the Test events page shows, newest first.
 */
import type { LegView } from '../../api/types.ts'
import { agentClass } from '../../event/agent-class.ts'
import type { Channel } from '../../event/shape.ts'

/** Rows kept; older ones fall off, the event log has them all. */
export const ROWS_MAX = 500

export interface Row {
  /** Seq of the kept event, or of the leg itself when it was dropped or rejected. */
  readonly seq: number
  /** In seq order. Its first is the kept one, unless that came before the page was opened. */
  readonly legs: readonly [LegView, ...LegView[]]
  /** Counts up with each leg that came while the page was open: what the highlight follows. */
  readonly seen: number
}

/** Adding a leg twice changes nothing, so a repeated stretch of the stream does no harm. */
export function addLegs(
  rows: readonly Row[],
  legs: readonly LegView[],
  { live }: { live: boolean },
): readonly Row[] {
  const bySeq = new Map(rows.map((row) => [row.seq, row]))
  for (const leg of legs) {
    const seq = leg.of_seq ?? leg.seq
    const row = bySeq.get(seq)
    const seen = (row?.seen ?? 0) + (live ? 1 : 0)
    if (!row) bySeq.set(seq, { seq, legs: [leg], seen })
    else if (!row.legs.some((known) => known.seq === leg.seq)) {
      bySeq.set(seq, { ...join(row, leg), seen })
    }
  }
  return [...bySeq.values()].sort((a, b) => b.seq - a.seq).slice(0, ROWS_MAX)
}

/** The leg that counts; absent when it came before the page was opened. */
export const keptLeg = (row: Row): LegView | undefined =>
  row.legs.find((leg) => leg.seq === row.seq)

export function orderOf({ legs }: Row): string | undefined {
  const order = legs.map((leg) => leg.custom_data?.order_id).find(Boolean)
  return order ? String(order) : undefined
}

/** Of the kept leg where it is known, else the first that came. */
export const eventIdOf = (row: Row): string | undefined =>
  keptLeg(row)?.event_id ?? row.legs.find(({ event_id }) => event_id !== undefined)?.event_id

/** Both ends of a long id: made ones begin alike, or end alike. */
export const shortId = (id: string): string =>
  id.length <= ID_CHARS_SHOWN ? id : `${id.slice(0, 8)}…${id.slice(-5)}`

const ID_CHARS_SHOWN = 16

export const legsOf = (row: Row, channel: Channel): readonly LegView[] =>
  row.legs.filter((leg) => leg.channel === channel)

/** As the server merges it: the server's value and currency win over the browser's. */
export function moneyOf(row: Row): { value: number; currency: string } | undefined {
  const server = row.legs.filter((leg) => leg.channel !== 'browser')
  for (const { custom_data } of [...server, ...row.legs]) {
    const value = custom_data?.value
    const currency = custom_data?.currency
    if (typeof value === 'number' && typeof currency === 'string') return { value, currency }
  }
  return undefined
}

export interface RowFilter {
  readonly channel?: Channel
  readonly event?: string
  /** test_event_code */
  readonly code?: string
  /** Family of the browser: agentClass. */
  readonly browser?: string
  /** Values of user_data, one of which a report carries. */
  readonly person?: readonly string[]
  /** Looked for in ids, names, addresses and parameters of every leg. */
  readonly text?: string
}

export function matches(row: Row, filter: RowFilter): boolean {
  const text = filter.text?.trim().toLowerCase()
  return row.legs.some(
    (leg) =>
      (!filter.channel || leg.channel === filter.channel) &&
      (!filter.event || leg.event_name === filter.event) &&
      (!filter.code || leg.test_event_code === filter.code) &&
      (!filter.browser || browserOf(leg) === filter.browser) &&
      (!filter.person || isOf(leg, filter.person)) &&
      (!text || searchText(leg).includes(text)),
  )
}

/** Undefined where a report names none. */
export function browserOf({ user_data: { client_user_agent } }: LegView): string | undefined {
  const agent = Array.isArray(client_user_agent) ? client_user_agent[0] : client_user_agent
  return agent === undefined ? undefined : agentClass(agent).browser
}

function isOf({ user_data }: LegView, person: readonly string[]): boolean {
  return Object.values(user_data)
    .flat()
    .some((value) => person.includes(value))
}

function join(row: Row, leg: LegView): Row {
  const [first = leg, ...rest] = [...row.legs, leg].sort((a, b) => a.seq - b.seq)
  return { ...row, legs: [first, ...rest] }
}

function searchText(leg: LegView): string {
  const { event_name, event_id, event_source_url, custom_data } = leg
  return [event_name, event_id, event_source_url, JSON.stringify(custom_data ?? {})]
    .join('\n')
    .toLowerCase()
}
