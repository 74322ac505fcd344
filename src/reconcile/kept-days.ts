/**
 * Purchases of days that are over, kept for a minute: whoever looks through the days of a month, or
 * through the pages of one, asks for the same days again and again, and each purchase lies in a
 * block of its own. A report that comes late to a purchase of such a day is seen a minute later;
 * which orders were counted at all is never answered from here. In memory, bounded. Made by
 * reconciler.ts, used by reader.ts.
 */
import { RECONCILE_KEPT_MS, RECONCILE_KEPT_PURCHASES } from '../order-limits.ts'
import type { PurchaseSeen } from './purchase-seen.ts'

export interface DayPurchases {
  readonly list: readonly PurchaseSeen[]
  readonly whole: boolean
}

export interface KeptDays {
  get(key: string): DayPurchases | undefined
  /** `to_s`: the end of the day, which is kept only when it has come. */
  put(key: string, purchases: DayPurchases, to_s: number): void
  /** What is too old to be given out does not stay in memory either: it names people. */
  tidyUp(): void
}

interface Kept {
  readonly purchases: DayPurchases
  readonly untilMs: number
}

export function createKeptDays(nowMs: () => number): KeptDays {
  /** The oldest first: all last equally long. */
  const kept = new Map<string, Kept>()
  let size = 0
  const remove = (key: string): void => {
    size -= kept.get(key)?.purchases.list.length ?? 0
    kept.delete(key)
  }
  const tidyUp = (): void => {
    for (const [key, { untilMs }] of kept) {
      if (untilMs > nowMs() && size <= RECONCILE_KEPT_PURCHASES) return
      remove(key)
    }
  }
  return {
    get: (key) => {
      const known = kept.get(key)
      return known && known.untilMs > nowMs() ? known.purchases : undefined
    },
    put: (key, purchases, to_s) => {
      if (to_s * 1000 > nowMs()) return
      remove(key)
      kept.set(key, { purchases, untilMs: nowMs() + RECONCILE_KEPT_MS })
      size += purchases.list.length
      tidyUp()
    },
    tidyUp,
  }
}
