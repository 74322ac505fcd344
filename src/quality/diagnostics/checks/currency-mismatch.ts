/** Browser and server name different currencies. */
import { shareCheck, withFinding } from '../share.ts'
import { MONEY } from '../snippets/money.ts'

export const currencyMismatch = shareCheck({
  code: 'currency_mismatch',
  title: 'Browser and server disagree about the currency',
  severity: 'error',
  about:
    'The same sale arrives in two currencies: one side sends the currency shown, the other that of the books.',
  fix: 'Report the currency in which the order was paid, on both sides, with the value in that currency.',
  snippets: MONEY,
  of: 'conversions',
  metrics: ['finding:currency_mismatch'],
  total: (counts, where) => counts.sum('duplicate', where),
  above: 0.01,
  min: 10,
  says: 'name another currency than the report that came before.',
  picks: withFinding('currency_mismatch'),
})
