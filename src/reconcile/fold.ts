/**
 * One day of orders against what was counted: a row for every order and for every purchase that is
 * none, each with its reason. Pure: reader.ts brings the day, sums.ts adds rows up.
 */
import { eventId } from '../event/ids.ts'
import { decimalOf } from '../event/money.ts'
import { dayPlus, dayStart } from '../event/zone.ts'
import type { Order, OrderSpan } from '../store/orders.ts'
import { Around, explainExtra } from './extra.ts'
import { type PurchaseSeen, peopleIn } from './purchase-seen.ts'
import { Timeline } from './timeline.ts'
import type { Reason, Row, RowDestination, RowKind } from './view.ts'

/** Purchase and order without an id in common are the same when they lie this close. */
const SAME_SALE_S = 30 * 60

export interface DayInput {
  readonly day: string
  readonly zone: string
  /** Of the day, whatever their status. */
  readonly orders: readonly Order[]
  /** By order id: all that was counted of it, whenever it came. */
  readonly found: ReadonlyMap<string, readonly PurchaseSeen[]>
  /** By order id, of those not found: how a report of it ended. */
  readonly refused: ReadonlyMap<string, { readonly verdict: string; readonly reason: string }>
  /** Received on the day, and no order that was sold answers to their order id. */
  readonly loose: readonly PurchaseSeen[]
  /** By order id: orders of the book, no sales, that `loose` ones name. */
  readonly named: ReadonlyMap<string, Order>
  /** Purchases of the days around, `loose` and `found` among them or not. */
  readonly around: readonly PurchaseSeen[]
  readonly destinationsOf: (one: PurchaseSeen) => readonly RowDestination[]
  readonly span: OrderSpan | undefined
  /** When the dataset was made, unix seconds. */
  readonly startS: number
}

/** A row with what its sums need. */
export interface FoldedRow extends Row {
  readonly isUnnamed: boolean
  readonly isOtherDay: boolean
  readonly repeats: number
  readonly order: Order | undefined
  readonly seen: PurchaseSeen | undefined
}

export function foldDay(input: DayInput): FoldedRow[] {
  const { orders, found, loose, around } = input
  const sold = orders.filter(({ status }) => status === 'paid')
  const matched = new Map(sold.map((order) => [order, found.get(order.order_id)?.[0]]))
  const again = sold.flatMap(({ order_id }) => found.get(order_id)?.slice(1) ?? [])
  const kept = [...matched.values()].filter((one) => one !== undefined)
  const every = new Around(
    [...kept, ...around, ...loose],
    new Set([...kept, ...around.filter(({ order_id }) => order_id)].map(({ seq }) => seq)),
  )
  const explained = loose.map((one) => {
    const order = one.order_id === undefined ? undefined : input.named.get(one.order_id)
    return { one, ...explainExtra(one, { order, around: every, span: input.span }) }
  })
  const isOpen = (reason: Reason, { order_id }: PurchaseSeen): boolean =>
    reason === 'no_order' || (reason === 'sold_elsewhere' && order_id === undefined)
  const open = explained.filter(({ reason, one }) => isOpen(reason, one)).map(({ one }) => one)
  const unnamed = pairUnnamed(
    sold.filter((order) => !matched.get(order) && !input.refused.has(order.order_id)),
    open,
  )
  const taken = new Set([...unnamed.values()].map(({ seq }) => seq))
  const day = { ...input, ...endsOf(input) }
  return [
    ...orders.flatMap((order) => {
      if (order.status !== 'paid') return [notSold(order)]
      const one = matched.get(order) ?? unnamed.get(order)
      return [one ? counted(order, one, day) : missing(order, input)]
    }),
    ...again.map((one) => extra(one, { reason: 'revisited', detail: one.order_id ?? null }, input)),
    ...explained
      .filter(({ one }) => !taken.has(one.seq))
      .map(({ one, reason, detail }) => extra(one, { reason, detail }, input)),
  ]
}

/**
 * Each with the nearest that fits; a shopper in common before the clock alone. By id and by money
 * first: where no purchase of a large shop names its order, every order would meet every purchase.
 */
