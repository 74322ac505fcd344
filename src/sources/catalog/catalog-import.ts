/**
 * A feed into the catalog: streamed, some hundred products at a time, beside the one in force,
 * whose place it takes only when it was read to its end. Bad rows are told and good ones kept.
 * Called by catalogs.ts.
 */
import {
  CATALOG_IMPORT_ROWS,
  FEED_FAULTS_MAX,
  FEED_SHRINK_MAX,
  PRODUCTS_MAX,
} from '../../catalog-limits.ts'
import type { CatalogBook, Generation, Product } from '../../store/catalogs.ts'
import { type FeedRow, readProduct } from './feed-columns.ts'
import { FeedFault } from './feed-fault.ts'
import { feedRows } from './feed-reader.ts'
import type { CatalogImport, FeedFaultRow, ImportAsked, ImportResult } from './view.ts'

/** Grows while it is read; whoever shows how far it is, looks at it. */
export type GrowingImport = { -readonly [Key in keyof CatalogImport]: CatalogImport[Key] } & {
  faults: FeedFaultRow[]
  columns: Record<string, string>
}

type Book = Pick<CatalogBook, 'beginCatalog' | 'putProducts' | 'endCatalog'>

export function newImport(from: CatalogImport['from'], at_ms: number): GrowingImport {
  return {
    ...{ at_ms, from, result: 'failed', format: null, rows: 0, products: 0, bad: 0, before: 0 },
    ...{ columns: {}, faults: [], stopped: null },
  }
}

interface Importing {
  readonly datasetId: string
  readonly asked: ImportAsked
  /** `before` says how many products are in force. */
  readonly report: GrowingImport
}

export async function importFeed(
  bytes: AsyncIterable<Uint8Array>,
  { datasetId, asked, report }: Importing,
  store: Book,
): Promise<void> {
  const into = await store.beginCatalog(datasetId)
  let taken: number | undefined
  try {
    const batch = new Batch(into, report, store)
    await readAll(bytes, { asked, report, batch })
    report.result = resultOf(report, asked)
    if (report.result === 'taken') taken = report.at_ms
  } finally {
    await store.endCatalog(into, taken)
  }
}

async function readAll(
  bytes: AsyncIterable<Uint8Array>,
  { asked, report, batch }: Pick<Importing, 'asked' | 'report'> & { readonly batch: Batch },
): Promise<void> {
  try {
    const events = {
      onFormat: (format: GrowingImport['format']) => {
        report.format = format
      },
      onColumn: (column: string, name: string) => {
        report.columns[column] = name
      },
    }
    for await (const row of feedRows(bytes, events)) {
      report.rows += 1
      const read = readProduct(row, asked.currency)
      if ('fault' in read) refuse(report, { line: row.line, ...read.fault })
      else await batch.take(read.product, row)
    }
    await batch.write()
  } catch (error) {
    if (!(error instanceof FeedFault)) throw error
    const { line, column, message } = error
    report.stopped = { line, column, reason: message }
  }
}

function resultOf(report: GrowingImport, { dryRun, confirmed }: ImportAsked): ImportResult {
  const { stopped, products, before } = report
  if (stopped) return 'broken'
  if (products === 0) return 'empty'
  if (!confirmed && products < before * (1 - FEED_SHRINK_MAX)) return 'shrunk'
  return dryRun ? 'tried' : 'taken'
}

function refuse(report: GrowingImport, fault: FeedFaultRow): void {
  report.bad += 1
  if (report.faults.length < FEED_FAULTS_MAX) report.faults.push(fault)
}

interface Placed {
  readonly product: Product
  readonly line: number
  readonly column: string
}

/** Gathers products for one write. Of two rows of one id the first one counts. */
class Batch {
  readonly #into: Generation
  readonly #report: GrowingImport
  readonly #store: Book
  readonly #products = new Map<string, Placed>()

  constructor(into: Generation, report: GrowingImport, store: Book) {
    this.#into = into
    this.#report = report
    this.#store = store
  }

  async take(product: Product, { line, nameOf }: FeedRow): Promise<void> {
    const placed = { product, line, column: nameOf('id') }
    if (this.#products.has(product.product_id)) this.#repeated(placed)
    else this.#products.set(product.product_id, placed)
    if (this.#products.size >= CATALOG_IMPORT_ROWS) await this.write()
  }

  async write(): Promise<void> {
    const placed = [...this.#products.values()]
    this.#products.clear()
    if (placed.length === 0) return
    const products = placed.map(({ product }) => product)
    const repeated = new Set(await this.#store.putProducts(this.#into, products))
    for (const one of placed) if (repeated.has(one.product.product_id)) this.#repeated(one)
    this.#report.products += placed.length - repeated.size
    const last = placed.at(-1)
    if (this.#report.products > PRODUCTS_MAX) {
      throw new FeedFault(last?.line ?? 0, `It has more than ${PRODUCTS_MAX} products.`)
    }
  }

  #repeated({ line, column }: Placed): void {
    const reason = 'A row above has the same id: that one is kept. Give each product one row.'
    refuse(this.#report, { line, column, reason })
  }
}
