/**
 * Purchases in the order of their time, so that those near a moment are found without a look at
 * all: one e-mail, one address or one price may be on every purchase of a large shop. Pure. Used by
 * extra.ts and fold.ts.
 */
import type { PurchaseSeen } from './purchase-seen.ts'

export class Timeline {
  readonly #sorted: readonly PurchaseSeen[]

  constructor(purchases: Iterable<PurchaseSeen>) {
    this.#sorted = [...purchases].sort((a, b) => a.at_s - b.at_s || a.seq - b.seq)
  }

  /** Those at most so many seconds away. */
  within(at_s: number, spanS: number): readonly PurchaseSeen[] {
    return this.#sorted.slice(this.#placeOf(at_s - spanS), this.#placeOf(at_s + spanS + 1))
  }

  /** The `n` before a moment and the `n` from it on. */
  around(at_s: number, n: number): readonly PurchaseSeen[] {
    const place = this.#placeOf(at_s)
    return this.#sorted.slice(Math.max(0, place - n), place + n)
  }

  /** Of the first that is not before. */
  #placeOf(at_s: number): number {
    let [from, to] = [0, this.#sorted.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if ((this.#sorted[middle]?.at_s ?? 0) < at_s) from = middle + 1
      else to = middle
    }
    return from
  }
}
