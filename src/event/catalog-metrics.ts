/**
 * Counters of how reports agree with the catalog. Written by sources/catalog/, in the hour of the
 * report, under its event name and channel; read by quality/ and the API. Names only.
 */
export const CATALOG_METRICS = {
  /** Reports that name products, and the products they name (each once). */
  reports: 'catalog:reports',
  ids: 'catalog:ids',
  /** Of these ids: in the catalog as what the report says they are. */
  matched: 'catalog:matched',
  unknown: 'catalog:unknown',
  group_as_product: 'catalog:group_as_product',
  product_as_group: 'catalog:product_as_group',
  /** Reports with one or more of these. */
  unknown_reports: 'catalog:unknown_reports',
  kind_reports: 'catalog:kind_reports',
  /** Reports whose prices could be compared, and those that name another price than the feed. */
  priced: 'catalog:priced',
  price_off: 'catalog:price_off',
  /** Reports of known products in a currency, and those in another than the feed's. */
  in_currency: 'catalog:in_currency',
  currency_off: 'catalog:currency_off',
  /** Reports whose value could be held against the feed's prices, and those far from them. */
  valued: 'catalog:valued',
  value_off: 'catalog:value_off',
} as const

export type CatalogMetric = keyof typeof CATALOG_METRICS

export const CATALOG_FAMILY = 'catalog:'
