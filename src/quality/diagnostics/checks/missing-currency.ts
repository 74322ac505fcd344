/** Amounts that say no currency. */
import { shareCheck, withNote } from '../share.ts'
import { MONEY } from '../snippets/money.ts'

export const missingCurrency = shareCheck({
  code: 'missing_currency',
  title: 'Values without a currency',
  severity: 'error',
  about:
    'An amount without a currency cannot be added to anything: Meta refuses a Purchase that lacks it, and no report counts it.',
  fix: 'Send custom_data.currency beside every value: EUR, USD, GBP and so on.',
  snippets: MONEY,
  of: 'each',
  metrics: ['note:value_without_currency'],
  above: 0.05,
  says: 'carry a value and no currency.',
  picks: withNote('value_without_currency'),
})
