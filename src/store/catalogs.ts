/**
 * The catalog part of the store port: the products of a shop as its feed lists them, and what
 * reports were found to say of them. Drivers keep it; sources/catalog/ writes it, the API reads it.
 *
 * A feed is written beside the catalog in force, as a new generation, and takes its place in one
 * step: whatever breaks on the way, the former one stands.
 */
import type { Channel } from '../event/shape.ts'

/** Money is the exact decimal of major units, as the feed wrote it. */
export interface Product {
  readonly product_id: string
  /** Of the product that it is a variant of. */
  readonly group_id?: string
  readonly title?: string
  readonly price: string
  readonly currency: string
  readonly sale_price?: string
  /** When the sale price holds; absent: always. Unix seconds. */
  readonly sale_from_s?: number
  readonly sale_to_s?: number
  readonly availability?: string
  readonly brand?: string
  readonly link?: string
  readonly image_link?: string
}

export interface Generation {
  readonly dataset_id: string
  readonly generation: number
}

export interface CatalogStatus {
  /** In force; 0: there is none. */
  readonly products: number
  readonly imported_ms: number
  /** The first seq that is not measured yet; 0: nothing was. */
  readonly next_seq: number
}

/** What an id stands for in the catalog in force. */
export interface FoundId {
  readonly product: Product | null
  /** One of its products, where the id is that of a group. */
  readonly in_group: Product | null
}

export interface ProductQuery {
  readonly dataset_id: string
  readonly limit: number
  /** Continue after this id. */
  readonly after?: string
  /** Only products whose id, group or title holds this; a driver reads a bounded amount. */
  readonly search?: string
  /** Only those that no report named since then (unix seconds). */
  readonly unseen_since_s?: number
}

export interface ProductPage {
  readonly products: readonly (Product & { readonly seen_s: number | null })[]
  /** Present when there may be more: pass as `after`. A page may be short and still have one. */
  readonly next_after?: string
}

/**
 * unknown: the id stands nowhere. group_as_product, product_as_group: under the other kind.
 * price, currency: the report names another than the feed.
 */
export const ODDITY_KINDS = [
  'unknown',
  'group_as_product',
  'product_as_group',
  'price',
  'currency',
] as const

export type OddityKind = (typeof ODDITY_KINDS)[number]

/** `n` is added to what was known; the rest is that of the last report. */
export interface Oddity {
  readonly kind: OddityKind
  readonly product_id: string
  readonly n: number
  readonly last_s: number
  readonly event_name: string
  /** Of a report that says so. */
  readonly seq: number
  /** What the report said and what the feed says: decimals, or codes of currencies. */
  readonly said?: string
  readonly feed?: string
  readonly currency?: string
}

/** As CounterDelta of store.ts: `n` added to one hourly counter. */
export interface CatalogCounter {
  readonly dataset_id: string
  readonly hour_s: number
  readonly event_name: string
  readonly channel: Channel
  readonly metric: string
  readonly n: number
}

/** One stretch of the log, measured. */
export interface MeasuredStretch {
  readonly dataset_id: string
  /** As the status said: another stretch may have been written since, and then this one is not. */
  readonly from_seq: number
  readonly next_seq: number
  readonly counters: readonly CatalogCounter[]
  readonly oddities: readonly Oddity[]
  /** Products that reports named, and when the last of them came (unix seconds). */
  readonly seen: readonly { readonly product_id: string; readonly at_s: number }[]
}

export interface CatalogBook {
  /** A new generation to write into; one that was begun before and not ended is given up. */
  beginCatalog(datasetId: string): Promise<Generation>
  /**
   * The caller bounds how many: some hundred at a time. Returns the ids that the generation had
   * already; those stay as they are. Throws `busy` for a generation that was given up.
   */
  putProducts(into: Generation, products: readonly Product[]): Promise<readonly string[]>
  /** It takes the place of the catalog in force, or (without `at_ms`) it is given up. */
  endCatalog(which: Generation, at_ms?: number): Promise<void>
  /** Catalog, oddities and how far was measured; counters stay. */
  removeCatalog(datasetId: string): Promise<void>
  catalogStatus(datasetId: string): Promise<CatalogStatus>
  /** Datasets that have a catalog in force. */
  catalogDatasets(): Promise<readonly string[]>
  /** Products that a report named lately; counts them, which takes a while where they are many. */
  productsSeen(datasetId: string): Promise<number>
  /** By id, ascending. */
  products(query: ProductQuery): Promise<ProductPage>
  /** In the order asked; the caller bounds how many. */
  lookUpProducts(datasetId: string, ids: readonly string[]): Promise<readonly FoundId[]>
  /** All of it, durably, or nothing: false where `from_seq` is not the next one any more. */
  putMeasured(stretch: MeasuredStretch): Promise<boolean>
  /** The most frequent first. */
  oddities(datasetId: string, kind: OddityKind, limit: number): Promise<readonly Oddity[]>
}

/** Whether a product is one that a search means. `text` in lower case. */
export const isFound = ({ product_id, group_id, title }: Product, text: string): boolean =>
  [product_id, group_id, title].some((one) => one?.toLowerCase().includes(text))
