/**
 * What each report of one event said, as rows to compare: the same parameter of every report side
 * by side. Pure. Hashed keys show the beginning of their hash, enough to see whether two agree.
 */
import type { EventView, LegView } from '../../api/types.ts'
import { formatExact, formatUtc } from '../format.ts'
import { matchKeyWords } from '../words.ts'

export interface SentRow {
  readonly key: string
  readonly label: string
  /** One cell a report, in the order of the legs; undefined where it was not sent. */
  readonly cells: readonly (string | undefined)[]
  /** For moments: the same in UTC, shown on hover. */
  readonly utc?: readonly string[]
  /** Both sent it and they disagree about something that should be the same. */
  readonly differs: boolean
}

export interface SentGroup {
  readonly title: string
  readonly rows: readonly SentRow[]
}

const VIA_WORDS: Record<LegView['via'], string> = {
  pixel: 'Pixel',
  image: 'Pixel, without JavaScript',
  tr: 'Meta’s own script',
  graph: 'Conversions API',
  capi: 'Conversions API (/capi)',
  source: 'Source',
}

export function sentGroups(legs: readonly LegView[]): readonly SentGroup[] {
  const row = rowsOf(legs)
  const moments = (label: string, ms: (leg: LegView) => number): SentRow => ({
    ...row(label, (leg) => formatExact(ms(leg))),
    utc: legs.map((leg) => formatUtc(ms(leg))),
  })
  const groups: SentGroup[] = [
    {
      title: 'The report',
      rows: [
        moments('Received', (leg) => leg.received_at_ms),
        row('Came by', (leg) => VIA_WORDS[leg.via]),
        row('event_id', (leg) => leg.event_id, true),
        moments('Happened', (leg) => leg.event_time * 1000),
        row('Kind of place', (leg) => leg.action_source),
        row('Page', (leg) => leg.event_source_url),
        row('Test code', (leg) => leg.test_event_code),
        row('Consent', (leg) => consentWords(leg)),
        row('Sent by', (leg) => leg.partner_agent),
      ],
    },
    {
      title: 'Parameters',
      rows: keysOf(legs, 'custom_data').map((key) =>
        row(key, (leg) => shown(leg.custom_data?.[key]), true),
      ),
    },
    {
      title: 'Known about the person',
      rows: keysOf(legs, 'user_data').map((key) => ({
        ...row(matchKeyWords(key), (leg) => identifier(key, leg.user_data[key])),
        key,
      })),
    },
  ]
  return groups
    .map((group) => ({ ...group, rows: group.rows.filter(({ cells }) => cells.some(Boolean)) }))
    .filter(({ rows }) => rows.length > 0)
}

export interface CountedCell {
  readonly text: string
  /** Seqs of the reports that said so. */
  readonly from: readonly number[]
}

/** What the event became, by the keys of the rows above; only what a merge decides about. */
export function countedCells(event: EventView): ReadonlyMap<string, CountedCell> {
  const [first] = event.legs
  if (!first) return new Map()
  const { event_id, event_time, action_source, event_source_url, custom_data, user_data } = event
  const merged: LegView = {
    ...first,
    ...{ event_time, action_source, user_data },
    event_id,
    event_source_url,
    custom_data,
  }
  const cells = new Map<string, CountedCell>()
  for (const [group, { rows }] of sentGroups([...event.legs, merged]).entries()) {
    for (const { key, cells: all } of rows) {
      const text = all.at(-1)
      if (text === undefined || (group === 0 && !MERGED.has(key))) continue
      const same = event.legs.filter((_, place) => all[place] === text)
      // Hashes of one key are gathered from all who sent it.
      const from = same.length > 0 ? same : event.legs.filter((_, place) => all[place])
      cells.set(key, { text, from: from.map(({ seq }) => seq) })
    }
  }
  return cells
}

/** Of the first group: the rest tells of a report and not of the event. */
const MERGED: ReadonlySet<string> = new Set(['event_id', 'Happened', 'Kind of place', 'Page'])

const rowsOf =
  (legs: readonly LegView[]) =>
  (label: string, read: (leg: LegView) => string | undefined, compare = false): SentRow => {
    const cells = legs.map(read)
    const sent = new Set(cells.filter((cell) => cell !== undefined))
    return { key: label, label, cells, differs: compare && sent.size > 1 }
  }

function keysOf(legs: readonly LegView[], part: 'custom_data' | 'user_data'): string[] {
  return [...new Set(legs.flatMap((leg) => Object.keys(leg[part] ?? {})))]
}

function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** "granted (tcf), kept from meta, tiktok": what was said, by whom, and what it changed. */
function consentWords({ consent }: LegView): string | undefined {
  if (typeof consent?.state !== 'string') return undefined
  const { state, signal, decision } = consent
  const { action, withheld } = Object(decision) as { action?: string; withheld?: string[] }
  if (state === 'unknown' && !action) return undefined
  const said = signal === 'none' ? state : `${state} (${signal})`
  const done = action && action !== 'keep' ? ACTION_WORDS[action] : undefined
  const kept = action === 'keep' && withheld ? `kept from ${withheld.join(', ')}` : undefined
  return [said, done ?? kept].filter(Boolean).join(', ')
}

const ACTION_WORDS: Record<string, string> = {
  limit: 'sent as limited data use',
  anonymous: 'counted without identifiers',
  drop: 'not counted',
}

/** An address on the network is a person's own: that it came is enough to know. */
function identifier(key: string, value: string | string[] | undefined): string | undefined {
  if (value === undefined) return undefined
  if (key === 'client_ip_address') return 'sent'
  if (typeof value === 'string') return value
  return value.map((hash) => `${hash.slice(0, 8)}…`).join(', ')
}
