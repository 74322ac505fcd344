/** Currencies that are not those of the feed. */
import { CATALOG_METRICS } from '../../../event/catalog-metrics.ts'
import { shareCheck } from '../share.ts'
import { MONEY } from '../snippets/money.ts'

export const catalogCurrencyOff = shareCheck({
  code: 'catalog_currency_off',
  title: 'Another currency than the catalog’s',
  severity: 'suggestion',
  about:
    'Reports name products in a currency that the feed does not have for them. Where a shop sells in several currencies that is right, and the catalog needs a feed for each; else the sender names a wrong or a fixed currency.',
  fix: 'Send the currency in which the price was shown. For further countries give the ad platform a feed with their prices.',
  snippets: MONEY,
  of: 'each',
  metrics: [CATALOG_METRICS.currency_off],
  total: (counts, where) => counts.sum(CATALOG_METRICS.in_currency, where),
  above: 0.2,
  says: 'name another currency than the catalog has for the product.',
})
