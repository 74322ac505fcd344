/**
 * A CSV file of offline sales into ingest: streamed, some hundred rows at a time, in memory that
 * does not grow with the file. What was counted before is left out, however long ago an import
 * told of it, so that a file can be imported again. Called by offline.ts.
 */
import type { Dataset } from '../../event/dataset.ts'
import { hashFields } from '../../event/hash-fields.ts'
import { isBrowsing } from '../../event/names.ts'
import type { Accept, Outcome } from '../../ingest/ingest.ts'
import { DEDUP_WINDOW_MS, ORDER_WINDOW_MS } from '../../limits.ts'
import { ORDER_IMPORT_FAULTS_MAX, ORDER_IMPORT_ROWS } from '../../order-limits.ts'
import type { Store } from '../../store/store.ts'
import { readRows } from '../file-rows.ts'
import { type OfflineFile, type OfflineRow, openOfflineFile } from './offline-row.ts'
import type { OfflineFault, OfflineReading, OfflineReport } from './view.ts'

export interface OfflinePorts {
  readonly store: Pick<
    Store,
    'records' | 'settleReceived' | 'events' | 'getSettings' | 'putSettings'
  >
  readonly accept: Accept
  readonly findDataset: (id: string) => Dataset | undefined
  readonly sha256: (text: string) => string
  readonly nowMs: () => number
}

export type GrowingReport = {
  -readonly [Key in keyof Omit<OfflineReport, 'faults' | 'dropped'>]: OfflineReport[Key]
} & { readonly faults: OfflineFault[]; readonly dropped: Record<string, number> }

export function newReport(dry_run: boolean, at_ms: number): GrowingReport {
  return {
    ...{ at_ms, dry_run, rows: 0, added: 0, known: 0, repeated: 0, dropped: {}, bad: 0 },
    ...{
      nobody: 0,
      head: [],
      columns: {},
      as_last_time: [],
      faults: [],
      stopped: null,
      first_s: null,
      last_s: null,
    },
  }
}

/** The report grows as it goes. */
export async function importOffline(
  text: AsyncIterable<string>,
  asked: {
    readonly dataset: Dataset
    readonly report: GrowingReport
    readonly reading: OfflineReading & { readonly zone: string }
  },
  ports: OfflinePorts,
): Promise<void> {
  const { dataset, report, reading } = asked
  const sales = new Sales(report, dataset, ports)
  const stopped = await readRows<OfflineFile | undefined>(text, {
    open: (head) => {
      report.head = head
      const file = openOfflineFile(head, reading, {
        ...{ nowMs: report.at_ms, zone: reading.zone, sha256: ports.sha256 },
        hashed: (fields) => hashFields(fields, dataset, ports.sha256),
      })
      if ('fault' in file) report.stopped = { line: 1, ...file.fault }
      report.columns = file.found ?? {}
      report.as_last_time = file.as_last_time ?? []
      return 'fault' in file ? undefined : file
    },
    // Without a head that fits, the rest is only let pass: who sends it waits for an answer.
    take: (file, { line, cells }) => {
      if (!file) return undefined
      const row = file.read(cells)
      if ('fault' in row) refuse(report, { line, ...row.fault })
      else return sales.take(row, line)
    },
  })
  report.stopped ??= stopped
  await sales.write()
}

function refuse(report: GrowingReport, fault: OfflineFault): void {
  report.bad += 1
  if (report.faults.length < ORDER_IMPORT_FAULTS_MAX) report.faults.push(fault)
}

interface Taken extends OfflineRow {
  readonly line: number
}

/** Gathers sales for one delivery. */
class Sales {
  readonly #report: GrowingReport
  readonly #dataset: Dataset
  readonly #ports: OfflinePorts
  readonly #rows = new Map<string, Taken>()
  /** Ids that this very import told of, as far as memory allows; the store knows the others. */
  readonly #told = new Set<string>()

  constructor(report: GrowingReport, dataset: Dataset, ports: OfflinePorts) {
    this.#report = report
    this.#dataset = dataset
    this.#ports = ports
  }

