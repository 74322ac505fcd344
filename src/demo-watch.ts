/**
 * The watch over the demo's past: the one that a server runs, with the clock of that time, so that
 * what broke in the past was found then, and resolved itself. It looks less often than a server
 * does, and alerts nobody. Called by demo-load.ts between the rounds of the past.
 */
import type { Period } from '../examples/brewbeans/past/faults.ts'
import { DIAGNOSTIC_KEPT_MS } from './diagnostic-limits.ts'
import type { Dataset } from './event/dataset.ts'
import type { SettingsDocument, Store } from './store/store.ts'
import { createEvidenceReader } from './watch/evidence-reader.ts'
import { createFindingBook } from './watch/finding-book.ts'
import { createWatch } from './watch/watch.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** A look takes some 70 ms (measured): one each hour of 60 days would take thrice as long as all
 * else. Twice a day, so that one look without evidence closes nothing. */
const STEP_MS = DAY_MS / 2
/** What is found before it closes long before the end, so that nobody sees it. */
const STEP_EARLIER_MS = 2 * DAY_MS
const SEEN_MS = DIAGNOSTIC_KEPT_MS + 2 * DAY_MS
/** Hours after something broke, and after its end: what is silent is found within the hour, what is
 * seen in shares takes a day to show, and most findings close a day after the last evidence. */
const HOURS_AFTER_BREAK = [1, 2, 3, 4, 5, 6, 9, 12, 15, 18, 21, 24]
const HOURS_AFTER_END = [0, 1, 2, 3, 12, 24, 27]

/** The moments of the looks, in order; the one at the end is not among them. */
export function looksOf(
  { startMs, periods }: { readonly startMs: number; readonly periods: readonly Period[] },
  endMs: number,
): number[] {
  const looks = new Set<number>()
  const seenMs = endMs - SEEN_MS
  for (let atMs = startMs + DAY_MS / 2; atMs < endMs; ) {
    looks.add(atMs)
    atMs += atMs < seenMs ? STEP_EARLIER_MS : STEP_MS
  }
  for (const { fromMs, toMs } of periods.filter((period) => period.toMs >= seenMs)) {
    for (const hour of HOURS_AFTER_BREAK) looks.add(fromMs + hour * HOUR_MS)
    for (const hour of HOURS_AFTER_END) looks.add(toMs + hour * HOUR_MS)
  }
  return [...looks].filter((atMs) => atMs < endMs - HOUR_MS).sort((a, b) => a - b)
}

interface Ports {
  readonly store: Store
  readonly dataset: Dataset
  readonly nowMs: () => number
  /** Where the past begins: the server of that time ran since then. */
  readonly startMs: number
}

export interface PastWatch {
  /** At the present moment. */
  look(): Promise<void>
  /** What is to be kept of all that was found: written at the end, with the rest of the past. */
  documents(): readonly SettingsDocument[]
}

export async function watchPast({ store, dataset, nowMs, startMs }: Ports): Promise<PastWatch> {
  let documents: readonly SettingsDocument[] = []
  const book = await createFindingBook({
    store: {
      getSettings: async () => [],
      putSettings: async (changed) => {
        documents = changed
      },
    },
    nowMs,
  })
  const watch = createWatch({
    reader: createEvidenceReader({
      ...{ store, nowMs, upSinceMs: startMs },
      destinations: { list: () => [] },
      relay: { alarms: () => [], lanes: () => [] },
      tokensOf: () => [],
      rivalsOf: async () => [],
    }),
    ...{ book, nowMs, clockMs: nowMs },
    datasets: () => [dataset],
    findDataset: () => dataset,
    every: () => () => undefined,
    onPass: () => undefined,
    onTrouble: (error) => {
      throw error
    },
  })
  return {
    look: async () => {
      await watch.look(dataset.dataset_id)
    },
    documents: () => documents,
  }
}
