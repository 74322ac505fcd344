/** Sales worth nothing. */
import { shareCheck, withNote } from '../share.ts'
import { MONEY } from '../snippets/money.ts'

export const zeroValue = shareCheck({
  code: 'zero_value',
  title: 'Sales with a value of 0',
  severity: 'error',
  about:
    'Where most sales are worth 0, a placeholder is sent instead of the total, and value-based bidding has nothing to go by.',
  fix: 'Send the real total of the order. If the total is not known yet, report the sale where it is.',
  snippets: MONEY,
  of: ['Purchase'],
  metrics: ['note:value_zero'],
  above: 0.4,
  says: 'have a value of 0.',
  picks: withNote('value_zero'),
})
