/**
 * Findings of several datasets in the order in which they are worth mending: by the money at stake,
 * largest first. Amounts of two currencies cannot be compared and are not: each currency stands by
 * itself, the one with most findings first. What has no money comes after, by events. Pure.
 */

interface Worth {
  readonly affected: number
  /** Whole units as exact text; the first is what the finding is ordered by. */
  readonly money: readonly { readonly currency: string; readonly about: string }[]
}

export function byWorth<T extends Worth>(findings: readonly T[]): readonly T[] {
  const priced = findings.filter(({ money }) => money.length > 0)
  const groups = [...Map.groupBy(priced, currencyOf)].sort(
    ([one, mine], [other, theirs]) =>
      theirs.length - mine.length || String(one).localeCompare(String(other)),
  )
  const plain = findings.filter(({ money }) => money.length === 0)
  return [
    ...groups.flatMap(([, group]) => group.sort(byAmount)),
    ...plain.sort((a, b) => b.affected - a.affected),
  ]
}

const currencyOf = ({ money }: Worth): string | undefined => money[0]?.currency

/** Digits alone are compared exactly, whatever their number. */
function byAmount(a: Worth, b: Worth): number {
  const [mine, theirs] = [amountOf(a), amountOf(b)]
  if (mine === theirs) return b.affected - a.affected
  return mine < theirs ? 1 : -1
}

const amountOf = ({ money }: Worth): bigint => BigInt(money[0]?.about ?? '0')
