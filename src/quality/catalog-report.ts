/**
 * How reports agree with the catalog, by event name: a fold of the counters that sources/catalog/
 * wrote. Pure; called by the API.
 */
import { CATALOG_METRICS, type CatalogMetric } from '../event/catalog-metrics.ts'
import { byEventName, type Count, isBrowser, OTHER_NAME, sumOf } from './counters.ts'
import { type Interval, wilson } from './wilson.ts'

export interface CatalogShare {
  readonly n: number
  readonly of: number
  readonly interval: Interval
}

export interface CatalogEvent {
  readonly event_name: string
  /** Reports that name products. */
  readonly reports: number
  readonly ids: number
  readonly matched: CatalogShare
  readonly browser: CatalogShare
  readonly server: CatalogShare
  readonly unknown: number
  readonly group_as_product: number
  readonly product_as_group: number
  /** Of reports that could be compared. */
  readonly price_off: CatalogShare
  readonly currency_off: CatalogShare
  readonly value_off: CatalogShare
}

/** Standard events first, in the order of a purchase; then the most frequent. */
const ORDER = ['ViewContent', 'AddToCart', 'InitiateCheckout', 'AddPaymentInfo', 'Purchase']

export function catalogReport(rows: readonly Count[]): CatalogEvent[] {
  return byEventName(rows)
    .filter(([name]) => name !== OTHER_NAME)
    .map(([event_name, own]) => eventOf(event_name, own))
    .filter(({ reports }) => reports > 0)
    .sort((a, b) => place(a) - place(b) || b.reports - a.reports)
}

const place = ({ event_name }: CatalogEvent): number =>
  ORDER.includes(event_name) ? ORDER.indexOf(event_name) : ORDER.length

function eventOf(event_name: string, rows: readonly Count[]): CatalogEvent {
  const sum = (metric: CatalogMetric): number => sumOf(rows, CATALOG_METRICS[metric])
  const isServer = (row: Count): boolean => !isBrowser(row)
  return {
    event_name,
    reports: sum('reports'),
    ids: sum('ids'),
    matched: shareOf(rows, 'matched', 'ids'),
    browser: shareOf(rows.filter(isBrowser), 'matched', 'ids'),
    server: shareOf(rows.filter(isServer), 'matched', 'ids'),
    unknown: sum('unknown'),
    group_as_product: sum('group_as_product'),
    product_as_group: sum('product_as_group'),
    price_off: shareOf(rows, 'price_off', 'priced'),
    currency_off: shareOf(rows, 'currency_off', 'in_currency'),
    value_off: shareOf(rows, 'value_off', 'valued'),
  }
}

function shareOf(rows: readonly Count[], part: CatalogMetric, all: CatalogMetric): CatalogShare {
  const n = sumOf(rows, CATALOG_METRICS[part])
  const of = sumOf(rows, CATALOG_METRICS[all])
  return { n, of, interval: wilson(Math.min(n, of), of) }
}
