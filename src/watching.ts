/**
 * Puts the watch together for main.ts: what reads the evidence, what keeps the findings, and when
 * it looks. Knows the parts, decides nothing.
 */
import type { Access } from './access/access.ts'
import type { DestinationSettings, RelayControl } from './relay/view.ts'
import type { Store } from './store/store.ts'
import { createEvidenceReader } from './watch/evidence-reader.ts'
import { createFindingBook } from './watch/finding-book.ts'
import { createWatch, type Watch } from './watch/watch.ts'

export interface WatchingPorts {
  readonly store: Store
  readonly access: Pick<Access, 'datasets' | 'findDataset' | 'tokens'>
  readonly destinations: Pick<DestinationSettings, 'list'>
  readonly relay: Pick<RelayControl, 'alarms' | 'lanes'>
  readonly nowMs: () => number
  readonly clockMs: () => number
  readonly every: (ms: number, run: () => void) => () => void
  readonly onTrouble: (error: unknown, words: string) => void
}

export async function openWatch(ports: WatchingPorts): Promise<Watch> {
  const { store, access, destinations, relay, nowMs } = ports
  const reader = createEvidenceReader({
    store,
    destinations,
    relay,
    tokensOf: (id) => access.tokens().filter(({ dataset_id }) => dataset_id === id),
    nowMs,
    upSinceMs: nowMs(),
  })
  return createWatch({
    datasets: access.datasets,
    findDataset: access.findDataset,
    reader,
    book: await createFindingBook({ store, nowMs }),
    nowMs,
    clockMs: ports.clockMs,
    every: ports.every,
    onPass: () => undefined,
    onTrouble: ports.onTrouble,
  })
}
