/** The two drivers as the simulation opens them: what survives a death, and what is opened anew. */
import { join } from 'node:path'
import { memoryStore } from '../../src/store/drivers/memory.ts'
import { storeOn } from '../../src/store/drivers/sqlite.ts'
import { openDatabase } from '../../src/store/drivers/sqlite-schema.ts'
import type { Store } from '../../src/store/store.ts'

export type DriverName = 'memory' | 'sqlite'

/** Gives the store for the next life; the one of the last life is gone then. */
export type Disk = () => Promise<Store>

export function diskOf(driver: DriverName, folder: string, nowMs: () => number): Disk {
  if (driver === 'memory') {
    const store = memoryStore({ nowMs })
    return async () => store
  }
  const file = join(folder, 'sim.db')
  let open: Store | undefined
  return async () => {
    await open?.close()
    // No waiting for the disk: crash tests of the whole program prove durability.
    const sync = (_fd: number, done: (error: null) => void): void => done(null)
    open = storeOn(openDatabase(file, 1000), { file, nowMs, sync })
    return open
  }
}
