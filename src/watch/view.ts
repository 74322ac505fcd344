/**
 * What people see of the watch and ask of it: types only. Implemented by watch.ts (and alerts.ts);
 * the API hands it on.
 */
import type { Finding, Mute } from '../quality/diagnostics/finding.ts'

export interface DatasetFindings {
  /** Open ones first, the most money at stake first. */
  readonly findings: readonly Finding[]
  readonly mutes: readonly Mute[]
  /** When it was looked at last, and how long that took; undefined: not yet. */
  readonly looked_at_ms?: number
  readonly took_ms?: number
}

export interface Diagnostics {
  of(datasetId: string): DatasetFindings
  /** Looks at once, whatever the clock says. */
  look(datasetId: string): Promise<DatasetFindings>
  /** Throws `invalid_request` for a target that is neither a finding nor a check, `limit_reached`. */
  mute(datasetId: string, mute: Omit<Mute, 'at_ms'>): Promise<DatasetFindings>
  unmute(datasetId: string, target: string): Promise<DatasetFindings>
}
