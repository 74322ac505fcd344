/** Catalogs in plain maps: the shortest statement of what the port means. */
import { ODDITIES_MAX, ODDITY_MS, PRODUCT_SEEN_MS } from '../../catalog-limits.ts'
import { TwofoldError } from '../../errors.ts'
import {
  type CatalogBook,
  type CatalogStatus,
  type FoundId,
  type Generation,
  isFound,
  type MeasuredStretch,
  type Oddity,
  type Product,
  type ProductPage,
  type ProductQuery,
} from '../catalogs.ts'
import type { CounterDelta } from '../store.ts'

interface Catalog {
  products: Map<string, Product>
  building: { readonly generation: number; readonly products: Map<string, Product> } | undefined
  imported_ms: number
  next_seq: number
  readonly oddities: Map<string, Oddity>
  readonly seen: Map<string, number>
}

export class MemoryCatalogs {
  readonly #catalogs = new Map<string, Catalog>()
  readonly #count: (counters: readonly CounterDelta[]) => void
  #last = 0

  constructor(count: (counters: readonly CounterDelta[]) => void) {
    this.#count = count
  }

  port(): CatalogBook {
    return {
      beginCatalog: async (datasetId) => {
        this.#last += 1
        const building = { generation: this.#last, products: new Map() }
        this.#of(datasetId).building = building
        return { dataset_id: datasetId, generation: this.#last }
      },
      putProducts: async (into, products) => this.#put(into, products),
      endCatalog: async (which, at_ms) => this.#end(which, at_ms),
      removeCatalog: async (datasetId) => this.eraseDataset(datasetId),
      catalogStatus: async (datasetId) => this.#status(datasetId),
      catalogDatasets: async () =>
        [...this.#catalogs].flatMap(([id, { imported_ms }]) => (imported_ms > 0 ? [id] : [])),
      productsSeen: async (datasetId) => this.#catalogs.get(datasetId)?.seen.size ?? 0,
      products: async (query) => structuredClone(this.#page(query)),
      lookUpProducts: async (datasetId, ids) =>
        structuredClone(ids.map((id) => this.#lookUp(datasetId, id))),
      putMeasured: async (stretch) => this.#measured(stretch),
      oddities: async (datasetId, kind, limit) =>
        structuredClone(
          [...(this.#catalogs.get(datasetId)?.oddities.values() ?? [])]
            .filter((one) => one.kind === kind)
            .sort((a, b) => b.n - a.n || b.last_s - a.last_s || byId(a, b))
            .slice(0, limit),
        ),
    }
  }

  eraseDataset(datasetId: string): void {
    this.#catalogs.delete(datasetId)
  }

  tidyUp(nowMs: number): void {
    for (const { oddities, seen, products } of this.#catalogs.values()) {
      for (const [key, { last_s }] of oddities) {
        if (last_s * 1000 < nowMs - ODDITY_MS) oddities.delete(key)
      }
      for (const [id, at_s] of seen) {
        if (at_s * 1000 < nowMs - PRODUCT_SEEN_MS || !products.has(id)) seen.delete(id)
      }
    }
  }

  #of(datasetId: string): Catalog {
    const known = this.#catalogs.get(datasetId)
    if (known) return known
    const made: Catalog = {
      ...{ products: new Map(), building: undefined, imported_ms: 0, next_seq: 0 },
      ...{ oddities: new Map(), seen: new Map() },
    }
    this.#catalogs.set(datasetId, made)
    return made
  }

  #building({ dataset_id, generation }: Generation): Catalog['building'] {
    const building = this.#catalogs.get(dataset_id)?.building
    return building?.generation === generation ? building : undefined
  }

  #put(into: Generation, products: readonly Product[]): string[] {
    const building = this.#building(into)
    if (!building) throw new TwofoldError('busy', 'Another import of this catalog has begun.')
    return products.flatMap((product) => {
      const { product_id } = product
      if (building.products.has(product_id)) return [product_id]
      building.products.set(product_id, structuredClone(product))
      return []
    })
  }

  #end(which: Generation, at_ms: number | undefined): void {
    const building = this.#building(which)
    if (!building) return
    const catalog = this.#of(which.dataset_id)
    catalog.building = undefined
    if (at_ms === undefined) return
    catalog.products = building.products
    catalog.imported_ms = at_ms
  }

  #status(datasetId: string): CatalogStatus {
    const catalog = this.#catalogs.get(datasetId)
    if (!catalog) return { products: 0, imported_ms: 0, next_seq: 0 }
    const { products, imported_ms, next_seq } = catalog
    return { products: products.size, imported_ms, next_seq }
  }

  #page(query: ProductQuery): ProductPage {
    const { dataset_id, limit, after = '', search, unseen_since_s } = query
    const catalog = this.#catalogs.get(dataset_id)
    const text = search?.toLowerCase()
    const found = [...(catalog?.products.values() ?? [])]
      .filter(({ product_id }) => product_id > after)
      .filter((product) => text === undefined || isFound(product, text))
      .map((product) => ({ ...product, seen_s: catalog?.seen.get(product.product_id) ?? null }))
      .filter(({ seen_s }) => unseen_since_s === undefined || (seen_s ?? 0) < unseen_since_s)
      .sort(byId)
    const products = found.slice(0, limit)
    const last = products.at(-1)
    if (!last || found.length <= limit) return { products }
    return { products, next_after: last.product_id }
  }

  #lookUp(datasetId: string, id: string): FoundId {
    const products = this.#catalogs.get(datasetId)?.products
    const group = [...(products?.values() ?? [])].filter(({ group_id }) => group_id === id)
    return { product: products?.get(id) ?? null, in_group: group.sort(byId)[0] ?? null }
  }

  #measured({ dataset_id, from_seq, next_seq, counters, ...rest }: MeasuredStretch): boolean {
    const catalog = this.#catalogs.get(dataset_id)
    if (catalog?.next_seq !== from_seq) return false
    catalog.next_seq = next_seq
    this.#count(counters)
    for (const oddity of rest.oddities) {
      const key = `${oddity.kind}\n${oddity.product_id}`
      const n = (catalog.oddities.get(key)?.n ?? 0) + oddity.n
      catalog.oddities.set(key, { ...structuredClone(oddity), n })
    }
    for (const { product_id, at_s } of rest.seen) {
      catalog.seen.set(product_id, Math.max(at_s, catalog.seen.get(product_id) ?? 0))
    }
    forgetOldest(catalog.oddities)
    return true
  }
}

const byId = (a: { product_id: string }, b: { product_id: string }): number =>
  a.product_id < b.product_id ? -1 : Number(a.product_id > b.product_id)

function forgetOldest(oddities: Map<string, Oddity>): void {
  const kinds = Map.groupBy(oddities, ([, { kind }]) => kind)
  for (const entries of kinds.values()) {
    entries.sort(([, a], [, b]) => b.last_s - a.last_s || byId(a, b))
    for (const [key] of entries.slice(ODDITIES_MAX)) oddities.delete(key)
  }
}
