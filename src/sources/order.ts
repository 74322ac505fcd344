/**
 * What is known of one order, and what a further delivery about it means: one Purchase per order,
 * whatever arrives, in whatever order, however often; every refunded amount once, whether it comes
 * by itself or as a growing sum; what is said before the Purchase waits for it. Pure. Called by
 * inbox/plan.ts.
 */
import { eventId } from '../event/ids.ts'
import { ORDER_REFUNDS_MAX } from '../limits.ts'
import { decimalText, microsOf, numberOf } from './decimal.ts'
import type { AmountAt, IgnoredReason, OrderFact, SourceEvent, UserFields } from './source.ts'

/** No personal data: who bought is joined from the Purchase itself. */
export interface OrderState {
  readonly order_id?: string
  /** When it was first heard of. */
  readonly seen_at_s?: number
  /** The Purchase as it was handed over. */
  readonly counted?: {
    readonly at_s: number
    readonly value?: number
    readonly currency?: string
    readonly action_source: string
    readonly event_source_url?: string
  }
  /** Each by its id. */
  readonly refunds: readonly AmountAt[]
  /** The largest sum that was said, by currency. */
  readonly refunded: Readonly<Record<string, string>>
  /** What was handed over as refunds so far, by currency. */
  readonly refunds_told: Readonly<Record<string, string>>
  readonly refunded_at_s?: number
  readonly chargebacks: readonly (AmountAt & { readonly told?: true })[]
  readonly cancelled_at_s?: number
  readonly cancel_told?: true
}

export const NEW_ORDER: OrderState = {
  refunds: [],
  refunded: {},
  refunds_told: {},
  chargebacks: [],
}

export interface Decision {
  readonly state: OrderState
  readonly events: readonly SourceEvent[]
  /** Whose user_data has to be joined from the Purchase: its place in `events`. */
  readonly nameless: readonly number[]
  /** Why there is no event. */
  readonly reason?: IgnoredReason
}

export function decide(before: OrderState, fact: OrderFact): Decision {
  const state: Writable<OrderState> = absorb(before, fact)
  const events: SourceEvent[] = []
  if (!state.counted && fact.purchase) {
    const { purchase } = fact
    events.push(purchase)
    const { value, currency } = purchase.custom_data ?? {}
    state.counted = {
      at_s: purchase.event_time,
      action_source: purchase.action_source,
      ...(typeof value === 'number' ? { value } : {}),
      ...(typeof currency === 'string' ? { currency } : {}),
      ...(purchase.event_source_url ? { event_source_url: purchase.event_source_url } : {}),
    }
  }
  const later = state.counted ? afterwards(state, fact) : []
  const nameless = later.flatMap(({ user_data }, index) =>
    Object.keys(user_data).length === 0 ? [events.length + index] : [],
  )
  const all = [...events, ...later]
  if (all.length > 0) return { state, events: all, nameless }
  return { state, events: all, nameless, reason: reasonOf(state, fact) }
}

/** What was said under two names of one order. */
export function joinOrders(a: OrderState, b: OrderState): OrderState {
  const told = larger(a.refunds_told, b.refunds_told)
  const disputes = [...a.chargebacks, ...b.chargebacks]
  return {
    ...b,
    ...a,
    refunds: byId([...a.refunds, ...b.refunds]),
    refunded: larger(a.refunded, b.refunded),
    refunds_told: told,
    chargebacks: byId([...disputes.filter(isTold), ...disputes.filter((one) => !isTold(one))]),
  }
}

const isTold = ({ told }: OrderState['chargebacks'][number]): boolean => told === true

type Writable<T> = { -readonly [K in keyof T]: T[K] }

function absorb(before: OrderState, fact: OrderFact): OrderState {
  const { refunded, cancelled_at_s: cancelledAtS, order_id } = fact
  const said = refunded ? { [refunded.currency]: refunded.amount } : {}
  const times = [
    before.refunded_at_s,
    refunded?.at_s,
    ...(fact.refunds ?? []).map(({ at_s }) => at_s),
  ].filter((time) => time !== undefined)
  const known = order_id ?? before.order_id
  const cancelled = before.cancelled_at_s ?? cancelledAtS
  return {
    ...before,
    ...(known === undefined ? {} : { order_id: known }),
    refunds: byId([...before.refunds, ...(fact.refunds ?? [])]),
    refunded: larger(before.refunded, said),
    ...(times.length > 0 ? { refunded_at_s: Math.max(...times) } : {}),
    chargebacks: byId([...before.chargebacks, ...(fact.chargebacks ?? [])]),
    ...(cancelled === undefined ? {} : { cancelled_at_s: cancelled }),
  }
}

