/**
 * Catalogs put together for main.ts: what feeds are fetched by, and the look that fetches due ones
 * and measures new reports. Knows the parts, decides nothing.
 */
import type { FastifyInstance } from 'fastify'
import type { Access } from './access/access.ts'
import { CATALOG_LOOK_MS } from './catalog-limits.ts'
import type { Ledger } from './ledger/ledger.ts'
import { type CatalogPorts, createCatalogs } from './sources/catalog/catalogs.ts'
import type { Catalogs } from './sources/catalog/view.ts'

export interface Cataloging {
  readonly catalogs: Catalogs
  readonly removeDataset: (datasetId: string) => Promise<void>
  readonly start: () => void
  /** What every look does, at once. */
  readonly measureAll: () => Promise<void>
  /** Resolves when nothing of it is under way any more. */
  readonly stop: () => Promise<void>
}

export interface CatalogingPorts extends Pick<CatalogPorts, 'store' | 'box' | 'fetch' | 'nowMs'> {
  readonly sightings: Ledger['sightings']
  readonly access: Pick<Access, 'findDataset'>
  readonly every: (ms: number, run: () => void) => () => void
  readonly log: FastifyInstance['log']
}

export function openCataloging(open: CatalogingPorts): Cataloging {
  const { access, every, log, ...ports } = open
  const stopping = new AbortController()
  const desk = createCatalogs({
    ...ports,
    stopping: stopping.signal,
    // The log seems to end for one that is about to stop.
    sightings: async (...where) =>
      stopping.signal.aborted ? undefined : ports.sightings(...where),
    hasDataset: (id) => access.findDataset(id) !== undefined,
    onTrouble: (err) => log.error({ err }, 'a feed could not be taken; tried again'),
  })
  const { fetchDue, measureAll, idle: fetched, ...catalogs } = desk
  const looks = [
    look(fetchDue, (err) => log.error({ err }, 'feeds could not be fetched; tried again')),
    look(measureAll, (err) => log.error({ err }, 'reports could not be measured; tried again')),
  ]
  let stop = (): void => undefined
  return {
    catalogs,
    measureAll,
    removeDataset: (id) => catalogs.remove(id),
    start: () => {
      stop = every(CATALOG_LOOK_MS, () => {
        for (const { begin } of looks) begin()
      })
    },
    stop: async () => {
      stop()
      stopping.abort()
      await Promise.all(looks.map(({ idle }) => idle()))
      await fetched()
    },
  }
}

/** One look at a time: a long one is not overtaken by the next. */
function look(work: () => Promise<void>, onTrouble: (error: unknown) => void) {
  let running: Promise<void> | undefined
  return {
    begin: () => {
      running ??= work()
        .catch(onTrouble)
        .finally(() => {
          running = undefined
        })
    },
    idle: async () => {
      await running
    },
  }
}
