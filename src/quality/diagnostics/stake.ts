/**
 * What a finding may cost: the affected conversions at the mean value that conversions of that name
 * have, in each currency apart. An estimate in whole units, made of exact sums; no currency is ever
 * converted or guessed. Pure; called by diagnose.ts.
 */
import { isBrowsing } from '../../event/names.ts'
import type { Hit } from './check.ts'
import { type Evidence, longest, type MoneyOf } from './evidence.ts'

export interface Stake {
  readonly currency: string
  /** Whole units, as text: a sum may be beyond what a number holds. */
  readonly about: string
}

export interface Staked {
  readonly money: readonly Stake[]
  /** Of all money of 7 days, the largest share of any currency: 0 to 1. What findings sort by. */
  readonly share: number
}

const NOTHING: Staked = { money: [], share: 0 }
const MICROS = 1_000_000n

export function stakeOf(hit: Hit, evidence: Evidence): Staked {
  const name = hit.staked?.event_name ?? hit.subject.event_name
  if (name === undefined || isBrowsing(name)) return NOTHING
  const own = evidence.money.filter(({ event_name, n }) => event_name === name && n > 0)
  const priced = own.reduce((sum, { n }) => sum + n, 0)
  if (priced === 0) return NOTHING
  const events = Math.max(longest(evidence).counts.sum('accepted', { name }), priced)
  const affected = Math.min(hit.staked?.events ?? hit.affected, events)
  const all = totals(evidence.money)
  const stakes = own.flatMap(({ currency, ...sum }) => {
    const micros = (microsOf(sum) * BigInt(Math.round(affected))) / BigInt(priced)
    const whole = (micros + MICROS / 2n) / MICROS
    if (whole <= 0n) return []
    const of = Number(micros) / Number(all.get(currency) ?? micros)
    return [{ currency, about: String(whole), of }]
  })
  return {
    money: stakes.map(({ currency, about }) => ({ currency, about })),
    share: Math.min(1, Math.max(0, ...stakes.map(({ of }) => of))),
  }
}

export const microsOf = ({ units, micros }: Pick<MoneyOf, 'units' | 'micros'>): bigint =>
  units * MICROS + micros

function totals(money: readonly MoneyOf[]): Map<string, bigint> {
  const sums = new Map<string, bigint>()
  for (const { currency, ...sum } of money) {
    sums.set(currency, (sums.get(currency) ?? 0n) + microsOf(sum))
  }
  return sums
}
