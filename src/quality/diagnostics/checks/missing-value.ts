/** Sales that say no amount. */
import { shareCheck, withFinding } from '../share.ts'
import { MONEY } from '../snippets/money.ts'

export const missingValue = shareCheck({
  code: 'missing_value',
  title: 'Sales without a value',
  severity: 'error',
  about:
    'A Purchase without a value is refused by Meta and adds nothing to the revenue that campaigns are steered by.',
  fix: 'Send custom_data.value with every Purchase: a number in major units, with its currency.',
  snippets: MONEY,
  of: ['Purchase'],
  metrics: ['finding:missing_value', 'finding:invalid_value'],
  above: 0.05,
  says: 'carry no usable value.',
  picks: withFinding('missing_value', 'invalid_value'),
})
