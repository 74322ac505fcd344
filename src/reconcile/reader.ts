/**
 * Brings one day of the book and of the ledger together for the fold: in pages, by indexes, never
 * by a look through the log. Called by reconciler.ts.
 */
import { eventId } from '../event/ids.ts'
import { dayPlus, dayStart } from '../event/zone.ts'
import {
  RECONCILE_DAY_MAX,
  RECONCILE_DAYS_BEFORE,
  RECONCILE_LOOKUPS,
  RECONCILE_PAGE,
} from '../order-limits.ts'
import type { Order, OrderOrigin, OrderSpan } from '../store/orders.ts'
import type { DeliveryKey } from '../store/outbox.ts'
import type { OrderIds, Store } from '../store/store.ts'
import { type FoldedRow, foldDay } from './fold.ts'
import type { DayPurchases, KeptDays } from './kept-days.ts'
import { type PurchaseSeen, purchaseSeen } from './purchase-seen.ts'
import type { RowDestination } from './view.ts'

export interface ReaderPorts {
  readonly store: Pick<
    Store,
    | 'events'
    | 'refusals'
    | 'purchases'
    | 'purchaseSeqs'
    | 'orders'
    | 'ordersById'
    | 'standings'
    | 'orderSpans'
  >
  readonly isBot: (agent: string) => boolean
  /** Left out: all is read anew. */
  readonly kept?: KeptDays
}

export interface DayAsked {
  readonly datasetId: string
  readonly origin: OrderOrigin
  readonly day: string
  readonly zone: string
  readonly startS: number
  readonly span: OrderSpan | undefined
  readonly destinations: readonly string[]
}

export interface DayRead {
  readonly rows: readonly FoldedRow[]
  /** It has more than is compared at once: what is beyond was not looked at. */
  readonly whole: boolean
}

/** Purchases of whole days, by day: the days around one day are those around the next, too. */
export type PurchasesByDay = Map<string, DayPurchases>

/** `known` keeps what the next day needs again. */
export async function readDay(
  asked: DayAsked,
  ports: ReaderPorts,
  known: PurchasesByDay,
): Promise<DayRead> {
  const { day, zone } = asked
  const from_s = dayStart(day, zone)
  const to_s = dayStart(dayPlus(day, 1), zone)
  const orders = await ordersIn(asked, { from_s, to_s }, ports)
  const around = await purchasesAround(asked, ports, known)
  const ids = orders.list.map(({ order_id }) => order_id)
  const found = await foundBy(ids, around.list, { datasetId: asked.datasetId, ports })
  const lost = ids.filter((id) => !found.has(id))
  const today = around.list.filter(({ received_s }) => received_s >= from_s && received_s < to_s)
  const named = await booked(around.list, asked, ports)
  const isSold = ({ order_id, event_id }: PurchaseSeen): boolean =>
    named.get(order_id ?? orderIn(event_id) ?? '')?.status === 'paid'
  const loose = today.filter((one) => !isSold(one))
  const all = [
    ...new Map([...[...found.values()].flat(), ...loose].map((one) => [one.seq, one])).values(),
  ]
  const sent = await sentOf(all, asked, ports)
  const rows = foldDay({
    ...{ day, zone, orders: orders.list, found, loose, around: around.list.filter(isSold) },
    refused: await refusedBy(lost, asked, ports),
    named,
    destinationsOf: ({ seq }) => sent.get(seq) ?? [],
    span: asked.span,
    startS: asked.startS,
  })
  return { rows, whole: orders.whole && around.whole }
}

interface Listed<T> {
  readonly list: readonly T[]
  readonly whole: boolean
}

interface Range {
  readonly from_s: number
  readonly to_s: number
}

async function ordersIn(
  { datasetId, origin }: DayAsked,
  range: Range,
  { store }: ReaderPorts,
): Promise<Listed<Order>> {
  const list: Order[] = []
  const query = { dataset_id: datasetId, origin, ...range, limit: RECONCILE_PAGE }
  for (let after: Order | undefined; list.length < RECONCILE_DAY_MAX; after = list.at(-1)) {
    const page = await store.orders(after ? { ...query, after } : query)
    list.push(...page)
    if (page.length < RECONCILE_PAGE) return { list, whole: true }
  }
  return { list, whole: false }
}

/** From some days before to an hour after, the oldest first. */
async function purchasesAround(
  { datasetId, day, zone }: DayAsked,
  ports: ReaderPorts,
  known: PurchasesByDay,
): Promise<Listed<PurchaseSeen>> {
  const days = Array.from({ length: RECONCILE_DAYS_BEFORE + 2 }, (_, at) =>
    dayPlus(day, at - RECONCILE_DAYS_BEFORE),
  )
  for (const old of known.keys()) if (!days.includes(old)) known.delete(old)
  const parts: DayPurchases[] = []
  for (const one of days) {
    const range = { from_s: dayStart(one, zone), to_s: dayStart(dayPlus(one, 1), zone) }
    const key = `${datasetId} ${range.from_s} ${range.to_s}`
    const found = known.get(one) ?? ports.kept?.get(key)
    const part = found ?? (await purchasesIn(datasetId, range, ports))
    if (!found) ports.kept?.put(key, part, range.to_s)
    known.set(one, part)
    parts.push(part)
  }
  const endS = dayStart(dayPlus(day, 1), zone) + 3600
  return {
    list: parts.flatMap(({ list }) => list).filter(({ received_s }) => received_s < endS),
    whole: parts.every(({ whole }) => whole),
  }
}

