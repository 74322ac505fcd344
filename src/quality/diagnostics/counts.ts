/**
 * The counters of one window of time, indexed so that sixty checks can ask them at the cost of a
 * few look-ups each. Built once per pass by evidence.ts; every check reads it. Pure.
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
  const metricsOf = remembered((name, side) => {
    const sides = name === undefined ? [...byName.values()] : [byName.get(name)]
    const all = sides.flatMap((one) =>
      one ? (side ? [one[side]] : [one.browser, one.server]) : [],
    )
    return all.length === 1 ? (all[0] ?? new Map()) : merged(all)
  })
  return {
    names: [...byName.keys()],
    sum: (metrics, { name, side } = {}) => {
      const own = metricsOf(name, side)
      if (typeof metrics === 'string') return Math.max(0, own.get(metrics) ?? 0)
      let sum = 0
      for (const metric of metrics) sum += own.get(metric) ?? 0
      return Math.max(0, sum)
    },
    family: (prefix, { name, side } = {}) => {
      const found = new Map<string, number>()
      for (const [metric, n] of metricsOf(name, side)) {
        if (n > 0 && metric.startsWith(prefix)) found.set(metric.slice(prefix.length), n)
      }
      return found
    },
  }
}

type MetricsOf = (name: string | undefined, side: Side | undefined) => Metrics

/** The checks ask for the same few hundreds of times. */
function remembered(metricsOf: MetricsOf): MetricsOf {
  const known = new Map<string | undefined, Map<Side | undefined, Metrics>>()
  return (name, side) => {
    const sides = known.get(name) ?? new Map<Side | undefined, Metrics>()
    if (sides.size === 0) known.set(name, sides)
    const found = sides.get(side) ?? metricsOf(name, side)
    sides.set(side, found)
    return found
  }
}

function merged(all: readonly Metrics[]): Metrics {
  const sums: Metrics = new Map()
  for (const one of all) {
    for (const [metric, n] of one) sums.set(metric, (sums.get(metric) ?? 0) + n)
  }
  return sums
}

/** Reports that were counted or merged: neither refused nor dropped. */
export const keptIn = (counts: Counts, where: Where = {}): number =>
  counts.sum(['accepted', 'duplicate'], where)

/** Events that became known to both sides. */
export function pairsIn(counts: Counts, { name }: Where = {}): number {
  return [...counts.family('pair_by:', { name }).values()].reduce((sum, n) => sum + n, 0)
}
