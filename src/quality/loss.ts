/**
 * What browsers lose and the server brings back, from counters of conversions on the website: by
 * browser, system and app, each with Wilson's interval, and in money. Of sales that the server
 * knows, so it cannot see what neither side reported. Pure.
 */
import { agentOfText, isInApp, UNKNOWN } from '../event/agent-class.ts'
import { decimalOf } from '../event/money.ts'
import { type Count, familyOf, sumOf } from './counters.ts'
import { type Sides, sidesOf } from './pairing.ts'
import { type Interval, wilson } from './wilson.ts'

export const LOSS_METRICS = ['pair:', 'known:', 'met:', 'order', 'alone:'] as const

/** Fewer events than this say too little of a browser to be compared. */
export const EVENTS_FOR_A_LOSS = 30

export interface Loss {
  /** Conversions that the server reported from the website. */
  readonly known: number
  /** Of these, those that the browser did not report. */
  readonly lost: number
  /** lost / known; undefined where nothing is known. */
  readonly rate: number | undefined
  readonly interval: Interval
  readonly few: boolean
}

export interface NamedLoss extends Loss {
  readonly name: string
}

export interface LossReport extends Sides {
  /** Conversions that name an order: one for each distinct order of the window. */
  readonly orders: number
  readonly total: Loss
  readonly by_browser: readonly NamedLoss[]
  readonly by_os: readonly NamedLoss[]
  /** in_app, browser, unknown. */
  readonly by_place: readonly NamedLoss[]
  /** What only the server reported: known to nobody without it. */
  readonly recovered: {
    readonly events: number
    readonly money: readonly { readonly currency: string; readonly sum_exact: string }[]
  }
}

export function lossReport(rows: readonly Count[]): LossReport {
  const known = familyOf(rows, 'known:')
  const met = familyOf(rows, 'met:')
  const grouped = (nameOf: (agent: string) => string): NamedLoss[] =>
    [...Map.groupBy(known.keys(), nameOf)]
      .map(([name, agents]) => {
        const sum = (of: ReadonlyMap<string, number>) =>
          agents.reduce((all, agent) => all + (of.get(agent) ?? 0), 0)
        return { name, ...lossOf(sum(known), sum(met)) }
      })
      .sort((a, b) => b.known - a.known || a.name.localeCompare(b.name))
  const total = lossOf(valuesIn(known), valuesIn(met))
  return {
    ...sidesOf(rows),
    orders: sumOf(rows, 'order'),
    total,
    by_browser: grouped((agent) => agentOfText(agent).browser),
    by_os: grouped((agent) => agentOfText(agent).os),
    by_place: grouped((agent) => placeOf(agentOfText(agent).browser)),
    recovered: { events: total.lost, money: moneyAlone(rows) },
  }
}

export function lossOf(known: number, met: number): Loss {
  const lost = Math.max(0, known - met)
  return {
    known,
    lost,
    rate: known === 0 ? undefined : lost / known,
    interval: wilson(lost, known),
    few: known < EVENTS_FOR_A_LOSS,
  }
}

function placeOf(browser: string): string {
  if (browser === UNKNOWN) return UNKNOWN
  return isInApp(browser) ? 'in_app' : 'browser'
}

const valuesIn = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, n) => sum + n, 0)

/** Not familyOf: a part of a sum may be below zero while the whole is not. */
function moneyAlone(rows: readonly Count[]): LossReport['recovered']['money'] {
  const sums = new Map<string, { units: bigint; micros: bigint }>()
  for (const { metric, n } of rows) {
    const [, currency, part] = /^alone:([^:]+):(\w+)$/.exec(metric) ?? []
    if (currency === undefined) continue
    const sum = sums.get(currency) ?? { units: 0n, micros: 0n }
    if (part === 'micros') sum.micros += BigInt(n)
    else sum.units += BigInt(n) * (part === 'millions' ? 1_000_000n : 1n)
    sums.set(currency, sum)
  }
  return [...sums]
    .map(([currency, { units, micros }]) => ({ currency, sum_exact: decimalOf(units, micros) }))
    .filter(({ sum_exact }) => sum_exact !== '0')
    .sort((a, b) => Number(b.sum_exact) - Number(a.sum_exact))
}
