/** Products that the catalog does not have. */
import { CATALOG_METRICS } from '../../../event/catalog-metrics.ts'
import { shareCheck } from '../share.ts'
import { PRODUCTS } from '../snippets/products.ts'

export const catalogIdsUnknown = shareCheck({
  code: 'catalog_ids_unknown',
  title: 'Product ids that are not in the catalog',
  severity: 'warning',
  about:
    'Reports name products by ids that the feed does not have: another system’s number, a prefix too much, other capitals, or products the feed leaves out. Product ads cannot show what was viewed, nor learn from what was bought.',
  fix: 'Send the ids exactly as the feed writes them. Catalog lists the most frequent unknown ids, each with a report that names it.',
  snippets: PRODUCTS,
  of: 'each',
  metrics: [CATALOG_METRICS.unknown_reports],
  total: (counts, where) => counts.sum(CATALOG_METRICS.reports, where),
  above: 0.1,
  says: 'name a product that is not in the catalog.',
})
