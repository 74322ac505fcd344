/**
 * The commonest kind of check: too large a share of reports shows a sign. It speaks only when
 * enough of them do and when chance cannot explain it (Wilson's lower bound lies above the
 * threshold), so a small shop is not alarmed by two odd orders. The shortest window that can tell
 * decides: a fault is seen within the hour, and what was mended is not held against a shop for a
 * week.
 */
import { isBrowsing } from '../../event/names.ts'
import { notesOf } from '../../event/notes.ts'
import type { StoredEvent } from '../../event/shape.ts'
import { OTHER_NAME } from '../counters.ts'
import { wilson } from '../wilson.ts'
import type { Check, Hit, Subject } from './check.ts'
import { type Counts, keptIn, type Side, type Where } from './counts.ts'
import { type Evidence, longest } from './evidence.ts'
import { share, span, subjectWords } from './words.ts'

/** Fewer affected reports than this are no finding. */
export const AFFECTED_MIN = 30

export interface Tally {
  readonly affected: number
  readonly total: number
}

interface Asked {
  readonly subject: Subject
  readonly above: number
  readonly min?: number
  readonly tally: (counts: Counts) => Tally
}

/** The window in which the share is too large, or undefined. */
export function tooMany(
  { windows }: Evidence,
  { above, min = AFFECTED_MIN, tally }: Asked,
): (Tally & { readonly hours: number }) | undefined {
  for (const { hours, counts } of windows) {
    const { affected, total } = tally(counts)
    const interval = wilson(Math.min(affected, total), total)
    if (affected >= min && interval.low > above) return { affected, total, hours }
    if (total >= min && interval.high < above) return undefined
  }
  return undefined
}

type Spec = Omit<Check, 'trigger'> & {
  /** Event names looked at one by one; `together`: all as one. */
  readonly of: 'each' | 'conversions' | 'together' | readonly string[]
  /** Only the reports of this side. */
  readonly side?: Side
  /** Counters that are affected reports. */
  readonly metrics: readonly string[]
  /** What they are a share of: by default the reports that were kept. */
  readonly total?: (counts: Counts, where: Where) => number
  /** The share that is still normal. */
  readonly above: number
  readonly min?: number
  /** Ends the sentence "30 of 40 reports of Purchase in the last 2 hours ...". */
  readonly says: string
  readonly picks?: (event: StoredEvent) => boolean
}

export function shareCheck(spec: Spec): Check {
  const { of, side, metrics, total = keptIn, above, min, says, picks, ...texts } = spec
  return {
    ...texts,
    trigger: (evidence) =>
      subjectsOf(evidence, of, side).flatMap((subject): readonly Hit[] => {
        const where = { name: subject.event_name, side: subject.side }
        const found = tooMany(evidence, {
          subject,
          above,
          ...(min === undefined ? {} : { min }),
          tally: (counts) => ({
            affected: counts.sum(metrics, where),
            total: total(counts, where),
          }),
        })
        if (!found) return []
        const affected = Math.min(found.affected, found.total)
        return [
          {
            subject,
            ...found,
            affected,
            words: `${sentence({ ...found, affected }, subject)} ${says}`,
            ...(picks ? { picks: (event) => isAbout(event, subject) && picks(event) } : {}),
          },
        ]
      }),
  }
}

/** "30 of 40 (75 %) reports of Purchase from servers in the last 2 hours". */
export function sentence(
  { affected, total, hours }: Tally & { readonly hours: number },
  subject: Subject,
): string {
  return `${share(affected, total)} reports of ${subjectWords(subject)} in the last ${span(hours)}`
}

function subjectsOf(evidence: Evidence, of: Spec['of'], side: Side | undefined): Subject[] {
  const own = side ? { side } : {}
  if (of === 'together') return [own]
  const known = longest(evidence).counts.names.filter((name) => name !== OTHER_NAME)
  const names = known.filter((name) => {
    if (of === 'each') return true
    return of === 'conversions' ? !isBrowsing(name) : of.includes(name)
  })
  return names.map((event_name) => ({ event_name, ...own }))
}

export function isAbout({ legs }: StoredEvent, { event_name, side }: Subject): boolean {
  if (event_name !== undefined && legs[0].event.event_name !== event_name) return false
  const isBrowser = side === 'browser'
  return !side || legs.some(({ envelope }) => (envelope.channel === 'browser') === isBrowser)
}

/** An event of which a leg carries one of these findings. */
export const withFinding =
  (...codes: readonly string[]) =>
  ({ legs }: StoredEvent): boolean =>
    legs.some(({ findings }) => findings?.some(({ code }) => codes.includes(code)) === true)

export const withNote =
  (note: string) =>
  ({ legs }: StoredEvent): boolean =>
    legs.some((leg) => notesOf(leg).some((one) => one === note))

/** Refused or dropped for this reason. */
export const withReason =
  (...reasons: readonly string[]) =>
  ({ legs }: StoredEvent): boolean =>
    legs.some(({ reason }) => reason !== undefined && reasons.includes(reason))
