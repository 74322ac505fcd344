/**
 * Rows added up: a day, or many. Money stays exact, by currency. Pure. Called by reconciler.ts.
 */
import { decimalOf } from '../event/money.ts'
import { wilson } from '../quality/wilson.ts'
import type { FoldedRow } from './fold.ts'
import type { DestinationSum, Discrepancy, Sums } from './view.ts'

/** Of a day; many days are the sum of theirs. */
export class Tally {
  readonly #n = new Map<string, number>()
  readonly #notSold = new Map<string, number>()
  readonly #reasons = new Map<string, number>()
  readonly #orders = new Map<string, bigint>()
  readonly #counted = new Map<string, bigint>()
  readonly #destinations = new Map<string, Record<string, number>>()

  add(row: FoldedRow): void {
    const { kind, reason, status, seen } = row
    if (kind === 'not_sold') {
      bump(this.#notSold, status ?? '')
      return
    }
    if (reason) bump(this.#reasons, `${kind}:${reason}`)
    bump(this.#n, kind)
    if (kind === 'elsewhere') return
    if (row.isUnnamed) bump(this.#n, 'unnamed')
    if (row.isOtherDay) bump(this.#n, 'other_day')
    bump(this.#n, 'repeats', row.repeats)
    if (kind !== 'extra') bump(this.#n, 'orders')
    if (row.amount !== null && row.currency !== null) {
      // What is left out on purpose is no difference.
      if (kind !== 'left_out') plus(this.#orders, row.currency, microsOf(row.amount))
    }
    if (!seen) return
    bump(this.#n, 'counted')
    bump(this.#n, 'further_ids', seen.ids - 1)
    if (seen.micros !== undefined && seen.currency !== undefined) {
      plus(this.#counted, seen.currency, seen.micros)
    }
    const side = kind === 'extra' ? 'extra_' : ''
    if (seen.browser) bump(this.#n, `${side}browser`)
    if (seen.server) bump(this.#n, `${side}server`)
    if (seen.browser && seen.server) bump(this.#n, `${side}both`)
    for (const { destination_id, state } of row.destinations) {
      const sum = this.#destinations.get(destination_id) ?? {}
      sum[state] = (sum[state] ?? 0) + 1
      this.#destinations.set(destination_id, sum)
    }
  }

  addAll(other: Tally): void {
    for (const [mine, theirs] of [
      [this.#n, other.#n],
      [this.#notSold, other.#notSold],
      [this.#reasons, other.#reasons],
    ] as const) {
      for (const [key, n] of theirs) bump(mine, key, n)
    }
    for (const [currency, micros] of other.#orders) plus(this.#orders, currency, micros)
    for (const [currency, micros] of other.#counted) plus(this.#counted, currency, micros)
    for (const [id, states] of other.#destinations) {
      const sum = { ...this.#destinations.get(id) }
      for (const [state, n] of Object.entries(states)) sum[state] = (sum[state] ?? 0) + n
      this.#destinations.set(id, sum)
    }
  }

  sums(): Sums {
    const n = (name: string): number => this.#n.get(name) ?? 0
    const due = n('orders') - n('left_out')
    return {
      ...{ orders: n('orders'), not_sold: Object.fromEntries(this.#notSold) },
      ...{ counted: n('counted'), browser: n('browser'), server: n('server'), both: n('both') },
      ...{ missing: n('missing'), left_out: n('left_out'), extra: n('extra') },
      elsewhere: n('elsewhere'),
      ...{ differs: n('differs'), unnamed: n('unnamed') },
      ...{ other_day: n('other_day'), repeats: n('repeats') },
      reasons: Object.fromEntries(this.#reasons),
      money: this.#money(),
      destinations: this.#sent(),
      discrepancy: discrepancyOf(n('missing'), n('extra'), due),
      browser_alone: discrepancyOf(due - n('browser'), n('extra_browser'), due),
      ids_alone: discrepancyOf(n('missing'), n('extra') + n('further_ids'), due),
      server_alone: discrepancyOf(due - n('server'), n('extra_server'), due),
    }
  }

  #money(): Sums['money'] {
    const currencies = new Set([...this.#orders.keys(), ...this.#counted.keys()])
    return [...currencies].sort().map((currency) => {
      const orders = this.#orders.get(currency) ?? 0n
      const counted = this.#counted.get(currency) ?? 0n
      const [a, b, c] = [orders, counted, counted - orders].map((sum) => decimalOf(0n, sum))
      return { currency, orders: a ?? '0', counted: b ?? '0', difference: c ?? '0' }
    })
  }

  #sent(): DestinationSum[] {
    return [...this.#destinations].map(([destination_id, states]) => ({
      destination_id,
      accepted: states.accepted ?? 0,
      refused: states.refused ?? 0,
      waiting: states.waiting ?? 0,
      not_sent: states.not_sent ?? 0,
    }))
  }
}

/** `due`: orders that should be counted. */
function discrepancyOf(missing: number, extra: number, due: number): Discrepancy {
  const of = due + extra
  const share = of === 0 ? null : (missing + extra) / of
  return { missing, extra, of, share, interval: wilson(missing + extra, of) }
}

function bump(counts: Map<string, number>, key: string, n = 1): void {
  if (n !== 0) counts.set(key, (counts.get(key) ?? 0) + n)
}

function plus(sums: Map<string, bigint>, key: string, micros: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + micros)
}

/** Of an amount of the book, which is a decimal of at most six places. */
function microsOf(amount: string): bigint {
  const [, sign = '', whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(amount) ?? []
  const micros = BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'))
  return sign === '-' ? -micros : micros
}
