/**
 * Measures new reports by the catalog, a stretch of the log at a time: what was measured and how
 * far are written together, so that every report is measured once, whatever breaks in between.
 * Costs the taking of events nothing. Called by catalogs.ts, again and again.
 */
import { LOOK_UP_IDS_MAX, MEASURE_CHUNKS_MAX, MEASURED_BEFORE_MS } from '../../catalog-limits.ts'
import type { ProductSighting, SightedStretch } from '../../event/products.ts'
import type { FoundId } from '../../store/catalogs.ts'
import type { Store } from '../../store/store.ts'
import { measure } from './measure.ts'

export interface MeasurerPorts {
  readonly store: Pick<Store, 'catalogStatus' | 'lookUpProducts' | 'putMeasured' | 'events'>
  /** Undefined where the log ends. */
  readonly sightings: (datasetId: string, fromSeq: number) => Promise<SightedStretch | undefined>
  readonly nowMs: () => number
}

/** Whether there is more; of a dataset without a catalog nothing is measured. */
export async function measureNew(datasetId: string, ports: MeasurerPorts): Promise<boolean> {
  const { store, sightings } = ports
  const { imported_ms, next_seq } = await store.catalogStatus(datasetId)
  if (imported_ms === 0) return false
  let known = next_seq
  let next = next_seq > 0 ? next_seq : await firstSeq(datasetId, ports)
  for (let chunk = 0; chunk < MEASURE_CHUNKS_MAX; chunk++) {
    const stretch = await sightings(datasetId, next)
    if (!stretch) return false
    const found = await lookUp(datasetId, stretch.sightings, store)
    const measured = measure(datasetId, stretch.sightings, found)
    const range = { dataset_id: datasetId, from_seq: known, next_seq: stretch.next_seq }
    // Somebody else measured, or the catalog is gone.
    if (!(await store.putMeasured({ ...range, ...measured }))) return false
    known = stretch.next_seq
    next = known
  }
  return true
}

/** The first report that is young enough to be measured. */
async function firstSeq(dataset_id: string, { store, nowMs }: MeasurerPorts): Promise<number> {
  const to_s = Math.floor((nowMs() - MEASURED_BEFORE_MS) / 1000)
  const { events } = await store.events({ dataset_id, to_s, limit: 1 })
  return (events[0]?.legs[0].seq ?? 0) + 1
}

async function lookUp(
  datasetId: string,
  sightings: readonly ProductSighting[],
  store: MeasurerPorts['store'],
): Promise<Map<string, FoundId>> {
  const ids = [...new Set(sightings.flatMap(({ items }) => items.map(({ id }) => id)))]
  const found = new Map<string, FoundId>()
  for (let at = 0; at < ids.length; at += LOOK_UP_IDS_MAX) {
    const asked = ids.slice(at, at + LOOK_UP_IDS_MAX)
    const answers = await store.lookUpProducts(datasetId, asked)
    for (const [index, id] of asked.entries()) {
      const answer = answers[index]
      if (answer) found.set(id, answer)
    }
  }
  return found
}
