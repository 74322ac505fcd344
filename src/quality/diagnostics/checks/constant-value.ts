/** Every sale is worth the same. */
import type { Check, Hit } from '../check.ts'
import { AFFECTED_MIN } from '../share.ts'
import { MONEY } from '../snippets/money.ts'
import { count } from '../words.ts'

export const constantValue: Check = {
  code: 'constant_value',
  title: 'Every sale has the same value',
  severity: 'suggestion',
  about:
    'All recent sales are worth exactly the same. If you sell one thing at one price that is right; else a fixed value stands in the code or in the tag.',
  fix: 'Send the total of the order. If you do sell one thing at one price, mute this finding.',
  snippets: MONEY,
  trigger: ({ sample, nowMs }): Hit[] => {
    const sales = sample
      .map(({ legs }) => legs[0])
      .filter(({ event, verdict }) => event.event_name === 'Purchase' && verdict === 'accepted')
      .filter(({ event }) => (event.custom_data?.value ?? 0) > 0)
      .sort((a, b) => b.envelope.received_at_ms - a.envelope.received_at_ms)
      .slice(0, AFFECTED_MIN)
    const [most] = [...Map.groupBy(sales, ({ event }) => event.custom_data?.value)].sort(
      ([, a], [, b]) => b.length - a.length,
    )
    // So many in a row do not cost the same by chance, where there is more than one thing to buy.
    if (!most || most[1].length < AFFECTED_MIN) return []
    const [value, own] = most
    const oldest = Math.min(...own.map(({ envelope }) => envelope.received_at_ms))
    return [
      {
        subject: { event_name: 'Purchase' },
        affected: own.length,
        total: sales.length,
        hours: Math.max(1, Math.ceil((nowMs - oldest) / 3_600_000)),
        words: `${count(own.length)} of the newest ${count(sales.length)} sales have the value ${value}.`,
        picks: ({ legs: [{ event }] }) =>
          event.event_name === 'Purchase' && event.custom_data?.value === value,
      },
    ]
  },
}
