/**
 * Of which events the shop could have known the person: those of a visitor whom an earlier sale,
 * sign-up or checkout of the same visitor had named. Worked out from who visited, not from what was hashed.
 */
import { isLooking } from './report-truth.ts'
import type { Leg } from './truth.ts'

interface Told {
  readonly first: Leg
  /** Somebody's name stands in one of its reports; the cookie of a browser does. */
  readonly isNamed: boolean
  readonly hasBrowser: boolean
}

export class PeopleTruth {
  readonly #byVisitor = new Map<object, Told[]>()

  /** An event that is counted, with all of its reports. */
  enter(visitor: object, legs: readonly Leg[]): void {
    const [first] = legs
    if (!first) return
    const carries = (key: string): boolean => legs.some(({ keys }) => keys?.includes(key))
    const told = { first, isNamed: carries('external_id'), hasBrowser: carries('fbp') }
    const known = this.#byVisitor.get(visitor)
    if (known) known.push(told)
    else this.#byVisitor.set(visitor, [told])
  }

  /** The first reports of all events whose person an earlier one had named. */
  *known(): Generator<Leg> {
    for (const told of this.#byVisitor.values()) {
      let [named, browserNamed] = [false, false]
      for (const { first, isNamed, hasBrowser } of told.sort(byTime)) {
        if ((isNamed && named) || (hasBrowser && browserNamed)) yield first
        if (!isNamed || isLooking(first.name)) continue
        named = true
        browserNamed ||= hasBrowser
      }
    }
  }
}

const byTime = (a: Told, b: Told): number => a.first.atMs - b.first.atMs
