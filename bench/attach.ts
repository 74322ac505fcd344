/**
 * Gives a stopped server's dataset a Meta destination, and queues for it what is stored already.
 * Through the same code as the server's own; for benches and crash tests, which need a destination
 * before the server starts.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Destination } from '../src/destinations/destination.ts'
import { meta } from '../src/destinations/meta.ts'
import { createConfigs } from '../src/relay/configs.ts'
import { createSecretBox, loadSecretKey } from '../src/secret-box.ts'
import { openSqliteStore } from '../src/store/drivers/sqlite.ts'
import type { Store } from '../src/store/store.ts'

export interface Attached {
  readonly dataDir: string
  readonly datasetId: string
  /** Meta's dataset id and token there, and where Meta stands. */
  readonly settings: { readonly [name: string]: string }
  /** Also sends what was accepted before. */
  readonly backlog: boolean
}

/** Returns the id of the destination. */
export async function attachMeta(options: Attached): Promise<string> {
  const { dataDir, datasetId, settings, backlog } = options
  const store = await openSqliteStore({ file: join(dataDir, 'twofold.db'), nowMs: Date.now })
  try {
    const key = loadSecretKey({ given: undefined, dataDir, randomBytes })
    const configs = await createConfigs({
      store,
      destinations: [meta as Destination],
      box: createSecretBox({ key, randomBytes }),
      hasDataset: () => true,
      nowMs: Date.now,
      randomBytes,
    })
    const { destination_id } = await configs.create(datasetId, {
      ...{ type: 'meta', name: 'Meta', settings },
      legs: { default: { send: 'both', wait_s: 0 } },
    })
    if (backlog) await enqueueAll(store, datasetId, destination_id)
    return destination_id
  } finally {
    await store.close()
  }
}

async function enqueueAll(store: Store, dataset_id: string, destination_id: string): Promise<void> {
  for await (const legs of store.scan(dataset_id, 1)) {
    const writes = legs
      .filter(({ verdict }) => verdict === 'accepted')
      .map(({ seq, event }) => ({
        ...{ dataset_id, destination_id, seq, leg_seq: seq, due_ms: 0 },
        expires_ms: event.event_time * 1000 + 7 * 86_400_000,
      }))
    await store.enqueue(writes)
  }
}
