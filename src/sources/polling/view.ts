/**
 * What people see of a platform that is asked for its orders: how far it was asked, when, and what
 * went wrong. No behaviour: poller.ts implements it, the API hands it on.
 */
import type { ConnectionKey } from '../../store/inbox.ts'

/** What one round brought. */
export interface RoundSums {
  readonly pages: number
  /** Orders that the platform named. */
  readonly orders: number
  /** New in the book. */
  readonly added: number
  readonly changed: number
  /** Orders that could not be read. */
  readonly unread: number
}

export interface PollStatus {
  /** Between two rounds; null: only when told to. */
  readonly minutes: number | null
  /** What has to be entered first; null: nothing. */
  readonly lacks: string | null
  readonly running: boolean
  /** When the last round ended, and the last that came to its end without trouble. */
  readonly last_ms: number | null
  readonly ok_ms: number | null
  readonly next_ms: number | null
  /** What stopped the last round. */
  readonly trouble: string | null
  /** There is more: the next round goes on at once. */
  readonly more: boolean
  /** By the platform's clock: orders that changed until then are known. Unix seconds. */
  readonly until_s: number | null
  readonly round: RoundSums | null
  /** Why the first of those that could not be read could not. */
  readonly unread_detail: string | null
  /** The newest sale that it ever named. */
  readonly last_order: { readonly order_id: string; readonly at_s: number } | null
  /** Of Meta, which the platform itself feeds from the pages of the shop. */
  readonly meta_pixels: readonly string[]
}

export interface Polls {
  /** Undefined where the platform cannot be asked for its orders. */
  status(key: ConnectionKey): PollStatus | undefined
  /**
   * A round begins at once, or after the one under way; with `from_s` all is asked for again from
   * that moment on. Throws `connection_not_found`, `connection_disabled`, `invalid_request`.
   */
  ask(key: ConnectionKey, from_s?: number): void
}
