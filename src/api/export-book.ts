/**
 * Which exports run, how far each is, and how the last ones ended. In memory and bounded: a restart
 * ends them and forgets them. Holds no line of what is exported. Made by api.ts; written by
 * export-stream.ts, read by exports.ts.
 */
import { TwofoldError } from '../errors.ts'
import { EXPORTS_ENDED_MAX, EXPORTS_KEPT_MAX, EXPORTS_RUNNING_MAX } from '../export-limits.ts'

export interface ExportAsked {
  readonly dataset_id: string
  readonly kind: 'events' | 'consents'
  readonly format: 'ndjson' | 'csv'
  /** As people read them; values of a person never. */
  readonly filters: Readonly<Record<string, string>>
  readonly by: { readonly kind: string; readonly id: string; readonly name: string }
}

/** Why one ended before its last line: the reader left, its right ended, the log was unreadable. */
export type CutReason = 'reader_left' | 'right_ended' | 'failed'

export interface ExportEntry extends ExportAsked {
  readonly export_id: string
  readonly state: 'running' | 'done' | 'cut_off' | 'cancelled'
  readonly reason: CutReason | null
  readonly started_ms: number
  readonly ended_ms: number | null
  /** Handed to the connection, not counting the head of a table. */
  readonly rows: number
  readonly bytes: number
  /** Of what is searched, 0 to 1; null where that is not known. */
  readonly share: number | null
}

/** One that runs, for who writes it. What is told after its end changes nothing. */
export interface ExportJob {
  readonly wrote: (rows: number, bytes: number) => void
  readonly reached: (share: number | null) => void
  readonly end: (how: 'done' | CutReason) => void
  /** Called once, at once, when somebody cancels it, or did so already. */
  readonly onCancel: (stop: () => void) => void
}

export interface ExportBook {
  /** Throws `too_many_exports`. */
  readonly start: (asked: ExportAsked) => ExportJob
  /** The newest first. */
  readonly list: (datasetId: string) => readonly ExportEntry[]
  readonly find: (datasetId: string, exportId: string) => ExportEntry | undefined
  /** One that has ended stays as it is. */
  readonly cancel: (datasetId: string, exportId: string) => void
}

interface Entry {
  view: ExportEntry
  stop: () => void
}

export function createExportBook(nowMs: () => number): ExportBook {
  /** The oldest first. */
  const entries: Entry[] = []
  let made = 0
  const of = (datasetId: string): Entry[] =>
    entries.filter(({ view }) => view.dataset_id === datasetId)
  const find = (datasetId: string, id: string): Entry | undefined =>
    of(datasetId).find(({ view }) => view.export_id === id)
  const change = (entry: Entry, next: Partial<ExportEntry>): void => {
    if (isRunning(entry)) entry.view = { ...entry.view, ...next }
  }
  return {
    start: (asked) => {
      const known = of(asked.dataset_id)
      const running = known.filter(isRunning)
      if (running.length >= EXPORTS_RUNNING_MAX) {
        throw new TwofoldError('too_many_exports', `${running.length} are running.`)
      }
      made += 1
      const started_ms = nowMs()
      const entry: Entry = { view: begun(asked, idOf(started_ms, made), started_ms), stop: none }
      entries.push(entry)
      if (known.length >= EXPORTS_KEPT_MAX) forgetOldest(entries, known)
      if (entries.length > EXPORTS_ENDED_MAX) forgetOldest(entries, entries)
      return {
        wrote: (rows, bytes) => {
          const { view } = entry
          change(entry, { rows: view.rows + rows, bytes: view.bytes + bytes })
        },
        reached: (share) => change(entry, { share }),
        end: (how) => change(entry, { ...endOf(how), ended_ms: nowMs() }),
        onCancel: (stop) => {
          entry.stop = stop
          if (entry.view.state === 'cancelled') stop()
        },
      }
    },
    list: (datasetId) =>
      of(datasetId)
        .map(({ view }) => view)
        .reverse(),
    find: (datasetId, id) => find(datasetId, id)?.view,
    cancel: (datasetId, id) => {
      const entry = find(datasetId, id)
      if (!entry || !isRunning(entry)) return
      change(entry, { state: 'cancelled', ended_ms: nowMs() })
      entry.stop()
    },
  }
}

const none = (): void => undefined

const isRunning = ({ view }: Entry): boolean => view.state === 'running'

/** Differs from those before a restart, so that nobody cancels another by an old page. */
const idOf = (startedMs: number, no: number): string => `x_${startedMs.toString(36)}_${no}`

function begun(asked: ExportAsked, export_id: string, started_ms: number): ExportEntry {
  return {
    ...asked,
    export_id,
    state: 'running',
    reason: null,
    started_ms,
    ended_ms: null,
    rows: 0,
    bytes: 0,
    share: null,
  }
}

function endOf(how: 'done' | CutReason): Partial<ExportEntry> {
  if (how === 'done') return { state: 'done', share: 1 }
  return { state: 'cut_off', reason: how }
}

/** Of those that have ended. */
function forgetOldest(entries: Entry[], among: readonly Entry[]): void {
  const oldest = among.find((entry) => !isRunning(entry))
  if (oldest) entries.splice(entries.indexOf(oldest), 1)
}
