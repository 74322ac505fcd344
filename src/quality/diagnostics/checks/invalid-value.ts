/** Amounts that are no numbers. */
import { shareCheck, withFinding } from '../share.ts'
import { MONEY } from '../snippets/money.ts'

export const invalidValue = shareCheck({
  code: 'invalid_value',
  title: 'Values that are not plain numbers',
  severity: 'warning',
  about:
    'A value with a currency sign, words or separators is kept out or has to be read as one thinks it was meant.',
  fix: 'Send a JSON number such as 1234.5: no currency sign, no thousands separator, a point for decimals.',
  snippets: MONEY,
  of: 'each',
  metrics: ['finding:invalid_value', 'finding:value_repaired'],
  above: 0.02,
  says: 'had a value that is no plain number.',
  picks: withFinding('invalid_value', 'value_repaired'),
})
