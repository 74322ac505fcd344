/**
 * Orders that nobody reported, as events of a server: through the ordinary ingest, under the id
 * that every other report of the order has or is merged by, so that a late twin does no harm.
 * What may be counted already under another id is only sent while a twin would still be
 * recognised. Called by reconciler.ts.
 */
import { EVENT_AGE_PHYSICAL_STORE_S_MAX, EVENT_AGE_S_MAX } from '../event/bounds.ts'
import type { Dataset } from '../event/dataset.ts'
import { eventId } from '../event/ids.ts'
import type { Accept } from '../ingest/ingest.ts'
import { DEDUP_WINDOW_MS } from '../limits.ts'
import { RECONCILE_GRACE_MS, RECONCILE_LOOKUPS, RECONCILE_PAGE } from '../order-limits.ts'
import type { Order } from '../store/orders.ts'
import type { Store } from '../store/store.ts'
import type { FoldedRow } from './fold.ts'
import type { Missing, Reason, SendReport, UnsentReason } from './view.ts'

/** Orders shown of a trial. */
const SHOWN = 200
/** Extras that may be the very order that is missing, told under another id. */
const UNCLEAR: ReadonlySet<Reason | null> = new Set([
  ...(['no_order', 'order_unknown', 'outside_book', 'test_event'] as const),
])
const NEAR_S = 86_400

interface PlanContext {
  readonly nowMs: number
  readonly older: boolean
  /** What was counted and is no order, of these days and of those beside them. */
  readonly extras: readonly FoldedRow[]
}

/** Orders that a send is about: sold, and nobody counted them. */
export const isUncounted = ({ kind, reason }: FoldedRow): boolean =>
  kind === 'missing' || reason === 'before_start'

export function planSend(
  rows: readonly FoldedRow[],
  { nowMs, older, extras }: PlanContext,
): PlannedSend[] {
  const unclear = extras.filter(({ kind, reason }) => kind === 'extra' && UNCLEAR.has(reason))
  return rows.flatMap((row) => {
    const { order } = row
    if (!order || !isUncounted(row)) return []
    if (row.reason === 'before_start' && !older) {
      return [{ order, unsent: 'before_start' as const }]
    }
    return [{ order, unsent: unsentReason(row, order, { nowMs, unclear }) }]
  })
}

export interface PlannedSend {
  readonly order: Order
  readonly unsent: UnsentReason | null
}

interface Known {
  readonly nowMs: number
  readonly unclear: readonly FoldedRow[]
}

function unsentReason(
  row: FoldedRow,
  order: Order,
  { nowMs, unclear }: Known,
): UnsentReason | null {
  const ageS = nowMs / 1000 - order.at_s
  const isStore = order.action_source === 'physical_store'
  const ageMaxS = isStore ? EVENT_AGE_PHYSICAL_STORE_S_MAX : EVENT_AGE_S_MAX
  if (ageS > ageMaxS) return 'too_old'
  if (ageS * 1000 < RECONCILE_GRACE_MS) return 'too_new'
  if (row.reason === 'refused' && row.detail !== 'event_too_old') return 'refused'
  if (order.amount === undefined || order.currency === undefined) return 'no_money'
  if (!order.user_data) return 'no_person'
  if (ageS * 1000 <= DEDUP_WINDOW_MS) return null
  return unclear.some((extra) => mayBe(extra, order)) ? 'unsure' : null
}

/** Money that was not told may have been this money. */
function mayBe({ counted, at_s }: FoldedRow, order: Order): boolean {
  return (
    Math.abs(at_s - order.at_s) <= NEAR_S &&
    (counted?.amount ?? order.amount) === order.amount &&
    (counted?.currency ?? order.currency) === order.currency
  )
}

/**
 * The log knows the id of a conversion for ever, ingest for two days: a report that came far from
 * its order's day, without its order number, would be counted twice.
 */
export async function withoutCounted(
  planned: readonly PlannedSend[],
  { dataset_id }: Dataset,
  { store, nowMs }: { readonly store: Pick<Store, 'purchases'>; readonly nowMs: () => number },
): Promise<PlannedSend[]> {
  const oldS = (nowMs() - DEDUP_WINDOW_MS) / 1000
  const asked = planned.flatMap(({ order, unsent }) =>
    unsent === null && order.at_s < oldS ? [order.order_id] : [],
  )
  const counted = new Set<string>()
  for (let at = 0; at < asked.length; at += RECONCILE_LOOKUPS) {
    const page = asked.slice(at, at + RECONCILE_LOOKUPS)
    const ids = page.map((order_id) => ({ order_id, event_id: eventId('Purchase', order_id) }))
    const purchases = await store.purchases(dataset_id, ids)
    for (const [index, id] of page.entries()) if (purchases[index]?.length) counted.add(id)
  }
  return planned.map((one) =>
    counted.has(one.order.order_id) ? { order: one.order, unsent: 'unsure' } : one,
  )
}

export async function sendMissing(
  planned: readonly PlannedSend[],
  { dataset, accept, dryRun }: { dataset: Dataset; accept: Accept; dryRun: boolean },
): Promise<SendReport> {
  const orders = planned.flatMap(({ order, unsent }) => (unsent === null ? [order] : []))
  const unsent: Record<string, number> = {}
  for (const one of planned) if (one.unsent) unsent[one.unsent] = (unsent[one.unsent] ?? 0) + 1
  let sent = 0
  const refused: Record<string, number> = {}
  for (let at = 0; at < orders.length && !dryRun; at += RECONCILE_PAGE) {
    const events = orders.slice(at, at + RECONCILE_PAGE).map(eventOf)
    const outcomes = await accept({
      dataset,
      envelope: { channel: 'other', via: 'source' },
      events,
      bytes: JSON.stringify(events).length,
    })
    for (const { verdict, reason } of outcomes) {
      if (verdict === 'accepted' || verdict === 'duplicate') sent += 1
      else refused[reason ?? verdict] = (refused[reason ?? verdict] ?? 0) + 1
    }
  }
  return {
    ...{ missing: planned.length, sendable: orders.length, unsent, sent, refused },
    orders: planned.slice(0, SHOWN).map(shownOf),
  }
}

function shownOf({ order, unsent }: PlannedSend): Missing {
  const { order_id, at_s, amount = null, currency = null } = order
  return { order_id, at_s, amount, currency, unsent }
}

function eventOf({ order_id, at_s, amount, currency, url, user_data = {}, ...order }: Order) {
  const isVisit = 'client_user_agent' in user_data
  const action_source = order.action_source ?? (isVisit ? 'website' : 'system_generated')
  return {
    event_name: 'Purchase',
    event_time: at_s,
    event_id: eventId('Purchase', order_id),
    action_source,
    ...(url && action_source === 'website' ? { event_source_url: url } : {}),
    user_data,
    custom_data: { value: Number(amount), currency, order_id },
  }
}
