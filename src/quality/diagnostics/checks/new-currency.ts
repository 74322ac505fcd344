/** A currency that the shop never had. */
import type { Check } from '../check.ts'
import { AFFECTED_MIN } from '../share.ts'
import { MONEY } from '../snippets/money.ts'
import { count } from '../words.ts'

const EVENTS_BEFORE_MIN = 100

export const newCurrency: Check = {
  code: 'new_currency',
  title: 'A currency that was not seen before',
  severity: 'warning',
  about:
    'Values arrive in a currency that this event never had in the weeks before. That is right when you sell in a new country, and wrong when the code is a default of a plugin or of an ad account.',
  fix: 'If you do not sell in it, send the currency of the order instead. Otherwise mute this finding.',
  snippets: MONEY,
  trigger: ({ moneyDay, moneyBefore }) =>
    moneyDay.flatMap(({ event_name, currency, n }) => {
      const before = moneyBefore.filter((one) => one.event_name === event_name && one.n > 0)
      const known = before.reduce((sum, one) => sum + one.n, 0)
      const isKnown = before.some((one) => one.currency === currency)
      if (n < AFFECTED_MIN || isKnown || known < EVENTS_BEFORE_MIN) return []
      const words = `${count(n)} ${event_name} in ${currency} in the last 24 hours; none of ${count(known)} in the weeks before.`
      return [
        {
          subject: { event_name, key: currency },
          affected: n,
          total: moneyDay
            .filter((one) => one.event_name === event_name)
            .reduce((s, o) => s + o.n, 0),
          hours: 24,
          words,
          picks: ({ legs: [leg] }) =>
            leg.event.event_name === event_name && leg.event.custom_data?.currency === currency,
        },
      ]
    }),
}
