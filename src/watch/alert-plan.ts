/**
 * When which message is due: gathering, the bound of the hour, not twice a day, retries, and what
 * the digest tells. Pure, from what is owed and the clock; alerts.ts sends.
 */
import {
  ALERT_AGAIN_MS,
  ALERT_GATHER_MS,
  ALERT_TRIES_MAX,
  ALERTS_PER_HOUR_MAX,
} from '../diagnostic-limits.ts'
import { type Finding, type Mute, muteOf } from '../quality/diagnostics/finding.ts'
import type { AlertState } from './alert-book.ts'
import { pauseOf, type Sent, withOwed } from './alert-owed.ts'
import { type AlertSettings, whenOf } from './alert-settings.ts'
import type { AlertRecord } from './view.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

export interface Around {
  readonly settings: AlertSettings
  readonly mutes: readonly Mute[]
  readonly nowMs: number
}

/** Those that are to be told at once join what waits. */
export function withOpened(
  state: AlertState,
  opened: readonly Finding[],
  { settings, mutes, nowMs }: Around,
): AlertState {
  const fresh = opened.filter((finding) => {
    const toldMs = state.told[finding.id]
    const isRecent = toldMs !== undefined && nowMs - toldMs < ALERT_AGAIN_MS
    const isKnown = isRecent || state.waiting.includes(finding.id)
    return !isKnown && !muteOf(finding, mutes, nowMs) && whenOf(settings, finding) === 'now'
  })
  if (fresh.length === 0) return state
  const waiting_since_ms = state.waiting.length > 0 ? (state.waiting_since_ms ?? nowMs) : nowMs
  return { ...state, waiting: [...state.waiting, ...fresh.map(({ id }) => id)], waiting_since_ms }
}

export type Due =
  | { readonly kind: 'wait' }
  /** Nothing of it is worth telling any more. */
  | { readonly kind: 'drop'; readonly state: AlertState }
  | { readonly kind: 'send'; readonly opened: readonly Finding[] }

const WAIT: Due = { kind: 'wait' }

export function dueAlert(state: AlertState, findings: readonly Finding[], around: Around): Due {
  const { mutes, nowMs } = around
  if (state.waiting.length === 0) return WAIT
  if (nowMs - (state.waiting_since_ms ?? 0) < ALERT_GATHER_MS) return WAIT
  if (nowMs < state.next_try_ms) return WAIT
  const opened = findings.filter(
    (finding) =>
      state.waiting.includes(finding.id) &&
      finding.state === 'open' &&
      !muteOf(finding, mutes, nowMs),
  )
  if (opened.length === 0) return { kind: 'drop', state: cleared(state) }
  const sent = new Set(
    state.history
      .filter(({ kind, error, at_ms }) => kind === 'alert' && !error && nowMs - at_ms < HOUR_MS)
      .map(({ at_ms, channel }) => `${channel} ${at_ms}`),
  )
  const byChannel = (channel: string): number =>
    [...sent].filter((one) => one.startsWith(channel)).length
  const most = Math.max(byChannel('email'), byChannel('webhook'))
  return most >= ALERTS_PER_HOUR_MAX ? WAIT : { kind: 'send', opened }
}

/** Told once one channel took it, owed to the other; else tried again, then left to the digest. */
export function afterSend(
  state: AlertState,
  records: readonly AlertRecord[],
  sent: Sent,
): AlertState {
  const { nowMs } = sent
  const history = [...records, ...state.history]
  if (records.some(({ error }) => error === undefined)) {
    const told = Object.fromEntries([
      ...Object.entries(state.told).filter(([, atMs]) => nowMs - atMs < ALERT_AGAIN_MS),
      ...state.waiting.map((id) => [id, nowMs] as const),
    ])
    return { ...cleared(state), told, history, owed: withOwed(state.owed, records, sent) }
  }
  const failures = state.failures + 1
  if (failures >= ALERT_TRIES_MAX) return { ...cleared(state), history }
  return { ...state, history, failures, next_try_ms: nowMs + pauseOf(failures) }
}

function cleared({ waiting_since_ms: _, ...state }: AlertState): AlertState {
  return { ...state, waiting: [], failures: 0, next_try_ms: 0 }
}

/** Tests that reached somebody, or may have: an e-mail that was not taken is in no mailbox. */
export function testsOfHour({ history }: AlertState, nowMs: number): number {
  return history.filter(({ kind, channel, error, at_ms }) => {
    const isNowhere = channel === 'email' && error !== undefined
    return kind === 'test' && !isNowhere && nowMs - at_ms < HOUR_MS
  }).length
}

export function isDigestDue(state: AlertState, { settings, nowMs }: Around): boolean {
  if (settings.digest === 'never' || nowMs < state.next_try_ms) return false
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS
  const dueMs = today + settings.digest_hour * HOUR_MS
  const lastDueMs = nowMs >= dueMs ? dueMs : dueMs - DAY_MS
  return state.digest_ms < lastDueMs
}

/** Since the last one (a day at most): what opened and was not told yet, what was resolved. */
export function digestOf(
  state: AlertState,
  findings: readonly Finding[],
  { settings, mutes, nowMs }: Around,
): { opened: readonly Finding[]; resolved: readonly Finding[] } {
  const sinceMs = Math.max(state.digest_ms, nowMs - DAY_MS)
  const wanted = findings.filter(
    (finding) => !muteOf(finding, mutes, nowMs) && whenOf(settings, finding) !== 'never',
  )
  return {
    opened: wanted.filter(
      (one) =>
        one.state === 'open' &&
        one.opened_ms >= sinceMs &&
        state.told[one.id] === undefined &&
        !state.waiting.includes(one.id),
    ),
    resolved: wanted.filter((one) => (one.resolved_ms ?? 0) >= sinceMs),
  }
}
