/**
 * What people see of offline sales that are taken in, from a file or by hand: types, and the
 * columns a file may have. No behaviour: offline.ts makes these, the API hands them on.
 */
import type { Verdict } from '../../event/shape.ts'

/** Where somebody acted whom no browser saw. */
export const OFFLINE_SOURCES = [
  'physical_store',
  'phone_call',
  'email',
  'chat',
  'system_generated',
  'other',
] as const

export type OfflineSource = (typeof OFFLINE_SOURCES)[number]

export const OFFLINE_COLUMNS = [
  ...['time', 'order_id', 'value', 'currency', 'event_name', 'action_source', 'consent'],
  ...['email', 'phone', 'first_name', 'last_name', 'city', 'state', 'zip', 'country'],
  ...['birth_date', 'gender', 'external_id', 'lead_id'],
] as const

/** Column -> its name in the file. */
export type ColumnNames = { readonly [column: string]: string | undefined }

/**
 * How a file is read. Columns, currency, zone and prefix that are left out are as in the last
 * import of the dataset, else usual.
 */
export interface OfflineReading {
  readonly columns: ColumnNames
  /** As the last file had them. */
  readonly last_columns?: ColumnNames | undefined
  /** Of rows without one. */
  readonly event_name?: string | undefined
  readonly action_source?: OfflineSource | undefined
  readonly currency?: string | undefined
  /** Name of the CRM that stages of leads come from. */
  readonly crm?: string | undefined
  /** Of times without one. */
  readonly zone?: string | undefined
  /** Put in front of every order id. */
  readonly prefix?: string | undefined
}

export interface OfflineAsked extends OfflineReading {
  readonly dryRun: boolean
}

export interface OfflineFault {
  readonly line: number
  readonly column: string
  readonly reason: string
}

export interface OfflineReport {
  readonly at_ms: number
  readonly dry_run: boolean
  /** Rows that tell of something. */
  readonly rows: number
  /** Counted now; of a dry run: would be. */
  readonly added: number
  /** Counted before, by an import or by any other report. */
  readonly known: number
  /** Rows that say the same as one above, under the same order id or in every cell. */
  readonly repeated: number
  /** Not counted on purpose: reason -> rows. */
  readonly dropped: { readonly [reason: string]: number }
  readonly bad: number
  /** Of the rows: they name nobody, so that no destination could match them. */
  readonly nobody: number
  /** The columns there are. */
  readonly head: readonly string[]
  /** What each was taken for. */
  readonly columns: { readonly [column: string]: string }
  /** Of these: those that only the last file tells of. */
  readonly as_last_time: readonly string[]
  readonly faults: readonly OfflineFault[]
  /** Where and why it ended before the file did; line 1: the head. */
  readonly stopped: OfflineFault | null
  readonly first_s: number | null
  readonly last_s: number | null
}

export type OfflineProgress = Pick<
  OfflineReport,
  'at_ms' | 'dry_run' | 'rows' | 'added' | 'known' | 'bad'
>

export interface OfflineState {
  /** The import that is under way. */
  readonly running: OfflineProgress | null
  /** How the last file was read. */
  readonly reading: OfflineReading | null
  /** The newest first; without their bad rows beyond a few. */
  readonly imports: readonly OfflineReport[]
}

/** One sale, typed in: the person hashed before it came here. */
export interface OfflineSale {
  readonly event_name: string
  /** Unix seconds. */
  readonly event_time: number
  readonly action_source: OfflineSource
  readonly value?: string | undefined
  readonly currency?: string | undefined
  readonly order_id?: string | undefined
  readonly consent?: 'granted' | 'denied' | undefined
  readonly user_data: { readonly [key: string]: readonly string[] }
}

export interface OfflineOutcome {
  readonly verdict: Verdict
  readonly reason: string | null
  readonly event_id: string
  /** Where it stands in the event log; null where it was counted longer ago. */
  readonly seq: number | null
}

export interface Offline {
  state(datasetId: string): Promise<OfflineState>
  /** Throws `invalid_request` where nothing of the file can be read. */
  import(
    datasetId: string,
    text: AsyncIterable<string>,
    asked: OfflineAsked,
  ): Promise<OfflineReport>
  /** Throws `invalid_request`. */
  record(datasetId: string, sale: OfflineSale): Promise<OfflineOutcome>
}
