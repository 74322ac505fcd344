/**
 * Catalogs as a whole: feeds from files and from addresses that are fetched again and again, what
 * became of each, and new reports measured by them. Made by cataloging.ts.
 */
import { CATALOG_IMPORTS_MAX, FEED_FAULTS_KEPT, FEEDS_AT_ONCE } from '../../catalog-limits.ts'
import { TwofoldError } from '../../errors.ts'
import type { Store } from '../../store/store.ts'
import { type GrowingImport, importFeed, newImport } from './catalog-import.ts'
import { fetchFeed } from './feed-fetch.ts'
import {
  type FeedSource,
  newSource,
  putSource,
  type SourceBook,
  sourceOf,
  sourcesOf,
  viewOf,
} from './feed-sources.ts'
import { type MeasurerPorts, measureNew } from './measurer.ts'
import type { CatalogImport, Catalogs, ImportAsked } from './view.ts'

export interface CatalogPorts extends SourceBook {
  readonly store: Store
  readonly sightings: MeasurerPorts['sightings']
  /** Guarded: not into private networks. */
  readonly fetch: typeof fetch
  readonly hasDataset: (id: string) => boolean
  /** Cuts off what is fetched; the next start finds it due as before. */
  readonly stopping: AbortSignal
  /** A fault of ours while a feed was fetched: of the store, or of the program. */
  readonly onTrouble: (error: unknown) => void
}

export interface CatalogDesk extends Catalogs {
  /** Begins to fetch what is due, a few at a time, each by itself: one may take its ten minutes. */
  fetchDue(): Promise<void>
  /** When nothing of that is under way any more. */
  idle(): Promise<void>
  /** Measures what is new of every dataset with a catalog, or as much as is enough for once. */
  measureAll(): Promise<void>
}

/** Kind of the documents in which a dataset's imports are remembered. */
export const CATALOG_IMPORTS = 'catalog_imports'

type Running = Map<string, GrowingImport>

export function createCatalogs(ports: CatalogPorts): CatalogDesk {
  const running: Running = new Map()
  const fetching = new Set<Promise<unknown>>()
  const { store, nowMs } = ports
  const fetchOne = (source: FeedSource, confirmed: boolean): Promise<CatalogImport> =>
    alone(source.dataset_id, { running, report: newImport('url', nowMs()), store }, (report) =>
      fetchInto(source, { report, confirmed }, ports),
    )
  return {
    state: async (datasetId) => {
      const [status, seen, imports, source] = await Promise.all([
        store.catalogStatus(datasetId),
        store.productsSeen(datasetId),
        importsOf(datasetId, ports),
        sourceOf(datasetId, ports),
      ])
      const { at_ms, from, rows, bad } = running.get(datasetId) ?? {}
      return {
        ...{ products: status.products, seen, imports },
        imported_ms: status.imported_ms || null,
        source: source ? viewOf(source, ports) : null,
        running: at_ms === undefined ? null : ({ at_ms, from, rows, bad } as GrowingImport),
      }
    },
    import: (datasetId, bytes, asked) =>
      alone(datasetId, { running, report: newImport('file', nowMs()), store }, (report) =>
        importFeed(bytes, { datasetId, asked, report }, store),
      ).then(async (report) => {
        if (report.result === 'taken') await forgetTags(datasetId, ports)
        if (!asked.dryRun) await remember(datasetId, report, ports)
        return report
      }),
    setSource: async (datasetId, asked) => {
      const source = newSource(datasetId, asked, ports)
      await putSource(source, ports)
      return viewOf(source, ports)
    },
    removeSource: (datasetId) => putSource({ dataset_id: datasetId }, ports),
    fetchNow: async (datasetId, { confirmed }) => {
      const source = await sourceOf(datasetId, ports)
      if (source) return fetchOne(source, confirmed)
      throw new TwofoldError('invalid_request', 'The catalog has no address to fetch: set one.')
    },
    remove: async (datasetId) => {
      // An import under way notices at its next write that its catalog is gone.
      await putSource({ dataset_id: datasetId }, ports)
      await store.putSettings([{ kind: CATALOG_IMPORTS, id: datasetId, value: undefined }])
      await store.removeCatalog(datasetId)
    },
    fetchDue: async () => {
      const due = (await sourcesOf(ports))
        .filter(({ dataset_id: id }) => ports.hasDataset(id) && !running.has(id))
        .filter(({ next_ms }) => next_ms <= nowMs())
        .sort((a, b) => a.next_ms - b.next_ms)
      for (const source of due.slice(0, Math.max(0, FEEDS_AT_ONCE - fetching.size))) {
        const done: Promise<unknown> = fetchOne(source, false)
          .catch(ports.onTrouble)
          .finally(() => fetching.delete(done))
        fetching.add(done)
      }
    },
    idle: async () => {
      await Promise.all(fetching)
    },
    measureAll: async () => {
      const failed: unknown[] = []
      for (const datasetId of await store.catalogDatasets()) {
        // One that cannot be measured must not keep those behind it from it, look after look.
        await measureNew(datasetId, ports).catch((error: unknown) => failed.push(error))
      }
      if (failed.length > 0) throw failed[0]
    },
  }
}

