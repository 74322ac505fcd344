/**
 * Reads one stretch of the log for the products that its reports name. In the thread that keeps
 * events, so that only what is needed crosses to the one that measures. Called by ledger-thread.ts.
 */
import { MEASURE_ITEMS_MAX } from '../../catalog-limits.ts'
import { type SightedStretch, sightingOf } from '../../event/products.ts'
import type { Store } from '../../store/store.ts'

/** Undefined where the log ends. */
export async function sightedStretch(
  store: Pick<Store, 'scan'>,
  datasetId: string,
  fromSeq: number,
): Promise<SightedStretch | undefined> {
  for await (const legs of store.scan(datasetId, fromSeq)) {
    const sightings = legs.flatMap((leg) => sightingOf(leg, MEASURE_ITEMS_MAX) ?? [])
    return { next_seq: (legs.at(-1)?.seq ?? fromSeq) + 1, sightings }
  }
  return undefined
}
