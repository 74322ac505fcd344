/** What a person chooses to replay, and what is asked of the server for it. Pure. */
import type { ReplayAnswer, ReplayRequest } from '../../api/types.ts'

export const SPANS = ['1h', '24h', '7d', '28d', 'own'] as const
export type Span = (typeof SPANS)[number]

export const SPAN_WORDS: Record<Span, string> = {
  '1h': 'Last hour',
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '28d': 'Last 28 days',
  own: 'From … to …',
}

const HOUR_S = 3600
const SPAN_S: Record<Exclude<Span, 'own'>, number> = {
  '1h': HOUR_S,
  '24h': 24 * HOUR_S,
  '7d': 7 * 24 * HOUR_S,
  '28d': 28 * 24 * HOUR_S,
}

export const STANDINGS = ['any', 'never_sent', 'rejected', 'held', 'delivered'] as const
export type Standing = (typeof STANDINGS)[number]

export const STANDING_WORDS: Record<Standing, string> = {
  any: 'All of them',
  never_sent: 'Those it never got',
  rejected: 'Those it rejected',
  held: 'Those on hold',
  delivered: 'Those it took',
}

export type Under = 'published' | 'draft' | 'none'

export interface Choice {
  readonly destination: string
  readonly span: Span
  /** Of `own`, as a local date and time. */
  readonly from: string
  readonly to: string
  readonly events: readonly string[]
  readonly standing: Standing
  readonly under: Under
  readonly again: boolean
}

export const FIRST_CHOICE: Omit<Choice, 'destination'> = {
  span: '24h',
  from: '',
  to: '',
  events: [],
  standing: 'any',
  under: 'published',
  again: false,
}

/** Why nothing can be asked yet. */
export function missingIn({ destination, span, from, to }: Choice): string | undefined {
  if (destination === '') return 'Choose a destination.'
  if (span !== 'own') return undefined
  if (from === '' || to === '') return 'Enter from when to when the events were received.'
  return Date.parse(from) < Date.parse(to) ? undefined : 'The end lies before the beginning.'
}

/** A dry run of the choice. `draft`: the rules it is tried under. */
export function dryRunOf(choice: Choice, nowMs: number, draft: readonly unknown[]): ReplayRequest {
  const { destination, events, standing, under, again } = choice
  return {
    destination_id: destination,
    ...rangeOf(choice, nowMs),
    event_names: [...events],
    states: [standing],
    rules: under === 'draft' ? ([...draft] as Exclude<ReplayRequest['rules'], string>) : under,
    again,
    dry_run: true,
  }
}

function rangeOf({ span, from, to }: Choice, nowMs: number): { from: number; to: number } {
  if (span === 'own') return { from: secondOf(from), to: secondOf(to) }
  const end = Math.floor(nowMs / 1000) + 1
  return { from: end - SPAN_S[span], to: end }
}

const secondOf = (local: string): number => Math.floor(Date.parse(local) / 1000)

/** What was looked at, for good; undefined where it can only be looked at. */
export function sendingOf(replay: ReplayAnswer): ReplayRequest | undefined {
  const { destination_id, from, to, event_names, states, rules, again, settings_changed } = replay
  if (!replay.dry_run || replay.state !== 'done' || rules === 'draft' || settings_changed) {
    return undefined
  }
  const same = { destination_id, from, to, event_names, states, rules, again }
  return { ...same, dry_run: false }
}
