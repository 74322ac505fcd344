/**
 * Catalogs in the SQLite driver. The rows of a generation are written beside those in force; which
 * one is in force is one number, so a feed takes its place in one step, and what is left of former
 * ones goes in slices of upkeep. Called by sqlite.ts.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { ODDITIES_MAX, ODDITY_MS, PRODUCT_SEEN_MS } from '../../catalog-limits.ts'
import { TwofoldError } from '../../errors.ts'
import {
  type CatalogBook,
  type CatalogStatus,
  type FoundId,
  type Generation,
  isFound,
  type MeasuredStretch,
  ODDITY_KINDS,
  type Oddity,
  type Product,
  type ProductPage,
  type ProductQuery,
} from '../catalogs.ts'
import type { CounterDelta } from '../store.ts'
import { catalogStatements } from './sqlite-catalog-statements.ts'
import type { Connection } from './sqlite-connection.ts'

type Row = { readonly [column: string]: unknown }

/** Adds counters inside a write. */
export type AddCounters = (datasetId: string, counters: readonly CounterDelta[]) => void

/** Products looked at for one page of a search. */
const SEARCH_ROWS = 5000

export class SqliteCatalogs {
  readonly #connection: Connection
  readonly #addCounters: AddCounters
  readonly #sql: ReturnType<typeof catalogStatements>

  constructor(connection: Connection, addCounters: AddCounters) {
    this.#connection = connection
    this.#addCounters = addCounters
    this.#sql = catalogStatements(connection.db)
  }

