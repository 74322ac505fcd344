/**
 * Who is shopping: cart, orders and reports still to be rendered, in memory only and bounded. A
 * restart forgets everybody, as it should for a demo. Called by shop.ts.
 */
import type { Report, ShopperHashes } from './reports.ts'

export interface Session {
  readonly id: string
  /** Given to both legs as external_id; unlike `id` it opens nothing, so it may stand in a page. */
  readonly customerId: string
  readonly sinceMs: number
  /** sku -> bags */
  readonly cart: Map<string, number>
  readonly orders: Map<string, Order>
  /** Browser legs owed to the next page, such as the AddToCart before a redirect. */
  reports: Report[]
  /** Known from the last order on, so that later reports match better. Hashed, never in clear. */
  hashes: ShopperHashes
  /** Counts up, so that a repeated action gets an id of its own. */
  actions: number
}

export interface Order {
  readonly number: string
  readonly lines: readonly { readonly sku: string; readonly bags: number }[]
  readonly totalCents: number
  /** For the greeting; the rest of the form is hashed for the report and then forgotten. */
  readonly firstName: string
  readonly report: Report
}

export const SESSION_COOKIE = 'brewbeans_session'
/** Visitors remembered; the one who was away longest goes first. */
const SESSIONS_MAX = 2000
const ORDERS_PER_SESSION_MAX = 20
export const BAGS_PER_LINE_MAX = 20

export interface Sessions {
  find(id: string | undefined): Session | undefined
  open(): Session
}

export function createSessions(ports: { nowMs(): number; randomId(): string }): Sessions {
  const sessions = new Map<string, Session>()
  return {
    find(id) {
      const session = id === undefined ? undefined : sessions.get(id)
      if (session) {
        sessions.delete(session.id)
        sessions.set(session.id, session)
      }
      return session
    },
    open() {
      const session: Session = {
        id: ports.randomId(),
        customerId: ports.randomId(),
        sinceMs: ports.nowMs(),
        cart: new Map(),
        orders: new Map(),
        reports: [],
        hashes: {},
        actions: 0,
      }
      sessions.set(session.id, session)
      dropOldest(sessions, SESSIONS_MAX)
      return session
    },
  }
}

export function addOrder(session: Session, order: Order): void {
  session.orders.set(order.number, order)
  dropOldest(session.orders, ORDERS_PER_SESSION_MAX)
}

/** Maps keep insertion order, so the first key is the oldest. */
function dropOldest(map: Map<string, unknown>, max: number): void {
  for (const key of map.keys()) {
    if (map.size <= max) return
    map.delete(key)
  }
}