  async take(row: OfflineRow, line: number): Promise<void> {
    const report = this.#report
    const { event_id, event_time, user_data } = row.event
    report.rows += 1
    if (this.#rows.has(event_id) || this.#told.has(event_id)) {
      report.repeated += 1
      return
    }
    report.first_s = Math.min(report.first_s ?? event_time, event_time)
    report.last_s = Math.max(report.last_s ?? event_time, event_time)
    if (Object.keys(user_data).length === 0) report.nobody += 1
    this.#rows.set(event_id, { ...row, line })
    if (this.#rows.size >= ORDER_IMPORT_ROWS) await this.write()
  }

  async write(): Promise<void> {
    const rows = [...this.#rows.values()]
    this.#rows.clear()
    if (rows.length === 0) return
    const { dataset_id } = this.#dataset
    const fresh = await unknownOf(rows, dataset_id, this.#ports)
    this.#report.known += rows.length - fresh.length
    if (this.#told.size >= TOLD_MAX) this.#told.clear()
    for (const { event } of rows) this.#told.add(event.event_id)
    if (fresh.length === 0) return
    if (this.#report.dry_run) this.#report.added += fresh.length
    else this.#note(fresh, await tell(fresh, this.#dataset, this.#ports))
  }

  #note(rows: readonly Taken[], outcomes: readonly Outcome[]): void {
    const report = this.#report
    for (const [at, { verdict, reason = verdict, problem }] of outcomes.entries()) {
      if (verdict === 'accepted') report.added += 1
      else if (verdict === 'duplicate') report.known += 1
      else if (verdict === 'dropped') report.dropped[reason] = (report.dropped[reason] ?? 0) + 1
      else {
        const words = problem?.message ?? reason
        refuse(report, { line: rows[at]?.line ?? 0, column: problem?.key ?? '', reason: words })
      }
    }
  }
}

/** Some megabytes: repeats are told apart from what was known before within so many rows. */
const TOLD_MAX = 50_000

type Told = Pick<OfflineRow, 'event' | 'consent'>

/** Those of which neither an import nor, as far as ids say, any other report has told. */
export async function unknownOf<Row extends Told>(
  rows: readonly Row[],
  dataset_id: string,
  { store, nowMs }: Pick<OfflinePorts, 'store' | 'nowMs'>,
): Promise<readonly Row[]> {
  const keys = rows.map(({ event }) => recordKey(event.event_id))
  const records = new Set((await store.records(dataset_id, keys)).map(({ key }) => key))
  const known = await Promise.all(
    rows.map(async ({ event }) => {
      if (records.has(recordKey(event.event_id))) return true
      if (!mayBeForgotten(event, nowMs())) return false
      // With its name: without one, a new id is looked for in the whole log.
      const { event_name, event_id } = event
      const query = { dataset_id, event_name, event_id, limit: 1 }
      return (await store.events(query)).events.length > 0
    }),
  )
  return rows.filter((_, at) => !known[at])
}

const recordKey = (eventId: string): string => `offline ${eventId}`

/** Ingest knows its twins for a while only; an import that broke off may have told of it before. */
function mayBeForgotten(event: OfflineRow['event'], nowMs: number): boolean {
  const { event_name, event_time, custom_data } = event
  if (isBrowsing(event_name)) return false
  const isOrder = event_name === 'Purchase' && custom_data.order_id !== undefined
  const windowMs = isOrder ? ORDER_WINDOW_MS : DEDUP_WINDOW_MS
  return nowMs - event_time * 1000 > windowMs
}

/** Through the ordinary door; then it is written down that these were told. */
export async function tell(
  rows: readonly Told[],
  dataset: Dataset,
  { store, accept, nowMs }: Pick<OfflinePorts, 'store' | 'accept' | 'nowMs'>,
): Promise<readonly Outcome[]> {
  const events = rows.map(({ event }) => event)
  const outcomes = await accept({
    dataset,
    envelope: { channel: 'other', via: 'source' },
    events,
    perEvent: rows.map(({ consent }) =>
      consent ? { consent: { state: consent, signal: 'api' } } : {},
    ),
    bytes: JSON.stringify(events).length,
  })
  const counted = rows.filter((_, at) => /^(accepted|duplicate)$/.test(outcomes[at]?.verdict ?? ''))
  await store.settleReceived({
    dataset_id: dataset.dataset_id,
    now_ms: nowMs(),
    settlements: [],
    records: counted.map(({ event }) => {
      return { key: recordKey(event.event_id), value: '{}', revision: 0 }
    }),
  })
  return outcomes
}