/** Counted purchases received in a range, the oldest first. */
async function purchasesIn(
  dataset_id: string,
  range: Range,
  { store, isBot }: ReaderPorts,
): Promise<Listed<PurchaseSeen>> {
  const list: PurchaseSeen[] = []
  const query = { dataset_id, event_name: 'Purchase', ...range, limit: RECONCILE_PAGE }
  let before: number | undefined
  do {
    const page = await store.events(before === undefined ? query : { ...query, before_seq: before })
    list.push(...page.events.map((event) => purchaseSeen(event, isBot)))
    before = page.next_before_seq
  } while (before !== undefined && list.length < 2 * RECONCILE_DAY_MAX)
  return { list: list.reverse(), whole: before === undefined }
}

/**
 * By order id, or by an event id made of it where no order id says otherwise. The index always says
 * which; only purchases that are not `around` anyway are read: each lies in a block of its own.
 */
async function foundBy(
  ids: readonly string[],
  around: readonly PurchaseSeen[],
  { datasetId, ports: { store, isBot } }: { datasetId: string; ports: ReaderPorts },
): Promise<Map<string, readonly PurchaseSeen[]>> {
  const known = new Map(around.map((one) => [one.seq, one]))
  const found = new Map<string, readonly PurchaseSeen[]>()
  const keep = (id: string, all: readonly PurchaseSeen[]): void => {
    const own = all.filter(({ order_id = id }) => order_id === id)
    if (own.length > 0) found.set(id, own)
  }
  const unknown: string[] = []
  for (const page of pagesOf(ids)) {
    const seqs = await store.purchaseSeqs(datasetId, page.map(idsOf))
    for (const [at, id] of page.entries()) {
      const own = (seqs[at] ?? []).map((seq) => known.get(seq))
      if (own.every((one) => one !== undefined && isOf(id, one)))
        keep(
          id,
          own.flatMap((one) => one ?? []),
        )
      else unknown.push(id)
    }
  }
  for (const page of pagesOf(unknown, RECONCILE_LOOKUPS)) {
    const purchases = await store.purchases(datasetId, page.map(idsOf))
    for (const [at, events] of purchases.entries()) {
      keep(
        page[at] ?? '',
        events.map((event) => purchaseSeen(event, isBot)),
      )
    }
  }
  return found
}

const isOf = (id: string, { order_id, event_id }: PurchaseSeen): boolean =>
  order_id === id || event_id === idsOf(id).event_id

const idsOf = (order_id: string): OrderIds => ({
  order_id,
  event_id: eventId('Purchase', order_id),
})

async function refusedBy(
  ids: readonly string[],
  { datasetId }: DayAsked,
  { store }: ReaderPorts,
): Promise<ReadonlyMap<string, { verdict: string; reason: string }>> {
  const refused = new Map<string, { verdict: string; reason: string }>()
  for (const page of pagesOf(ids, RECONCILE_LOOKUPS)) {
    const ends = await store.refusals(datasetId, page.map(idsOf))
    for (const [at, end] of ends.entries()) if (end) refused.set(page[at] ?? '', end)
  }
  return refused
}

/** Orders of the book that purchases name, by their order id or by an id made of it. */
async function booked(
  purchases: readonly PurchaseSeen[],
  { datasetId: dataset_id, origin }: DayAsked,
  { store }: ReaderPorts,
): Promise<ReadonlyMap<string, Order>> {
  const ids = purchases.flatMap(({ order_id, event_id }) => order_id ?? orderIn(event_id) ?? [])
  const known = new Map<string, Order>()
  for (const page of pagesOf([...new Set(ids)])) {
    const orders = await store.ordersById({ dataset_id, origin }, page)
    for (const order of orders) known.set(order.order_id, order)
  }
  return known
}

/** purchase:17 -> 17, where it was made by `eventId`. */
function orderIn(id: string | undefined): string | undefined {
  const [, text] = /^purchase:([^:=]+)$/.exec(id ?? '') ?? []
  try {
    return text === undefined ? undefined : decodeURIComponent(text)
  } catch {
    return undefined
  }
}

async function sentOf(
  purchases: readonly PurchaseSeen[],
  { datasetId: dataset_id, destinations }: DayAsked,
  { store }: ReaderPorts,
): Promise<ReadonlyMap<number, readonly RowDestination[]>> {
  const sent = new Map<number, RowDestination[]>()
  for (const destination_id of destinations) {
    for (const page of pagesOf(purchases)) {
      const keys = page.map(({ seq, leg_seqs }) =>
        [0, seq, ...leg_seqs].map((leg_seq): DeliveryKey => {
          return { dataset_id, destination_id, seq, leg_seq }
        }),
      )
      const standings = await store.standings(keys.flat())
      let at = 0
      for (const [index, { seq }] of page.entries()) {
        const own = standings.slice(at, at + (keys[index]?.length ?? 0))
        at += own.length
        const states = own.map(({ state }) => state)
        const state: RowDestination['state'] = own.some(({ delivered }) => delivered)
          ? 'accepted'
          : states.some((one) => one === 'rejected' || one === 'held')
            ? 'refused'
            : states.some((one) => one !== undefined)
              ? 'waiting'
              : 'not_sent'
        sent.set(seq, [...(sent.get(seq) ?? []), { destination_id, state }])
      }
    }
  }
  return sent
}

function* pagesOf<T>(list: readonly T[], size = RECONCILE_PAGE): Generator<readonly T[]> {
  for (let at = 0; at < list.length; at += size) yield list.slice(at, at + size)
}
