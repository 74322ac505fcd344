/**
 * The life of a finding: opened by evidence, resolved by itself once the evidence has been gone for
 * long enough (so that it does not come and go with every quiet hour), opened again when it
 * returns. Muting is beside that: it says who wants to hear of it. Pure; kept and written by
 * watch/.
 */
import {
  DIAGNOSTIC_CLEAR_MS,
  DIAGNOSTIC_FINDINGS_MAX,
  DIAGNOSTIC_KEPT_MS,
} from '../../diagnostic-limits.ts'
import { byWeight, type Diagnosis } from './diagnose.ts'
import { checkOf } from './table.ts'

export interface Finding extends Diagnosis {
  readonly state: 'open' | 'resolved'
  readonly first_seen_ms: number
  /** When it opened the last time. */
  readonly opened_ms: number
  /** When there was evidence the last time. */
  readonly last_seen_ms: number
  readonly resolved_ms?: number
}

export interface Mute {
  /** The id of a finding, or the code of a check: then all its findings. */
  readonly target: string
  /** null: for ever. */
  readonly until_ms: number | null
  readonly by: string
  readonly at_ms: number
}

export interface Passed {
  /** Open ones first, the most money first. */
  readonly findings: readonly Finding[]
  readonly opened: readonly Finding[]
  readonly resolved: readonly Finding[]
}

export function nextFindings(
  known: readonly Finding[],
  diagnoses: readonly Diagnosis[],
  nowMs: number,
): Passed {
  const before = new Map(known.map((finding) => [finding.id, finding]))
  const seen = diagnoses.map((diagnosis): Finding => {
    const was = before.get(diagnosis.id)
    before.delete(diagnosis.id)
    return {
      ...diagnosis,
      // The sample moves on; what was found once is still worth a look.
      samples: diagnosis.samples.length > 0 ? diagnosis.samples : (was?.samples ?? []),
      state: 'open',
      first_seen_ms: was?.first_seen_ms ?? nowMs,
      opened_ms: was?.state === 'open' ? was.opened_ms : nowMs,
      last_seen_ms: nowMs,
    }
  })
  const rest = [...before.values()].map((finding) => aged(finding, nowMs))
  const findings = [...seen, ...rest]
    .filter(({ resolved_ms }) => nowMs - (resolved_ms ?? nowMs) < DIAGNOSTIC_KEPT_MS)
    .sort(byState)
    .slice(0, DIAGNOSTIC_FINDINGS_MAX)
  return {
    findings,
    opened: seen.filter(({ opened_ms }) => opened_ms === nowMs),
    resolved: rest.filter(({ resolved_ms }) => resolved_ms === nowMs),
  }
}

/** Muted now, by whom and until when. */
export function muteOf(
  { id, code }: Pick<Finding, 'id' | 'code'>,
  mutes: readonly Mute[],
  nowMs: number,
): Mute | undefined {
  return mutes.find(
    ({ target, until_ms }) =>
      (target === id || target === code) && (until_ms === null || until_ms > nowMs),
  )
}

function aged(finding: Finding, nowMs: number): Finding {
  if (finding.state === 'resolved') return finding
  const clearMs = (checkOf(finding.code)?.clearHours ?? DIAGNOSTIC_CLEAR_MS / HOUR_MS) * HOUR_MS
  if (nowMs - finding.last_seen_ms < clearMs) return finding
  return { ...finding, state: 'resolved', resolved_ms: nowMs }
}

const HOUR_MS = 3_600_000

function byState(a: Finding, b: Finding): number {
  if (a.state !== b.state) return a.state === 'open' ? -1 : 1
  if (a.state === 'resolved') return (b.resolved_ms ?? 0) - (a.resolved_ms ?? 0)
  return byWeight(a, b)
}
