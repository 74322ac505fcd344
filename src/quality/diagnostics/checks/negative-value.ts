/** Sales below zero. */
import { shareCheck, withFinding } from '../share.ts'
import { MONEY } from '../snippets/money.ts'

export const negativeValue = shareCheck({
  code: 'negative_value',
  title: 'Sales with a negative value',
  severity: 'warning',
  about:
    'A negative Purchase lowers the revenue of the campaign that brought the sale, and bidding learns the wrong thing.',
  fix: 'Report a refund as an event of its own, such as Refund; never as a negative Purchase.',
  snippets: MONEY,
  of: ['Purchase'],
  metrics: ['finding:negative_value'],
  above: 0.05,
  says: 'have a value below zero.',
  picks: withFinding('negative_value'),
})