  port(): CatalogBook {
    const connection = this.#connection
    return {
      beginCatalog: (datasetId) => connection.writeDurably(() => this.#begin(datasetId)),
      putProducts: (into, products) => connection.writeDurably(() => this.#put(into, products)),
      endCatalog: (which, at_ms) => connection.writeDurably(() => this.#end(which, at_ms)),
      removeCatalog: async (datasetId) => {
        await this.eraseDataset(datasetId)
        await connection.durable()
      },
      catalogStatus: async (datasetId) => connection.read(() => this.#status(datasetId)),
      catalogDatasets: async () =>
        connection.read(() => this.#sql.datasets.all().map(({ dataset_id }) => String(dataset_id))),
      productsSeen: async (datasetId) =>
        connection.read(() => Number(this.#sql.seenCount.get(datasetId)?.n)),
      products: async (query) => connection.read(() => this.#page(query)),
      lookUpProducts: async (datasetId, ids) =>
        connection.read(() => {
          const generation = this.#inForce(datasetId)
          return ids.map((id) => this.#lookUp(datasetId, generation, id))
        }),
      putMeasured: (stretch) => connection.writeDurably(() => this.#measured(stretch)),
      oddities: async (datasetId, kind, limit) =>
        connection.read(() =>
          this.#sql.oddities.all(datasetId, ODDITY_KINDS.indexOf(kind), limit).map(oddityOf),
        ),
    }
  }

  async eraseDataset(datasetId: string): Promise<void> {
    this.#connection.write(() => this.#sql.remove.run(datasetId))
    for (const statement of [this.#sql.removeOddities, this.#sql.removeSeen]) {
      const remove = (): number => Number(statement.run(datasetId).changes)
      while (this.#connection.write(remove) > 0) await turn()
    }
    while (this.#tidyGenerations()) await turn()
  }

  /** One slice of upkeep; true when something was done. */
  step(nowMs: number): boolean {
    return this.#tidyGenerations() || this.#tidyAges(nowMs)
  }

  #tidyGenerations(): boolean {
    if (!this.#sql.stale.get()) return false
    return this.#connection.write(() => {
      const stale = this.#sql.stale.get()
      if (!stale) return false
      const dataset = String(stale.dataset_id)
      const generation = Number(stale.generation)
      const ids = this.#sql.removeProducts.all(dataset, generation)
      const inForce = this.#inForce(dataset)
      for (const { product_id } of ids) {
        const id = String(product_id)
        if (!this.#sql.product.get(dataset, inForce, id)) this.#sql.forgetSeen.run(dataset, id)
      }
      if (ids.length === 0) this.#sql.removeGeneration.run(dataset, generation)
      return true
    })
  }

  #tidyAges(nowMs: number): boolean {
    const oddS = Math.floor((nowMs - ODDITY_MS) / 1000)
    const seenS = Math.floor((nowMs - PRODUCT_SEEN_MS) / 1000)
    const { oldOddity, oldSeen, removeOldOddities, removeOldSeen } = this.#sql
    if (!oldOddity.get(oddS) && !oldSeen.get(seenS)) return false
    return this.#connection.write(() => {
      const removed = removeOldOddities.run(oddS).changes
      return Number(removed) + Number(removeOldSeen.run(seenS).changes) > 0
    })
  }

  #begin(datasetId: string): Generation {
    const last = Number(this.#sql.last.get(datasetId)?.last ?? 0)
    const generation = last + 1
    this.#sql.begin.run(datasetId, generation)
    this.#sql.addGeneration.run(datasetId, generation)
    return { dataset_id: datasetId, generation }
  }

  #put({ dataset_id, generation }: Generation, products: readonly Product[]): string[] {
    if (Number(this.#sql.catalog.get(dataset_id)?.building ?? 0) !== generation) {
      throw new TwofoldError('busy', 'Another import of this catalog has begun.')
    }
    const repeated: string[] = []
    for (const { product_id, group_id, ...rest } of products) {
      const data = JSON.stringify(rest)
      const done = this.#sql.put.run(dataset_id, generation, product_id, group_id ?? null, data)
      if (Number(done.changes) === 0) repeated.push(product_id)
    }
    this.#sql.count.run(products.length - repeated.length, dataset_id, generation)
    return repeated
  }

  #end({ dataset_id, generation }: Generation, at_ms: number | undefined): void {
    if (at_ms === undefined) this.#sql.giveUp.run(dataset_id, generation)
    else this.#sql.publish.run(at_ms, dataset_id, generation)
  }

  #inForce(datasetId: string): number {
    return Number(this.#sql.catalog.get(datasetId)?.generation ?? 0)
  }

  #status(datasetId: string): CatalogStatus {
    const row = this.#sql.catalog.get(datasetId)
    if (!row) return { products: 0, imported_ms: 0, next_seq: 0 }
    const products = this.#sql.size.get(datasetId, Number(row.generation))?.products
    return {
      products: Number(products ?? 0),
      imported_ms: Number(row.imported_ms),
      next_seq: Number(row.next_seq),
    }
  }

  #page(query: ProductQuery): ProductPage {
    const { dataset_id, limit, after = '', search, unseen_since_s = null } = query
    const text = search?.toLowerCase()
    const most = text === undefined ? limit : SEARCH_ROWS
    const generation = this.#inForce(dataset_id)
    const rows = this.#sql.page.all(dataset_id, generation, after, unseen_since_s, most + 1)
    const products: ProductPage['products'][number][] = []
    let at = 0
    while (at < Math.min(rows.length, most) && products.length < limit) {
      const row = rows[at] ?? {}
      at += 1
      const product = productOf(row)
      if (text !== undefined && !isFound(product, text)) continue
      products.push({ ...product, seen_s: row.seen_s === null ? null : Number(row.seen_s) })
    }
    if (at >= rows.length) return { products }
    return { products, next_after: String(rows[at - 1]?.product_id) }
  }

  #lookUp(datasetId: string, generation: number, id: string): FoundId {
    const product = this.#sql.product.get(datasetId, generation, id)
    const group = this.#sql.group.get(datasetId, generation, id)
    return {
      product: product ? productOf(product) : null,
      in_group: group ? productOf(group) : null,
    }
  }

  #measured({ dataset_id, from_seq, next_seq, ...found }: MeasuredStretch): boolean {
    const done = this.#sql.advance.run(next_seq, dataset_id, from_seq)
    if (Number(done.changes) === 0) return false
    this.#addCounters(dataset_id, found.counters)
    const kinds = new Set<number>()
    for (const { kind, product_id, n, last_s, event_name, seq, ...data } of found.oddities) {
      const no = ODDITY_KINDS.indexOf(kind)
      kinds.add(no)
      const text = JSON.stringify(data)
      this.#sql.putOddity.run(dataset_id, no, product_id, n, last_s, event_name, seq, text)
    }
    for (const no of kinds) this.#sql.boundOddities.run(dataset_id, no, ODDITIES_MAX)
    for (const { product_id, at_s } of found.seen) {
      this.#sql.putSeen.run(dataset_id, product_id, at_s)
    }
    return true
  }
}

function productOf(row: Row): Product {
  const { product_id, group_id, data } = row
  return {
    product_id: String(product_id),
    ...(group_id === null ? {} : { group_id: String(group_id) }),
    ...(JSON.parse(String(data)) as Omit<Product, 'product_id' | 'group_id'>),
  }
}

function oddityOf(row: Row): Oddity {
  return {
    kind: ODDITY_KINDS[Number(row.kind)] ?? 'unknown',
    product_id: String(row.product_id),
    n: Number(row.n),
    last_s: Number(row.last_s),
    event_name: String(row.event_name),
    seq: Number(row.seq),
    ...(JSON.parse(String(row.data)) as Pick<Oddity, 'said' | 'feed' | 'currency'>),
  }
}
