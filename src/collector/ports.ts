/**
 * What the collector needs from the rest of the program (main.ts passes it in), and what its doors
 * share on top of it. Types only.
 */
import type { Dataset } from '../event/dataset.ts'
import type { Accept } from '../ingest/ingest.ts'
import type { Rate } from './rate.ts'

export interface CollectorPorts {
  readonly accept: Accept
  findDataset(id: string): Dataset | undefined
  authorize(token: string, datasetId: string, purpose: 'send' | 'read' | 'admin'): boolean
  /** What a token may do; undefined for one that is not known. Tells 190 from 100/33. */
  grantOf(token: string): object | undefined
  /** The built script, with `__TWOFOLD_SETTINGS__` in it once. */
  readonly pixelScript: string
  /** The origin people and pixels use, without a slash; undefined: the one each request came to. */
  readonly publicUrl: string | undefined
  readonly trustedProxies: number
  nowMs(): number
  random(): number
}

export interface DoorPorts extends CollectorPorts {
  readonly rate: Rate
  /** For defects of ours; never for what a sender did wrong. */
  logError(error: unknown): void
}