function pairUnnamed(
  orders: readonly Order[],
  purchases: readonly PurchaseSeen[],
): ReadonlyMap<Order, PurchaseSeen> {
  const taken = new Set<PurchaseSeen>()
  const byId = Map.groupBy(purchases, ({ event_id }) => event_id)
  const byAmount = new Map(
    [...Map.groupBy(purchases, ({ micros }) => amountText(micros))].map(([amount, group]) => [
      amount,
      new Timeline(group),
    ]),
  )
  const pairs = new Map<Order, PurchaseSeen>()
  for (const order of orders) {
    const people = new Set(peopleIn(order.user_data ?? {}))
    const rank = (one: PurchaseSeen): number =>
      Math.abs(one.at_s - order.at_s) + (one.people.some((person) => people.has(person)) ? 0 : 1e6)
    const near = byAmount.get(order.amount)?.within(order.at_s, SAME_SALE_S) ?? []
    // Of sales in stores the clock alone tells nothing.
    const isTheirs = ({ isElsewhere, people: own }: PurchaseSeen): boolean =>
      !isElsewhere || own.some((person) => people.has(person))
    const alike = near.filter(
      (one) => (one.currency ?? order.currency) === order.currency && isTheirs(one),
    )
    const named = byId.get(eventId('Purchase', order.order_id)) ?? []
    const fitting = [...named, ...alike].filter((one) => !taken.has(one))
    const [best] = fitting.sort((a, b) => rank(a) - rank(b) || a.seq - b.seq)
    if (!best) continue
    taken.add(best)
    pairs.set(order, best)
  }
  return pairs
}

interface Ends {
  readonly from_s: number
  readonly to_s: number
}

/** Once for the day: to tell the day of each purchase by the clock of a zone takes microseconds. */
const endsOf = ({ day, zone }: DayInput): Ends => ({
  from_s: dayStart(day, zone),
  to_s: dayStart(dayPlus(day, 1), zone),
})

function counted(order: Order, one: PurchaseSeen, input: DayInput & Ends): FoldedRow {
  const money = moneyReason(order, one)
  const destinations = input.destinationsOf(one)
  const isUnnamed = one.order_id === undefined
  const isRefused = destinations.some(({ state }) => state === 'refused')
  const [kind, reason]: readonly [RowKind, Reason | null] = money
    ? ['differs', money]
    : isRefused
      ? ['not_accepted', 'destination']
      : ['ok', isUnnamed ? 'unnamed' : null]
  return {
    ...rowOf(order, { kind, reason }),
    counted: countedOf(one),
    destinations,
    isUnnamed,
    isOtherDay: one.received_s < input.from_s || one.received_s >= input.to_s,
    repeats: one.repeats,
    seen: one,
  }
}

function moneyReason(order: Order, one: PurchaseSeen): Reason | undefined {
  if (order.amount === undefined) return undefined
  if (one.micros === undefined) return 'no_value'
  if (one.currency !== order.currency) return 'currency'
  return amountText(one.micros) === order.amount ? undefined : 'value'
}

const LEFT_OUT: Readonly<Record<string, Reason>> = {
  not_consented: 'not_consented',
  consent_unknown: 'not_consented',
  gpc: 'not_consented',
  sandbox: 'sandbox',
}

function missing(order: Order, { refused, startS }: DayInput): FoldedRow {
  const end = refused.get(order.order_id)
  const isRule = end?.reason.startsWith('rule:')
  const onPurpose = end && (isRule ? 'rule' : LEFT_OUT[end.reason])
  if (onPurpose) return rowOf(order, { kind: 'left_out', reason: onPurpose })
  if (end) return rowOf(order, { kind: 'missing', reason: 'refused', detail: end.reason })
  if (order.at_s < startS) return rowOf(order, { kind: 'left_out', reason: 'before_start' })
  return rowOf(order, { kind: 'missing', reason: 'never_reported' })
}

const notSold = (order: Order): FoldedRow => rowOf(order, { kind: 'not_sold', reason: null })

function rowOf(
  order: Order,
  about: Pick<Row, 'kind' | 'reason'> & { readonly detail?: string },
): FoldedRow {
  const { order_id, status, at_s, amount = null, currency = null } = order
  return {
    ...{ detail: null, ...about, order_id, status, at_s, amount, currency, counted: null },
    ...{ destinations: [], isUnnamed: false, isOtherDay: false, repeats: 0, order },
    seen: undefined,
  }
}

function extra(
  one: PurchaseSeen,
  about: { readonly reason: Reason; readonly detail: string | null },
  { destinationsOf, named }: DayInput,
): FoldedRow {
  const order = one.order_id === undefined ? undefined : named.get(one.order_id)
  return {
    kind: about.reason === 'sold_elsewhere' ? 'elsewhere' : 'extra',
    ...{ ...about, order_id: one.order_id ?? null, at_s: one.at_s },
    status: order?.status ?? null,
    ...{ amount: null, currency: null, counted: countedOf(one) },
    destinations: destinationsOf(one),
    ...{ isUnnamed: false, isOtherDay: false, repeats: one.repeats, order: undefined },
    seen: one,
  }
}

function countedOf(one: PurchaseSeen): Row['counted'] {
  const { seq, event_id = null, browser, server, received_s, micros, currency = null } = one
  const amount = amountText(micros) ?? null
  return { seq, event_id, browser, server, received_s, amount, currency }
}

const amountText = (micros: bigint | undefined): string | undefined =>
  micros === undefined ? undefined : decimalOf(0n, micros)