/** What there is to tell once the Purchase is counted; marks it as told. */
function afterwards(state: Writable<OrderState>, fact: OrderFact): SourceEvent[] {
  const events: SourceEvent[] = []
  const user_data = fact.purchase?.user_data ?? fact.user_data ?? {}
  const told = { ...state.refunds_told }
  for (const [currency, total] of refundTotals(state)) {
    const before = microsOf(told[currency]) ?? 0n
    if (total <= before) continue
    told[currency] = decimalText(total)
    events.push(
      eventOf(state, {
        name: 'Refund',
        ids: [currency, decimalText(total)],
        at_s: state.refunded_at_s ?? 0,
        amount: decimalText(total - before),
        currency,
        user_data,
      }),
    )
  }
  state.refunds_told = told
  for (const { id, amount, currency, at_s } of state.chargebacks.filter((one) => !one.told)) {
    events.push(
      eventOf(state, { name: 'Chargeback', ids: [id], at_s, amount, currency, user_data }),
    )
  }
  state.chargebacks = state.chargebacks.map((one) => ({ ...one, told: true }))
  const { counted, cancelled_at_s: cancelledAtS } = state
  // A cancellation before the payment was taken back by it.
  if (cancelledAtS !== undefined && !state.cancel_told && cancelledAtS >= (counted?.at_s ?? 0)) {
    const { value, currency = '' } = counted ?? {}
    const amount = value === undefined ? undefined : String(value)
    const one: Later = {
      name: 'OrderCancelled',
      ids: [],
      at_s: cancelledAtS,
      amount,
      currency,
      user_data,
    }
    events.push(eventOf(state, one))
    state.cancel_told = true
  }
  return events
}

/** By currency: what the refunds by themselves come to, or the sum that was said, if larger. */
function refundTotals({ refunds, refunded }: OrderState): [string, bigint][] {
  const totals = new Map<string, bigint>()
  for (const { currency, amount } of refunds) {
    totals.set(currency, (totals.get(currency) ?? 0n) + (microsOf(amount) ?? 0n))
  }
  for (const [currency, amount] of Object.entries(refunded)) {
    const said = microsOf(amount) ?? 0n
    if (said > (totals.get(currency) ?? 0n)) totals.set(currency, said)
  }
  return [...totals]
}

interface Later {
  readonly name: 'Refund' | 'Chargeback' | 'OrderCancelled'
  readonly ids: readonly string[]
  readonly at_s: number
  readonly amount: string | undefined
  readonly currency: string
  readonly user_data: UserFields
}

function eventOf(
  { order_id, counted }: OrderState,
  { name, ids, at_s, amount, currency, user_data }: Later,
): SourceEvent {
  const value = numberOf(amount)
  return {
    event_name: name,
    event_time: at_s,
    event_id: eventId(name, order_id, ...ids),
    action_source: counted?.action_source ?? 'system_generated',
    ...(counted?.event_source_url ? { event_source_url: counted.event_source_url } : {}),
    user_data,
    custom_data: {
      ...(value === undefined || currency === '' ? {} : { value, currency }),
      ...(order_id === undefined ? {} : { order_id }),
    },
  }
}

function reasonOf(state: OrderState, fact: OrderFact): IgnoredReason {
  if (fact.echo) return 'echo'
  if (fact.purchase) return 'already_counted'
  if (state.counted) return 'nothing_new'
  const { refunded, refunds = [], chargebacks = [], cancelled_at_s: cancelled } = fact
  const isLater = refunded || cancelled || refunds.length + chargebacks.length > 0
  return isLater ? 'order_unknown' : 'not_paid'
}

/** One of each id, with the largest amount that was said of it. */
function byId<T extends AmountAt>(list: readonly T[]): readonly T[] {
  const known = new Map<string, T>()
  for (const one of list) {
    const before = known.get(one.id)
    if (!before && known.size < ORDER_REFUNDS_MAX) known.set(one.id, one)
    const isMore = before && (microsOf(one.amount) ?? 0n) > (microsOf(before.amount) ?? 0n)
    if (isMore) known.set(one.id, { ...before, amount: one.amount })
  }
  return [...known.values()]
}

function larger(
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const all = { ...a }
  for (const [currency, amount] of Object.entries(b)) {
    const isLarger = (microsOf(amount) ?? 0n) > (microsOf(all[currency]) ?? 0n)
    if (isLarger) all[currency] = amount
  }
  return all
}
