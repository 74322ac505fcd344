/**
 * Rules tried before they are published: what they would make of given events, field by field, and
 * the counts of many. Same engine as ingest, nothing is stored. Values of user_data are never
 * shown, only that they come or go. Pure; called by the API and by tests.
 */
import type { Envelope, Finding, Json, Routes } from '../event/shape.ts'
import { RULES_TRY_SAMPLES_MAX } from '../limits.ts'
import { applyRules, type CompiledRules } from './engine.ts'
import type { AnyEvent } from './fields.ts'
import type { Rule } from './rule.ts'

export interface TrialEvent {
  readonly event: AnyEvent
  readonly envelope: Envelope
  readonly findings: readonly Finding[]
}

export interface FieldChange {
  /** As a rule names it: `event_name`, `custom_data.value`, `user_data.external_id`. */
  readonly field: string
  /** null: it was not there. */
  readonly before: Json
  /** null: it is gone. */
  readonly after: Json
}

export interface Tried {
  readonly verdict: 'kept' | 'dropped'
  readonly reason?: string
  /** Rules whose conditions held, and those of them that changed, routed or dropped it. */
  readonly matched: readonly string[]
  readonly acted: readonly string[]
  readonly changes: readonly FieldChange[]
  readonly routes?: Routes
  readonly findings: readonly Finding[]
}

/** Per event, in order. Undefined rules: none is switched on, everything stays as it is. */
export function tryRules(
  rules: CompiledRules | undefined,
  events: readonly TrialEvent[],
): readonly Tried[] {
  return events.map((given) => tryOne(rules, given))
}

function tryOne(
  rules: CompiledRules | undefined,
  { event, envelope, findings }: TrialEvent,
): Tried {
  if (!rules) return { verdict: 'kept', matched: [], acted: [], changes: [], findings: [] }
  const done = applyRules(rules, { event, envelope, findings, mayIdentify: true })
  return {
    verdict: done.droppedBy === undefined ? 'kept' : 'dropped',
    ...(done.droppedBy === undefined ? {} : { reason: `rule:${done.droppedBy}` }),
    matched: done.matched,
    acted: done.acted,
    changes: done.event === event ? [] : changesBetween(event, done.event),
    ...(done.routes ? { routes: done.routes } : {}),
    findings: done.findings,
  }
}

export function changesBetween(before: AnyEvent, after: AnyEvent): FieldChange[] {
  return [
    ...differences(eventFields(before), eventFields(after), ''),
    ...differences(before.custom_data ?? {}, after.custom_data ?? {}, 'custom_data.'),
    ...personChanges(before, after),
  ]
}

type Fields = Readonly<Record<string, unknown>>

function eventFields({ custom_data: _, user_data: __, ...rest }: AnyEvent): Fields {
  return rest
}

function differences(before: Fields, after: Fields, prefix: string): FieldChange[] {
  return keysOf(before, after)
    .map((key) => ({
      field: prefix + key,
      before: (before[key] ?? null) as Json,
      after: (after[key] ?? null) as Json,
    }))
    .filter((one) => one.before !== one.after)
    .filter((one) => JSON.stringify(one.before) !== JSON.stringify(one.after))
}

/** No value of user_data is shown, only that one came, went or was replaced. */
function personChanges(before: AnyEvent, after: AnyEvent): FieldChange[] {
  const [old, now]: [Fields, Fields] = [before.user_data, after.user_data]
  return keysOf(old, now)
    .filter((key) => old[key] !== now[key])
    .map((key) => ({
      field: `user_data.${key}`,
      before: old[key] === undefined ? null : '(hidden)',
      after: now[key] === undefined ? null : '(hidden)',
    }))
}

function keysOf(before: Fields, after: Fields): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
}

interface RuleTally {
  readonly rule_id: string
  readonly name: string
  matched: number
  changed: number
  dropped: number
  not_applied: number
  failed: number
}

export interface TrialSample<Meta> extends Tried {
  readonly of: Meta
}

export interface TrialReport<Meta> {
  readonly tried: number
  readonly matched: number
  readonly changed: number
  readonly dropped: number
  readonly routed: number
  readonly by_rule: readonly Readonly<RuleTally>[]
  /** How many events would differ in a field, the most first. */
  readonly by_field: readonly { readonly field: string; readonly changed: number }[]
  readonly samples: readonly TrialSample<Meta>[]
}

/** Differences shown per rule before others get their turn. */
const SAMPLES_PER_RULE = 5

export interface Trial<Meta> {
  /** `of` names the event in the samples. */
  take(given: TrialEvent, of: Meta): void
  report(): TrialReport<Meta>
}

export function createTrial<Meta>(
  rules: readonly Rule[],
  compiled: CompiledRules | undefined,
): Trial<Meta> {
  const tallies = new Map(
    rules.map(({ id, name }): [string, RuleTally] => [
      id,
      { rule_id: id, name, matched: 0, changed: 0, dropped: 0, not_applied: 0, failed: 0 },
    ]),
  )
  const fields = new Map<string, number>()
  const shown = new Map<string, number>()
  const samples: TrialSample<Meta>[] = []
  const totals = { tried: 0, matched: 0, changed: 0, dropped: 0, routed: 0 }

  const wanted = ({ matched, changes, verdict, routes, findings }: Tried): boolean => {
    if (samples.length >= RULES_TRY_SAMPLES_MAX) return false
    if (changes.length + findings.length === 0 && verdict === 'kept' && !routes) return false
    return matched.some((id) => (shown.get(id) ?? 0) < SAMPLES_PER_RULE) || matched.length === 0
  }

  return {
    take: (given, of) => {
      const tried = tryOne(compiled, given)
      totals.tried += 1
      if (tried.matched.length > 0) totals.matched += 1
      if (tried.changes.length > 0) totals.changed += 1
      if (tried.verdict === 'dropped') totals.dropped += 1
      if (tried.routes) totals.routed += 1
      for (const { field } of tried.changes) fields.set(field, (fields.get(field) ?? 0) + 1)
      count(tallies, tried)
      if (!wanted(tried)) return
      for (const id of tried.matched) shown.set(id, (shown.get(id) ?? 0) + 1)
      samples.push({ of, ...tried })
    },
    report: () => ({
      ...totals,
      by_rule: [...tallies.values()],
      by_field: [...fields]
        .map(([field, changed]) => ({ field, changed }))
        .sort((a, b) => b.changed - a.changed),
      samples,
    }),
  }
}

function count(tallies: ReadonlyMap<string, RuleTally>, tried: Tried): void {
  const { matched, acted, verdict, reason, findings } = tried
  for (const id of matched) {
    const tally = tallies.get(id)
    if (!tally) continue
    tally.matched += 1
    if (acted.includes(id)) tally.changed += 1
    if (verdict === 'dropped' && reason === `rule:${id}`) tally.dropped += 1
  }
  for (const { code, key = '' } of findings) {
    const tally = tallies.get(key.replace(/^rule:/, ''))
    if (tally && code === 'rule_not_applied') tally.not_applied += 1
    if (tally && code === 'rule_failed') tally.failed += 1
  }
}
