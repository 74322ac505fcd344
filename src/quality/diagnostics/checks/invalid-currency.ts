/** Currencies that do not exist. */
import { shareCheck, withFinding } from '../share.ts'
import { MONEY } from '../snippets/money.ts'

export const invalidCurrency = shareCheck({
  code: 'invalid_currency',
  title: 'Currencies that do not exist',
  severity: 'error',
  about: 'A currency that is not in ISO 4217 is kept out, and with it the value of the event.',
  fix: 'Send the three-letter code: EUR, not Euro or €; GBP, not UKP.',
  snippets: MONEY,
  of: 'each',
  metrics: ['finding:unknown_currency'],
  above: 0.02,
  says: 'named a currency that does not exist.',
  picks: withFinding('unknown_currency'),
})
