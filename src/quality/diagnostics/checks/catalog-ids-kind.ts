/** Ids of groups sent as products, and the other way round. */
import { CATALOG_METRICS } from '../../../event/catalog-metrics.ts'
import { shareCheck } from '../share.ts'
import { PRODUCTS } from '../snippets/products.ts'

export const catalogIdsKind = shareCheck({
  code: 'catalog_ids_kind',
  title: 'Groups sent as products, or products as groups',
  severity: 'warning',
  about:
    'The ids are in the feed, but as the other kind: the id of a group (item_group_id) is sent with content_type product, or the id of a variant with product_group. Ad platforms look under the kind that is named and find nothing.',
  fix: 'Send the id of the variant with content_type product, or the item_group_id with product_group; for a page that shows a group, the group.',
  snippets: PRODUCTS,
  of: 'each',
  metrics: [CATALOG_METRICS.kind_reports],
  total: (counts, where) => counts.sum(CATALOG_METRICS.reports, where),
  above: 0.1,
  says: 'name a group as a product, or a product as a group.',
})
