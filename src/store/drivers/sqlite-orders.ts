/**
 * The order book of the SQLite driver: one row per order, found by its id and by its time. Called
 * by sqlite.ts, and by sqlite-inbox.ts inside the transaction that ends a delivery.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'
import type { ActionSource, UserData } from '../../event/shape.ts'
import { INBOX_TIDY_ROWS } from '../../limits.ts'
import { ORDER_BOOK_MS, ORDER_PERSON_MS } from '../../order-limits.ts'
import {
  isSameOrder,
  ORDER_ORIGINS,
  ORDER_STATUSES,
  type Order,
  type OrderBook,
  type OrderQuery,
  type OrderSpan,
  type OrdersPut,
  orderAfter,
} from '../orders.ts'
import type { Connection } from './sqlite-connection.ts'

type Stored = { readonly [column: string]: unknown }

export class SqliteOrders {
  readonly #connection: Connection
  readonly #sql: ReturnType<typeof statements>

  constructor(connection: Connection) {
    this.#connection = connection
    this.#sql = statements(connection.db)
  }

  port(): OrderBook {
    const connection = this.#connection
    return {
      putOrders: (orders) => connection.writeDurably(() => this.put(orders)),
      compareOrders: async (orders) => connection.read(() => this.#apply(orders, () => undefined)),
      orders: async (query) => connection.read(() => this.#page(query)),
      paidOrders: async (query) => connection.read(() => this.#paid(query)),
      ordersById: async ({ dataset_id, origin }, ids) =>
        connection.read(() =>
          ids.flatMap((id) => {
            const row = this.#sql.one.get(dataset_id, ORDER_ORIGINS.indexOf(origin), id)
            return row ? [orderOf(row)] : []
          }),
        ),
      orderSpans: async (datasetId) => connection.read(() => this.#spans(datasetId)),
    }
  }

  /** Inside write. */
  put(orders: readonly Order[]): OrdersPut {
    const added: Stored[] = []
    const done = this.#apply(orders, (order, isNew) => {
      const { dataset_id, origin, order_id, at_s, status, source, user_data } = order
      this.#sql.put.run(
        dataset_id,
        ORDER_ORIGINS.indexOf(origin),
        order_id,
        at_s,
        ORDER_STATUSES.indexOf(status),
        order.amount ?? null,
        order.currency ?? null,
        source,
        order.action_source ?? null,
        order.url ?? null,
        user_data ? JSON.stringify(user_data) : null,
      )
      if (isNew) added.push({ dataset_id, origin: ORDER_ORIGINS.indexOf(origin) })
    })
    this.#count(added, 1)
    return done
  }

  async eraseDataset(datasetId: string): Promise<void> {
    const remove = (): number => this.#removed(this.#sql.removeDataset.all(datasetId))
    while (this.#connection.write(remove) > 0) await turn()
  }

  /** Reads the rows that name somebody, a slice at a time. */
  async erasePerson(datasetId: string, hashes: readonly string[]): Promise<void> {
    const wanted = new Set(hashes)
    let after: Stored | undefined = { origin: -1, order_id: '' }
    while (after) {
      const { origin, order_id } = after
      const rows: Stored[] = this.#connection.read(() =>
        this.#sql.named.all(datasetId, origin as number, origin as number, order_id as string),
      )
      const own = rows.filter(({ user_data }) => isOneOf(String(user_data), wanted))
      if (own.length > 0) {
        this.#connection.write(() => {
          for (const row of own) {
            this.#sql.unname.run(datasetId, row.origin as number, row.order_id as string)
          }
        })
      }
      after = rows.at(-1)
      await turn()
    }
  }

  /** One slice of upkeep; true when something was done. */
  step(nowMs: number): boolean {
    const { old, removeOld, oldNames, removeNames } = this.#sql
    const rowsBefore = Math.floor((nowMs - ORDER_BOOK_MS) / 1000)
    const namesBefore = Math.floor((nowMs - ORDER_PERSON_MS) / 1000)
    if (!old.get(rowsBefore) && !oldNames.get(namesBefore)) return false
    return this.#connection.write(() => {
      const removed = this.#removed(removeOld.all(rowsBefore))
      return removed + Number(removeNames.run(namesBefore).changes) > 0
    })
  }

  #removed(rows: readonly Stored[]): number {
    this.#count(rows, -1)
    this.#sql.removeEmpty.run()
    return rows.length
  }

  /** Inside write: so many orders more, or fewer, as there are rows of a book. */
  #count(rows: readonly Stored[], sign: 1 | -1): void {
    const books = Map.groupBy(rows, ({ dataset_id, origin }) => `${origin} ${dataset_id}`)
    for (const [first, ...rest] of books.values()) {
      if (!first) continue
      const { dataset_id, origin } = first
      this.#sql.addCount.run(String(dataset_id), Number(origin), sign * (1 + rest.length))
    }
  }

  #apply(orders: readonly Order[], write: (order: Order, isNew: boolean) => void): OrdersPut {
    const done = { added: 0, changed: 0, same: 0 }
    for (const order of orders) {
      const { dataset_id, origin, order_id } = order
      const row = this.#sql.one.get(dataset_id, ORDER_ORIGINS.indexOf(origin), order_id)
      const before = row ? orderOf(row) : undefined
      const after = orderAfter(before, order)
      const isSame = before !== undefined && isSameOrder(before, after)
      done[before ? (isSame ? 'same' : 'changed') : 'added'] += 1
      if (!isSame) write(after, before === undefined)
    }
    return done
  }

  #page({ dataset_id, origin, from_s, to_s, limit, after }: OrderQuery): Order[] {
    const { at_s, order_id } = after ?? { at_s: from_s, order_id: '' }
    const start = Math.max(from_s, at_s)
    return this.#sql.page
      .all(dataset_id, ORDER_ORIGINS.indexOf(origin), start, to_s, start, order_id, limit)
      .map(orderOf)
  }

  #paid({ dataset_id, origin, from_s, to_s }: Omit<OrderQuery, 'limit' | 'after'>): number {
    const row = this.#sql.paid.get(dataset_id, ORDER_ORIGINS.indexOf(origin), from_s, to_s)
    return Number(row?.n ?? 0)
  }

  #spans(datasetId: string): OrderSpan[] {
    return this.#sql.spans.all(datasetId).map(({ origin, orders, first, last }) => ({
      origin: ORDER_ORIGINS[Number(origin)] ?? 'csv',
      orders: Number(orders),
      first_s: Number(first),
      last_s: Number(last),
    }))
  }
}

