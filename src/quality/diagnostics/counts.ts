/**
 * The counters of one window of time, indexed so that sixty checks can ask them at the cost of a few
 * look-ups each. Built once per pass by evidence.ts; every check reads it. Pure.
 */
import type { Count } from '../counters.ts'

/** As the checks see it: what a server, a webhook or a file reports is one side. */
export type Side = 'browser' | 'server'

export interface Where {
  /** All event names together where it is left out. */
  readonly name?: string | undefined
  readonly side?: Side | undefined
}

export interface Counts {
  readonly names: readonly string[]
  /** Sum of these counters; never below zero. */
  sum(metrics: readonly string[] | string, where?: Where): number
  /** Of a family (`match:`) by what follows its name; nothing that adds up to zero. */
  family(prefix: string, where?: Where): ReadonlyMap<string, number>
}

type Metrics = Map<string, number>

export function countsOf(rows: readonly Count[]): Counts {
  const byName = new Map<string, Record<Side, Metrics>>()
  for (const { event_name, channel, metric, n } of rows) {
    let sides = byName.get(event_name)
    if (!sides) {
      sides = { browser: new Map(), server: new Map() }
      byName.set(event_name, sides)
    }
    const own = channel === 'browser' ? sides.browser : sides.server
    own.set(metric, (own.get(metric) ?? 0) + n)
  }
  const chosen = ({ name, side }: Where): Metrics[] => {
    const sides = name === undefined ? [...byName.values()] : [byName.get(name)]
    return sides.flatMap((one) => (one ? (side ? [one[side]] : [one.browser, one.server]) : []))
  }
  return {
    names: [...byName.keys()],
    sum: (metrics, where = {}) => {
      const asked = typeof metrics === 'string' ? [metrics] : metrics
      let sum = 0
      for (const own of chosen(where)) for (const metric of asked) sum += own.get(metric) ?? 0
      return Math.max(0, sum)
    },
    family: (prefix, where = {}) => {
      const sums = new Map<string, number>()
      for (const own of chosen(where)) {
        for (const [metric, n] of own) {
          if (!metric.startsWith(prefix)) continue
          const rest = metric.slice(prefix.length)
          sums.set(rest, (sums.get(rest) ?? 0) + n)
        }
      }
      for (const [name, n] of sums) if (n <= 0) sums.delete(name)
      return sums
    },
  }
}

/** Reports that were counted or merged: neither refused nor dropped. */
export const keptIn = (counts: Counts, where: Where = {}): number =>
  counts.sum(['accepted', 'duplicate'], where)

/** Events that became known to both sides. */
export function pairsIn(counts: Counts, { name }: Where = {}): number {
  return [...counts.family('pair_by:', { name }).values()].reduce((sum, n) => sum + n, 0)
}
