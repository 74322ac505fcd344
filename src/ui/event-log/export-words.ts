/** How an export is told: what it holds, how far it is, how it ended. Pure. */
import type { ExportAnswer } from '../../api/types.ts'
import { countOf, formatAge, formatShare } from '../format.ts'

/** Ended ones stay in sight for so long, and so many. */
const SHOWN_MS = 24 * 3_600_000
const SHOWN_ENDED_MAX = 3

/** Those that run, and the last that ended. */
export function shownOf(exports: readonly ExportAnswer[], nowMs: number): readonly ExportAnswer[] {
  const ended = exports
    .filter(({ ended_ms }) => ended_ms !== null && nowMs - ended_ms < SHOWN_MS)
    .slice(0, SHOWN_ENDED_MAX)
  return exports.filter((one) => one.state === 'running' || ended.includes(one))
}

export const titleOf = ({ kind, format }: ExportAnswer): string =>
  `${kind === 'events' ? 'Events' : 'Consent records'}, ${format.toUpperCase()}`

/** "event_name Lead, person 2 values"; '' for everything. */
export function searchWords({ filters }: ExportAnswer): string {
  return Object.entries(filters)
    .map(([name, value]) => `${NAMES[name] ?? name} ${isTime(name) ? moment(value) : value}`)
    .join(', ')
}

const NAMES: Readonly<Record<string, string>> = {
  event_name: 'event',
  event_id: 'event id',
  order_id: 'order',
  verdict: 'outcome',
  seen_by: 'seen by',
  finding: 'note',
}

const isTime = (name: string): boolean => name === 'from' || name === 'to'

const moment = (second: string): string => new Date(Number(second) * 1000).toLocaleString()

/** "12,300 events, 8.1 MB, 42%, 12 s". */
export function progressWords(one: ExportAnswer, nowMs: number): string {
  const share = one.share === null ? undefined : formatShare(one.share, 1)
  const lasted = formatAge(Math.max(0, nowMs - one.started_ms))
  return [rowWords(one), sizeWords(one.bytes), share, lasted].filter(Boolean).join(', ')
}

/** The whole of how it stands, for the eye and for a screen reader. */
export function stateWords(one: ExportAnswer): string {
  const { state, reason } = one
  if (state === 'running') return 'Running'
  if (state === 'done') return `Done: ${rowWords(one)}, ${sizeWords(one.bytes)}`
  if (state === 'cancelled') return `Cancelled after ${rowWords(one)}: the file is not whole`
  const why = reason === null ? '' : REASONS[reason]
  return `Cut off after ${rowWords(one)}: ${why}`
}

const REASONS: Record<NonNullable<ExportAnswer['reason']>, string> = {
  reader_left: 'the connection ended. The file is not whole; start it again.',
  right_ended: 'whoever started it may not read this dataset any more. The file is not whole.',
  failed: 'the server could not read on. Start it again; if it stays, see the server log.',
}

const rowWords = ({ kind, rows }: ExportAnswer): string =>
  kind === 'events' ? countOf(rows, 'event') : countOf(rows, 'record')

/** "812 KB", "8.1 MB". */
function sizeWords(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.ceil(bytes / 1000)}\u00a0KB`
  return `${(bytes / 1_000_000).toFixed(bytes < 100_000_000 ? 1 : 0)}\u00a0MB`
}