function statements(db: DatabaseSync) {
  const slice = `LIMIT ${INBOX_TIDY_ROWS}`
  return {
    one: db.prepare('SELECT * FROM orders WHERE dataset_id = ? AND origin = ? AND order_id = ?'),
    put: db.prepare('INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    page: db.prepare(`
      SELECT * FROM orders WHERE dataset_id = ? AND origin = ? AND at_s >= ? AND at_s < ?
        AND (at_s, order_id) > (?, ?) ORDER BY at_s, order_id LIMIT ?`),
    paid: db.prepare(`
      SELECT count(*) AS n FROM orders WHERE dataset_id = ? AND origin = ? AND at_s >= ?
        AND at_s < ? AND status = ${ORDER_STATUSES.indexOf('paid')}`),
    spans: db.prepare(`
      SELECT origin, orders,
          (SELECT min(at_s) FROM orders o WHERE (o.dataset_id, o.origin) = (b.dataset_id, b.origin))
            AS first,
          (SELECT max(at_s) FROM orders o WHERE (o.dataset_id, o.origin) = (b.dataset_id, b.origin))
            AS last
        FROM order_books b WHERE dataset_id = ?`),
    addCount: db.prepare(`
      INSERT INTO order_books VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET orders = orders + excluded.orders`),
    removeEmpty: db.prepare('DELETE FROM order_books WHERE orders = 0'),
    removeDataset: db.prepare(`
      DELETE FROM orders WHERE (dataset_id, origin, order_id) IN
        (SELECT dataset_id, origin, order_id FROM orders WHERE dataset_id = ? ${slice})
        RETURNING dataset_id, origin`),
    named: db.prepare(`
      SELECT origin, order_id, user_data FROM orders WHERE dataset_id = ?
        AND (origin > ? OR (origin = ? AND order_id > ?)) AND user_data IS NOT NULL
        ORDER BY origin, order_id ${slice}`),
    unname: db.prepare(`
      UPDATE orders SET user_data = NULL, url = NULL
        WHERE dataset_id = ? AND origin = ? AND order_id = ?`),
    old: db.prepare('SELECT 1 FROM orders WHERE at_s < ? LIMIT 1'),
    removeOld: db.prepare(`
      DELETE FROM orders WHERE (dataset_id, origin, order_id) IN
        (SELECT dataset_id, origin, order_id FROM orders WHERE at_s < ? ${slice})
        RETURNING dataset_id, origin`),
    oldNames: db.prepare('SELECT 1 FROM orders WHERE user_data IS NOT NULL AND at_s < ? LIMIT 1'),
    removeNames: db.prepare(`
      UPDATE orders SET user_data = NULL, url = NULL WHERE (dataset_id, origin, order_id) IN
        (SELECT dataset_id, origin, order_id FROM orders
          WHERE user_data IS NOT NULL AND at_s < ? ${slice})`),
  } satisfies Record<string, StatementSync>
}

function orderOf(row: Stored): Order {
  const text = (name: string): Record<string, string> =>
    typeof row[name] === 'string' ? { [name]: row[name] } : {}
  return {
    dataset_id: String(row.dataset_id),
    origin: ORDER_ORIGINS[Number(row.origin)] ?? 'csv',
    order_id: String(row.order_id),
    at_s: Number(row.at_s),
    status: ORDER_STATUSES[Number(row.status)] ?? 'pending',
    ...text('amount'),
    ...text('currency'),
    source: String(row.source),
    ...(typeof row.action_source === 'string'
      ? { action_source: row.action_source as ActionSource }
      : {}),
    ...text('url'),
    ...(typeof row.user_data === 'string'
      ? { user_data: JSON.parse(row.user_data) as UserData }
      : {}),
  }
}

const isOneOf = (userData: string, hashes: ReadonlySet<string>): boolean =>
  Object.values(JSON.parse(userData) as UserData)
    .flat()
    .some((value) => hashes.has(value))
