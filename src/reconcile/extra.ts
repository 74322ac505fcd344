/**
 * Why something was counted that is no order: from the order it names, from other purchases of the
 * same shopper, from who reported it. Pure. Called by fold.ts.
 */
import type { Order, OrderSpan } from '../store/orders.ts'
import type { PurchaseSeen } from './purchase-seen.ts'
import { Timeline } from './timeline.ts'
import type { Reason } from './view.ts'

/** Two tags of one page fire within seconds; a shopper comes back later. */
const SAME_MOMENT_S = 15
/** Browser and server tell of one sale within this, as the repair of twins has it, and longer. */
const SAME_SALE_S = 3600
/** Purchases before and after one that are held against it: the same shopper's are near, and what
 * stands on every purchase, such as the address of an own server, must not make each meet all. */
const NEIGHBOURS = 50
/** Farther than any two purchases that are looked at together. */
const FAR_S = 60 * 86_400

export interface ExtraContext {
  /** The order it names, where the book has it and it is no sale. */
  readonly order: Order | undefined
  /** Purchases of these days, itself among them. */
  readonly around: Around
  readonly span: OrderSpan | undefined
}

export interface Explained {
  readonly reason: Reason
  /** The order, or the event, that it repeats. */
  readonly detail: string | null
}

const NOT_SOLD = {
  pending: 'order_pending',
  cancelled: 'order_cancelled',
  test: 'order_test',
  renewal: 'order_renewal',
} as const satisfies Record<string, Reason>

export function explainExtra(one: PurchaseSeen, context: ExtraContext): Explained {
  const { order, around, span } = context
  const named = order && order.status !== 'paid' ? NOT_SOLD[order.status] : undefined
  if (named) return { reason: named, detail: null }
  if (one.isBot) return { reason: 'bot', detail: null }
  const twin = around.twinOf(one)
  // Who buys the same again in the store has not looked at a thank-you page.
  const isRepeat = twin && (!one.isElsewhere || Math.abs(one.at_s - twin.at_s) <= SAME_SALE_S)
  if (isRepeat) {
    const detail = twin.order_id ?? `event ${twin.seq}`
    return { reason: repeatOf(one, twin), detail }
  }
  if (one.isTest) return { reason: 'test_event', detail: null }
  if (one.isElsewhere) return { reason: 'sold_elsewhere', detail: null }
  const isOutside = !span || one.at_s < span.first_s - SAME_SALE_S || one.at_s > span.last_s
  if (isOutside) return { reason: 'outside_book', detail: null }
  if (one.order_id !== undefined) return { reason: 'order_unknown', detail: null }
  return { reason: 'no_order', detail: null }
}

function repeatOf(one: PurchaseSeen, twin: PurchaseSeen): Reason {
  const apartS = Math.abs(one.at_s - twin.at_s)
  const areBrowsers = one.browser && twin.browser
  if (!areBrowsers && apartS <= SAME_SALE_S) return 'two_ids'
  return apartS <= SAME_MOMENT_S ? 'duplicated_tag' : 'revisited'
}

/** The purchases of some days, found by shopper and money. */
export class Around {
  readonly #bySeq = new Map<number, PurchaseSeen>()
  readonly #byPerson: ReadonlyMap<string, readonly Timeline[]>
  readonly #suggested = new Map<number, number>()
  /** Seqs of those that stand for an order: what repeats one of them is the extra. */
  readonly #sold: ReadonlySet<number>

  constructor(purchases: readonly PurchaseSeen[], sold: ReadonlySet<number>) {
    this.#sold = sold
    const groups = new Map<string, { sold: PurchaseSeen[]; rest: PurchaseSeen[] }>()
    for (const one of purchases) {
      if (this.#bySeq.has(one.seq)) continue
      this.#bySeq.set(one.seq, one)
      for (const person of one.people) {
        const group = groups.get(person) ?? { sold: [], rest: [] }
        groups.set(person, group)
        group[sold.has(one.seq) ? 'sold' : 'rest'].push(one)
      }
      if (one.twinSeq !== undefined) {
        this.#suggested.set(one.seq, one.twinSeq)
        this.#suggested.set(one.twinSeq, one.seq)
      }
    }
    // Apart, so that a page that reports itself all day does not hide the order that it repeats.
    this.#byPerson = new Map(
      [...groups].map(([person, parts]) => [
        person,
        [new Timeline(parts.sold), new Timeline(parts.rest)],
      ]),
    )
  }

  /** What this one repeats: an order that was sold, else an earlier one like it. */
  twinOf(one: PurchaseSeen): PurchaseSeen | undefined {
    const suggested = this.#bySeq.get(this.#suggested.get(one.seq) ?? 0)
    if (suggested && this.#isBefore(suggested, one)) return suggested
    const alike = one.people
      .flatMap((person) => this.#byPerson.get(person) ?? [])
      .flatMap((timeline) => timeline.around(one.at_s, NEIGHBOURS))
      .filter((other) => other.seq !== one.seq && isSameMoney(other, one))
      .filter((other) => this.#isBefore(other, one) && !isSomebodyElse(other, one))
    const distance = (other: PurchaseSeen): number =>
      Math.abs(other.at_s - one.at_s) + this.#rank(other) * FAR_S
    return alike.reduce<PurchaseSeen | undefined>(
      (best, other) => (!best || distance(other) < distance(best) ? other : best),
      undefined,
    )
  }

  /** A sale before an order that is none, before what names no order. */
  #rank({ seq, order_id }: PurchaseSeen): number {
    if (this.#sold.has(seq)) return 0
    return order_id === undefined ? 2 : 1
  }

  /** An extra repeats an order, or what came before it: else two would explain each other. */
  #isBefore(other: PurchaseSeen, one: PurchaseSeen): boolean {
    return this.#sold.has(other.seq) || (!this.#sold.has(one.seq) && other.seq < one.seq)
  }
}

/** One address and browser may be many people's: a key that differs between the two tells. */
function isSomebodyElse(a: PurchaseSeen, b: PurchaseSeen): boolean {
  const shared = a.people.filter((person) => b.people.includes(person))
  if (shared.some((person) => !person.startsWith('a'))) return false
  const kinds = new Set(a.people.map((person) => person[0]))
  return b.people.some((person) => !person.startsWith('a') && kinds.has(person[0]))
}

/** A page that repeats itself may lose the value, or say it without a currency. */
function isSameMoney(a: PurchaseSeen, b: PurchaseSeen): boolean {
  if (a.micros === undefined || b.micros === undefined) return true
  return a.micros === b.micros && (a.currency ?? b.currency) === (b.currency ?? a.currency)
}
