/** Currencies that are not those of the feed. */
import { CATALOG_METRICS } from '../../../event/catalog-metrics.ts'
import { shareCheck } from '../share.ts'
import { MONEY } from '../snippets/money.ts'

export const catalogCurrencyOff = shareCheck({
  code: 'catalog_currency_off',
  title: 'Another currency than the catalog’s',
  severity: 'suggestion',
  about:
    'Hardly any report names the currency that the feed has for the product: the sender has a fixed currency, or the feed is that of another country. Prices cannot be compared then, and ads show amounts that nobody pays.',
  fix: 'Send the currency in which the price was shown, and import the feed of the country that you sell most to. A shop with several currencies is left in peace.',
  snippets: MONEY,
  of: 'each',
  metrics: [CATALOG_METRICS.currency_off],
  total: (counts, where) => counts.sum(CATALOG_METRICS.in_currency, where),
  above: 0.9,
  says: 'name another currency than the catalog has for the product.',
})
