/** The order book in a plain map: the shortest statement of what the port means. */
import type { UserData } from '../../event/shape.ts'
import { ORDER_BOOK_MS, ORDER_PERSON_MS } from '../../order-limits.ts'
import {
  isSameOrder,
  type Order,
  type OrderBook,
  type OrderKey,
  type OrderQuery,
  type OrderSpan,
  type OrdersPut,
  orderAfter,
} from '../orders.ts'

const nameOf = ({ dataset_id, origin, order_id }: OrderKey): string =>
  `${dataset_id}\n${origin}\n${order_id}`

export class MemoryOrders {
  readonly #orders = new Map<string, Order>()

  port(): OrderBook {
    return {
      putOrders: async (orders) => this.put(orders),
      compareOrders: async (orders) => this.#apply(orders, () => undefined),
      orders: async (query) => structuredClone(this.#page(query)),
      paidOrders: async (query) =>
        this.#page({ ...query, limit: Number.POSITIVE_INFINITY }).filter(
          ({ status }) => status === 'paid',
        ).length,
      ordersById: async ({ dataset_id, origin }, ids) =>
        structuredClone(
          ids.flatMap((order_id) => {
            const found = this.#orders.get(nameOf({ dataset_id, origin, order_id }))
            return found ? [found] : []
          }),
        ),
      orderSpans: async (datasetId) => this.#spans(datasetId),
    }
  }

  put(orders: readonly Order[]): OrdersPut {
    return this.#apply(orders, (order) => {
      this.#orders.set(nameOf(order), structuredClone(order))
    })
  }

  eraseDataset(datasetId: string): void {
    this.#forget(({ dataset_id }) => dataset_id === datasetId)
  }

  erasePerson(datasetId: string, hashes: readonly string[]): void {
    this.#unname(
      ({ dataset_id, user_data }) => dataset_id === datasetId && isOneOf(user_data, hashes),
    )
  }

  tidyUp(nowMs: number): void {
    this.#forget(({ at_s }) => at_s * 1000 < nowMs - ORDER_BOOK_MS)
    this.#unname(({ at_s }) => at_s * 1000 < nowMs - ORDER_PERSON_MS)
  }

  #apply(orders: readonly Order[], write: (order: Order) => void): OrdersPut {
    const done = { added: 0, changed: 0, same: 0 }
    for (const order of orders) {
      const before = this.#orders.get(nameOf(order))
      const after = orderAfter(before, order)
      done[before ? (isSameOrder(before, after) ? 'same' : 'changed') : 'added'] += 1
      write(after)
    }
    return done
  }

  #page({ dataset_id, origin, from_s, to_s, limit, after }: OrderQuery): Order[] {
    const last = after ?? { at_s: Number.NEGATIVE_INFINITY, order_id: '' }
    return [...this.#orders.values()]
      .filter((order) => order.dataset_id === dataset_id && order.origin === origin)
      .filter(({ at_s }) => at_s >= from_s && at_s < to_s)
      .filter((order) => byTime(order, last) > 0)
      .sort(byTime)
      .slice(0, limit)
  }

  #spans(datasetId: string): OrderSpan[] {
    const own = [...this.#orders.values()].filter(({ dataset_id }) => dataset_id === datasetId)
    return [...Map.groupBy(own, ({ origin }) => origin)].map(([origin, orders]) => ({
      origin,
      orders: orders.length,
      first_s: Math.min(...orders.map(({ at_s }) => at_s)),
      last_s: Math.max(...orders.map(({ at_s }) => at_s)),
    }))
  }

  #forget(isGone: (order: Order) => boolean): void {
    for (const [name, order] of this.#orders) if (isGone(order)) this.#orders.delete(name)
  }

  #unname(isNameless: (order: Order) => boolean): void {
    for (const [name, order] of this.#orders) {
      if (!isNameless(order)) continue
      const { user_data: _, url: __, ...rest } = order
      this.#orders.set(name, rest)
    }
  }
}

type Place = Pick<Order, 'at_s' | 'order_id'>

const byTime = (a: Place, b: Place): number =>
  a.at_s - b.at_s || (a.order_id < b.order_id ? -1 : Number(a.order_id > b.order_id))

const isOneOf = (userData: UserData | undefined, hashes: readonly string[]): boolean =>
  Object.values(userData ?? {})
    .flat()
    .some((value) => hashes.includes(value))
