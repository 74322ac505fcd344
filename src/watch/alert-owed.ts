/**
 * What a channel is still owed of a message that another one took: a webhook that was down for a
 * minute gets it later, under the same id, and nobody gets a second e-mail. Pure; alerts.ts sends.
 * A message that no channel took is not here: alert-plan.ts has it composed anew.
 */
import {
  ALERT_OWED_MAX,
  ALERT_RETRY_FIRST_MS,
  ALERT_RETRY_MS_MAX,
  ALERT_TRIES_MAX,
} from '../diagnostic-limits.ts'
import { type Finding, type Mute, muteOf } from '../quality/diagnostics/finding.ts'
import type { AlertMessage } from './alert-message.ts'
import type { AlertRecord } from './view.ts'

export interface Owed {
  readonly channel: AlertRecord['channel']
  /** Of the message: the same at every try. */
  readonly id: string
  readonly message: AlertMessage
  readonly failures: number
  readonly next_try_ms: number
}

/** What was sent, and when. */
export interface Sent {
  readonly id: string
  readonly message: AlertMessage
  /** Without a mail server no e-mail is owed: trying again would not help. */
  readonly hasMail: boolean
  readonly nowMs: number
}

/** Of the channels tried, those that took nothing of it; the oldest debts give way. */
export function withOwed(
  owed: readonly Owed[],
  records: readonly AlertRecord[],
  { id, message, hasMail, nowMs }: Sent,
): readonly Owed[] {
  const took = (channel: string): boolean =>
    records.some((one) => one.channel === channel && one.error === undefined)
  const missed = [...new Set(records.map(({ channel }) => channel))].filter(
    (one) => !took(one) && (hasMail || one !== 'email'),
  )
  const next_try_ms = nowMs + ALERT_RETRY_FIRST_MS
  const more = missed.map((channel) => ({ channel, id, message, failures: 1, next_try_ms }))
  return [...owed, ...more].slice(-ALERT_OWED_MAX)
}

/** Without `tried`, or with its next try, after what came of it; no records: it was not sent. */
export function afterTry(
  owed: readonly Owed[],
  tried: Owed,
  { records, nowMs }: { readonly records: readonly AlertRecord[]; readonly nowMs: number },
): readonly Owed[] {
  const rest = owed.filter(({ id, channel }) => id !== tried.id || channel !== tried.channel)
  const failures = tried.failures + 1
  const hasGone = records.length === 0 || records.some(({ error }) => error === undefined)
  if (hasGone || failures >= ALERT_TRIES_MAX) return rest
  return [...rest, { ...tried, failures, next_try_ms: nowMs + pauseOf(failures) }]
}

/** An alert whose findings are all gone or muted since is no news any more. */
export function isNews(
  { message }: Owed,
  findings: readonly Finding[],
  { mutes, nowMs }: { readonly mutes: readonly Mute[]; readonly nowMs: number },
): boolean {
  if (message.kind !== 'alert') return true
  return findings.some(
    (one) =>
      message.findings.includes(one.id) && one.state === 'open' && !muteOf(one, mutes, nowMs),
  )
}

export const pauseOf = (failures: number): number =>
  Math.min(ALERT_RETRY_MS_MAX, ALERT_RETRY_FIRST_MS * 2 ** (failures - 1))