/** One import of a dataset at a time. */
async function alone(
  datasetId: string,
  { running, report, store }: { running: Running; report: GrowingImport; store: Store },
  work: (report: GrowingImport) => Promise<void>,
): Promise<CatalogImport> {
  if (running.has(datasetId)) throw new TwofoldError('busy')
  running.set(datasetId, report)
  try {
    report.before = (await store.catalogStatus(datasetId)).products
    await work(report)
    return report
  } finally {
    running.delete(datasetId)
  }
}

interface Fetching {
  readonly report: GrowingImport
  readonly confirmed: boolean
}

/** Whatever happens is in the report and beside the address: nobody waits for an exception. */
async function fetchInto(
  source: FeedSource,
  { report, confirmed }: Fetching,
  ports: CatalogPorts,
): Promise<void> {
  const { dataset_id: datasetId, currency } = source
  const asked: ImportAsked = { dryRun: false, confirmed, ...(currency ? { currency } : {}) }
  const done = await fetchFeed(source, ports, async (bytes) => {
    await importFeed(bytes, { datasetId, asked, report }, ports.store)
    return report.result === 'taken'
  })
  if (done.error && ports.stopping.aborted) return
  if (done.trouble !== undefined) ports.onTrouble(done.trouble)
  if (done.unchanged) report.result = 'unchanged'
  if (done.error) report.stopped = { line: 0, column: '', reason: done.error }
  // The address may have been changed or removed while it was fetched.
  const now = await sourceOf(datasetId, ports)
  if (now?.set_ms === source.set_ms) await putSource(done.source(wordsOf(report)), ports)
  if (report.result !== 'unchanged') await remember(datasetId, report, ports)
}

/** What the address has is in force no more: it is read again, even where nothing is new there. */
async function forgetTags(datasetId: string, ports: CatalogPorts): Promise<void> {
  const source = await sourceOf(datasetId, ports)
  if (source) await putSource({ ...source, etag: null, last_modified: null }, ports)
}

/** Undefined for what went well. */
function wordsOf({ result, stopped, before, products }: CatalogImport): string | undefined {
  if (result === 'taken' || result === 'unchanged') return undefined
  if (result === 'empty') return 'No row of it could be taken: see the bad rows.'
  if (result === 'shrunk') {
    return `It has ${products} products where there were ${before}: confirm that they are gone.`
  }
  const where = stopped && stopped.line > 0 ? `line ${stopped.line}: ` : ''
  return `${where}${stopped?.reason ?? 'It could not be fetched.'}`
}

async function importsOf(
  id: string,
  { store }: Pick<CatalogPorts, 'store'>,
): Promise<CatalogImport[]> {
  const own = (await store.getSettings(CATALOG_IMPORTS)).find((one) => one.id === id)
  return own ? [...(own.value as readonly CatalogImport[])] : []
}

async function remember(id: string, report: CatalogImport, ports: CatalogPorts): Promise<void> {
  if (!ports.hasDataset(id)) return
  const faults = report.faults.slice(0, FEED_FAULTS_KEPT)
  const before = await importsOf(id, ports)
  const value = [{ ...report, faults }, ...before].slice(0, CATALOG_IMPORTS_MAX)
  await ports.store.putSettings([{ kind: CATALOG_IMPORTS, id, value }])
}
