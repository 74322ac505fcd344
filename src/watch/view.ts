/**
 * What people see of the watch and ask of it: types only. Implemented by watch.ts (and alerts.ts);
 * the API hands it on.
 */
import type { Finding, Mute } from '../quality/diagnostics/finding.ts'
import type { AlertSettings } from './alert-settings.ts'

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
  /** Looks at once; asked again within DIAGNOSTIC_FRESH_MS, it answers what it found. */
  look(datasetId: string): Promise<DatasetFindings>
  /** Throws `invalid_request` for a target that is neither a finding nor a check, `limit_reached`. */
  mute(datasetId: string, mute: Omit<Mute, 'at_ms'>): Promise<DatasetFindings>
  unmute(datasetId: string, target: string): Promise<DatasetFindings>
}

export interface AlertScope {
  readonly on: 'dataset' | 'business'
  readonly id: string
}

/** One message, as the history tells it: no address and no secret. */
export interface AlertRecord {
  readonly at_ms: number
  readonly kind: 'alert' | 'digest' | 'test'
  readonly channel: 'email' | 'webhook'
  readonly subject: string
  /** Ids of the findings it told of. */
  readonly findings: readonly string[]
  /** Plain words; absent: it was sent. */
  readonly error?: string
}

export interface Alerts {
  /** What applies to it. `own`: false where it follows its business (or nothing is set). */
  settings(scope: AlertScope): { readonly settings: AlertSettings; readonly own: boolean }
  /**
   * What is left out stays, and a masked secret sent back. Throws `invalid_request` naming the
   * field, and where the webhook moves to another server and its secret was not entered with it.
   */
  change(scope: AlertScope, input: object): Promise<void>
  /** Back to what the business says. */
  reset(scope: AlertScope): Promise<void>
  history(datasetId: string): readonly AlertRecord[]
  /** Sends one message to every channel at once, and says what came of each. */
  test(datasetId: string): Promise<readonly AlertRecord[]>
  /** Whether the server can send e-mail at all. */
  readonly hasMail: boolean
}
