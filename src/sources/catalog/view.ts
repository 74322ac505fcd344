/**
 * What people see of a catalog: how it is imported, from where, and what became of it. Types only:
 * catalogs.ts makes these, the API hands them on.
 */

export type FeedFormat = 'csv' | 'tsv' | 'xml'

export interface FeedFaultRow {
  readonly line: number
  readonly column: string
  readonly reason: string
}

/**
 * taken: it is in force now. tried: it would be (dry run). unchanged: the address says that nothing
 * is new. Else the former catalog stands: broken (it could not be read to its end), empty (no good
 * row), shrunk (too many products gone), failed (the address did not answer with a feed).
 */
export type ImportResult =
  | 'taken'
  | 'tried'
  | 'unchanged'
  | 'broken'
  | 'empty'
  | 'shrunk'
  | 'failed'

export interface CatalogImport {
  readonly at_ms: number
  readonly from: 'file' | 'url'
  readonly result: ImportResult
  /** Null while nothing of it could be read. */
  readonly format: FeedFormat | null
  /** Products in the feed, good and bad. */
  readonly rows: number
  readonly products: number
  readonly bad: number
  /** Products in force before. */
  readonly before: number
  /** Column -> its name in the feed. */
  readonly columns: Readonly<Record<string, string>>
  /** The first bad rows. */
  readonly faults: readonly FeedFaultRow[]
  /** Why it ended before the feed did. */
  readonly stopped: FeedFaultRow | null
}

export interface CatalogSource {
  /**
   * What follows the question mark may be a secret: it is left out. Null: it was stored under
   * another key and cannot be read.
   */
  readonly url: string | null
  readonly every_hours: number
  /** Of prices without one. */
  readonly currency: string | null
  readonly next_ms: number
  /** In a row, and why the last one failed. */
  readonly failures: number
  readonly error: string | null
}

export interface CatalogState {
  readonly products: number
  readonly imported_ms: number | null
  readonly seen: number
  /** Whether all reports so far are measured. */
  readonly source: CatalogSource | null
  /** The import under way. */
  readonly running: Pick<CatalogImport, 'at_ms' | 'from' | 'rows' | 'bad'> | null
  /** The newest first. */
  readonly imports: readonly CatalogImport[]
}

export interface ImportAsked {
  readonly dryRun: boolean
  /** Of prices without one. */
  readonly currency?: string | undefined
  /** Take it although most products are gone. */
  readonly confirmed: boolean
}

export interface SourceAsked {
  readonly url: string
  readonly every_hours: number
  readonly currency?: string | undefined
}

export interface Catalogs {
  state(datasetId: string): Promise<CatalogState>
  /** Throws `busy` while another one is under way. */
  import(
    datasetId: string,
    bytes: AsyncIterable<Uint8Array>,
    asked: ImportAsked,
  ): Promise<CatalogImport>
  /** Fetches it at once, too. Throws `invalid_request` for what is no address. */
  setSource(datasetId: string, asked: SourceAsked): Promise<CatalogSource>
  removeSource(datasetId: string): Promise<void>
  /** Now, whenever it is due. Throws `invalid_request` where there is no address. */
  fetchNow(datasetId: string, asked: { readonly confirmed: boolean }): Promise<CatalogImport>
  /** Products, address and imports. */
  remove(datasetId: string): Promise<void>
}
