/** Prices that are not those of the feed. */
import { CATALOG_METRICS } from '../../../event/catalog-metrics.ts'
import { shareCheck } from '../share.ts'
import { PRODUCTS } from '../snippets/products.ts'

export const catalogPriceOff = shareCheck({
  code: 'catalog_price_off',
  title: 'Prices that are not those of the catalog',
  severity: 'warning',
  about:
    'Reports name prices more than 2 % away from the feed’s: net prices where the feed has gross ones, cents for units, the price of a whole row, or a feed that is older than the shop. Ads then show another price than the shop, and values steer bids wrongly.',
  fix: 'Send item_price for one piece as the shop shows it, and have the feed fetched more often than prices change. Catalog shows both prices side by side.',
  snippets: PRODUCTS,
  of: 'each',
  metrics: [CATALOG_METRICS.price_off],
  total: (counts, where) => counts.sum(CATALOG_METRICS.priced, where),
  above: 0.05,
  says: 'name a price that is not the one in the catalog.',
})
