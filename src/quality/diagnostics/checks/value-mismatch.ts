/** Browser and server count different amounts. */
import { shareCheck, withFinding } from '../share.ts'
import { MONEY } from '../snippets/money.ts'

export const valueMismatch = shareCheck({
  code: 'value_mismatch',
  title: 'Browser and server disagree about the value',
  severity: 'warning',
  about:
    'Both sides report the same sale with different amounts: one counts tax, shipping or discounts and the other does not. Whichever copy an ad platform keeps, it may be the wrong one.',
  fix: 'Decide what value means (for example the total paid), and compute it in one place for both sides.',
  snippets: MONEY,
  of: 'conversions',
  metrics: ['finding:value_mismatch'],
  total: (counts, where) => counts.sum('duplicate', where),
  above: 0.05,
  says: 'name another value than the report that came before.',
  picks: withFinding('value_mismatch'),
})
