/** Values ten times what they were: cents for units, or the other way round. */
import type { Check, Hit } from '../check.ts'
import type { Evidence, MoneyOf } from '../evidence.ts'
import { AFFECTED_MIN } from '../share.ts'
import { MONEY } from '../snippets/money.ts'
import { microsOf } from '../stake.ts'
import { count } from '../words.ts'

const TIMES = 8n

export const valueJump: Check = {
  code: 'value_jump',
  title: 'Values are far from what they were',
  severity: 'error',
  about:
    'The mean value is many times what it was in the weeks before: cents sent as units (or units as cents), another currency under the old code, or a total of the day.',
  fix: 'Send major units: 30.5 for thirty euros fifty. Compare a sample with the order in the shop.',
  snippets: MONEY,
  trigger: (evidence) => evidence.moneyDay.flatMap((day) => jump(day, evidence)),
}

function jump(day: MoneyOf, { moneyBefore }: Evidence): Hit[] {
  const { event_name, currency } = day
  const was = moneyBefore.find((one) => one.event_name === event_name && one.currency === currency)
  if (!was || was.n < AFFECTED_MIN || day.n < AFFECTED_MIN) return []
  const [is, before] = [meanOf(day), meanOf(was)]
  if (is <= 0n || before <= 0n) return []
  if (is < before * TIMES && before < is * TIMES) return []
  const words = `Mean value of ${event_name} in ${currency}: ${unitsIn(is)} in the last 24 hours (${count(day.n)} events), ${unitsIn(before)} in the weeks before (${count(was.n)} events).`
  return [
    {
      subject: { event_name, key: currency },
      affected: day.n,
      total: day.n,
      hours: 24,
      words,
      picks: ({ legs: [leg] }) =>
        leg.event.event_name === event_name && leg.event.custom_data?.currency === currency,
    },
  ]
}

const meanOf = (sum: MoneyOf): bigint => microsOf(sum) / BigInt(sum.n)

/** With cents: cut, not rounded, and never a sum of doubles. */
function unitsIn(micros: bigint): string {
  const cents = micros / 10_000n
  return `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`
}
