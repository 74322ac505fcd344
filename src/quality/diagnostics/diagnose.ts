/**
 * Runs every check on one evidence: what is wrong right now, what it may cost, and events to look
 * at. Pure: what becomes of it over time is findings.ts, who calls it when is watch/.
 */

import { DIAGNOSTIC_SAMPLES_MAX, DIAGNOSTIC_SUBJECTS_MAX } from '../../diagnostic-limits.ts'
import type { StoredEvent } from '../../event/shape.ts'
import type { Check, Hit, Severity, Subject } from './check.ts'
import type { Evidence } from './evidence.ts'
import { type Stake, stakeOf } from './stake.ts'
import { CHECKS } from './table.ts'

export interface Diagnosis {
  /** Of code and subject: the same at every pass. */
  readonly id: string
  readonly code: string
  readonly severity: Severity
  readonly subject: Subject
  readonly words: string
  readonly affected: number
  readonly total: number
  readonly hours: number
  readonly money: readonly Stake[]
  /** Share of the money of 7 days that is at stake: 0 to 1. */
  readonly share: number
  /** Events to look at, the newest first. */
  readonly samples: readonly Sample[]
}

export interface Sample {
  readonly seq: number
  readonly event_name: string
  readonly event_id?: string
  readonly received_at_ms: number
}

export interface Diagnosed {
  readonly diagnoses: readonly Diagnosis[]
  /** Checks that failed themselves, with the reason: a fault of ours, never of the shop. */
  readonly failures: readonly { readonly code: string; readonly error: unknown }[]
}

export function diagnose(evidence: Evidence, checks: readonly Check[] = CHECKS): Diagnosed {
  const diagnoses: Diagnosis[] = []
  const failures: Diagnosed['failures'][number][] = []
  for (const check of checks) {
    try {
      const hits = check.trigger(evidence).slice(0, DIAGNOSTIC_SUBJECTS_MAX)
      for (const hit of hits) diagnoses.push(diagnosisOf(check, hit, evidence))
    } catch (error) {
      failures.push({ code: check.code, error })
    }
  }
  return { diagnoses: diagnoses.sort(byWeight), failures }
}

export const idOf = (code: string, subject: Subject): string =>
  [code, subject.event_name, subject.side, subject.destination_id, subject.key]
    .map((part) => encodeURIComponent(part ?? ''))
    .join(':')
    .replace(/:+$/, '')

const RANK: Record<Severity, number> = { error: 0, warning: 1, suggestion: 2 }

/** Money at stake first, then how bad it is, then how wide. */
export function byWeight(
  a: Pick<Diagnosis, 'share' | 'severity' | 'affected' | 'id'>,
  b: Pick<Diagnosis, 'share' | 'severity' | 'affected' | 'id'>,
): number {
  return (
    b.share - a.share ||
    RANK[a.severity] - RANK[b.severity] ||
    b.affected - a.affected ||
    a.id.localeCompare(b.id)
  )
}

function diagnosisOf(check: Check, hit: Hit, evidence: Evidence): Diagnosis {
  const { subject, words, affected, total, hours, picks } = hit
  const { money, share } = stakeOf(hit, evidence)
  const samples = picks
    ? evidence.sample
        .filter(picks)
        .sort((a, b) => b.legs[0].seq - a.legs[0].seq)
        .slice(0, DIAGNOSTIC_SAMPLES_MAX)
        .map(sampleOf)
    : []
  const { code, severity } = check
  return {
    ...{ id: idOf(code, subject), code, severity, subject, words },
    ...{ affected, total, hours, money, share, samples },
  }
}

function sampleOf({ legs: [{ seq, event, envelope }] }: StoredEvent): Sample {
  const { event_name, event_id } = event
  const { received_at_ms } = envelope
  return { seq, event_name, received_at_ms, ...(event_id === undefined ? {} : { event_id }) }
}
