/** When the watch looks at a dataset again, with a clock and timers of the test's own. */
import { expect, it } from 'vitest'
import {
  DIAGNOSTIC_IDLE_PASS_MS,
  DIAGNOSTIC_PASS_MS,
  DIAGNOSTIC_REST_MS,
} from '../diagnostic-limits.ts'
import { type Dataset, datasetSettingsSchema } from '../event/dataset.ts'
import { memoryStore } from '../store/drivers/memory.ts'
import { createEvidenceReader } from './evidence-reader.ts'
import { createFindingBook } from './finding-book.ts'
import { createWatch } from './watch.ts'

const START_MS = Date.UTC(2026, 7, 3)
const DATASET: Dataset = {
  ...datasetSettingsSchema.parse({ name: 'Shop' }),
  dataset_id: '123456789012345',
  created_at_ms: START_MS,
}

interface Idle {
  readonly passMs: (ms: number) => Promise<void>
  readonly lookedMs: () => number | undefined
}

/** A watch over one dataset in which nothing has arrived, after its first look. */
async function idle(): Promise<Idle> {
  let nowMs = START_MS
  let tick = (): void => undefined
  const store = memoryStore()
  const time = { nowMs: () => nowMs }
  const watch = createWatch({
    ...{ ...time, clockMs: () => 0, datasets: () => [DATASET], findDataset: () => DATASET },
    reader: createEvidenceReader({
      ...{ store, ...time, upSinceMs: START_MS, tokensOf: () => [] },
      rivalsOf: async () => [],
      destinations: { list: () => [] },
      relay: { alarms: () => [], lanes: () => [] },
    }),
    book: await createFindingBook({ store, ...time }),
    every: (_ms, run) => {
      tick = run
      return () => undefined
    },
    onPass: () => undefined,
    onTrouble: (error) => {
      throw error
    },
  })
  const passMs = async (ms: number): Promise<void> => {
    nowMs += ms
    tick()
    await watch.stop()
  }
  watch.start()
  await passMs(DIAGNOSTIC_REST_MS)
  return { passMs, lookedMs: () => watch.of(DATASET.dataset_id).looked_at_ms }
}

it('looks seldom where nothing arrives and nobody reads', async () => {
  const { passMs, lookedMs } = await idle()
  await passMs(DIAGNOSTIC_IDLE_PASS_MS - 1)
  expect(lookedMs()).toBe(START_MS + DIAGNOSTIC_REST_MS)
})

it('looks within a minute where somebody reads: the first events may have come', async () => {
  const { passMs, lookedMs } = await idle()
  expect(lookedMs()).toBe(START_MS + DIAGNOSTIC_REST_MS)
  await passMs(DIAGNOSTIC_PASS_MS + 1)
  expect(lookedMs()).toBe(START_MS + DIAGNOSTIC_REST_MS + DIAGNOSTIC_PASS_MS + 1)
})
