/**
 * Runs the rules of a dataset over one event: compiled once per version, applied to every event. A
 * rule takes effect whole or, when it fails, not at all, and an event is never lost to a faulty
 * rule: it goes on with a finding. Pure; called by ingest's step `rules` and by try.ts.
 */
import type { KnownFinding } from '../event/findings.ts'
import type { Envelope, Finding, Routes, ServerEvent } from '../event/shape.ts'
import { type Act, actOf, type Effects } from './act.ts'
import type { AnyEvent, Facts, Sha256 } from './fields.ts'
import { type Matcher, matcherOf } from './match.ts'
import { ruleSchema } from './rule.ts'

export interface CompiledRules {
  /** Of the published version; 0 for a draft. */
  readonly version: number
  readonly rules: readonly CompiledRule[]
  readonly sha256: Sha256
}

interface CompiledRule {
  readonly id: string
  readonly matches: Matcher
  readonly acts: readonly Act[]
}

/**
 * `rules` as they were stored. What this version of the program cannot read is kept as a rule that
 * fails, so that it is seen. Undefined when no rule is switched on: then events cost nothing.
 */
export function compileRules(
  rules: readonly unknown[],
  version: number,
  sha256: Sha256,
): CompiledRules | undefined {
  const compiled = rules.map(compileRule).filter((rule) => rule !== undefined)
  return compiled.length > 0 ? { version, rules: compiled, sha256 } : undefined
}

function compileRule(stored: unknown): CompiledRule | undefined {
  const read = ruleSchema.safeParse(stored)
  if (!read.success) {
    const { id, enabled } = (stored ?? {}) as { id?: unknown; enabled?: unknown }
    if (enabled === false) return undefined
    const fail = (): never => {
      throw new Error('the stored rule cannot be read')
    }
    return { id: typeof id === 'string' ? id : '(unreadable)', matches: fail, acts: [] }
  }
  const { id, enabled, when, actions } = read.data
  if (!enabled) return undefined
  return { id, matches: when ? matcherOf(when) : () => true, acts: actions.map(actOf) }
}

export interface RuleInput<U> {
  readonly event: ServerEvent<U>
  readonly envelope: Envelope
  /** Of the steps before. */
  readonly findings: readonly Finding[]
  /** False when consent was refused: nothing is written into user_data then. */
  readonly mayIdentify: boolean
}

export interface Ruled<U> {
  /** The same object when no rule changed it. */
  readonly event: ServerEvent<U>
  /** Ids of the rules whose conditions held. */
  readonly matched: readonly string[]
  /** Those of them that changed, routed or dropped it. */
  readonly acted: readonly string[]
  /** The rule that dropped it. */
  readonly droppedBy?: string
  readonly routes?: Routes
  readonly findings: readonly KnownFinding[]
}

interface Run {
  readonly facts: Facts
  readonly effects: Effects
  readonly matched: string[]
  readonly acted: string[]
  readonly findings: KnownFinding[]
}

export function applyRules<U>({ rules, sha256 }: CompiledRules, input: RuleInput<U>): Ruled<U> {
  const { event, envelope, findings, mayIdentify } = input
  const run: Run = {
    facts: { event: event as AnyEvent, envelope, findings, sha256, addresses: new Map() },
    effects: {
      keep: false,
      stop: false,
      drop: false,
      routes: undefined,
      removed: [],
      mayIdentify,
    },
    matched: [],
    acted: [],
    findings: [],
  }
  let droppedBy: string | undefined
  for (const rule of rules) {
    applyRule(rule, run)
    if (run.effects.drop) droppedBy = rule.id
    if (run.effects.drop || run.effects.stop) break
  }
  for (const key of new Set(run.effects.removed)) {
    run.findings.push({ code: 'personal_data_removed', key })
  }
  return {
    event: run.facts.event as ServerEvent<U>,
    matched: run.matched,
    acted: run.acted,
    ...(droppedBy === undefined ? {} : { droppedBy }),
    ...(run.effects.routes ? { routes: run.effects.routes } : {}),
    findings: run.findings,
  }
}

/** Whole or, when it throws, not at all. */
function applyRule({ id, matches, acts }: CompiledRule, run: Run): void {
  const { facts, effects, findings } = run
  const { event } = facts
  const before = { ...effects, removed: effects.removed.length }
  const key = `rule:${id}`
  try {
    if (!matches(facts)) return
    run.matched.push(id)
    for (const act of acts) {
      const why = act(facts, effects)
      if (why !== undefined) findings.push({ code: 'rule_not_applied', key, detail: why })
    }
    if (before.keep) effects.drop = false
    if (facts.event !== event || effects.drop || effects.routes !== before.routes) {
      run.acted.push(id)
    }
  } catch (error) {
    facts.event = event
    Object.assign(effects, { ...before, removed: effects.removed })
    effects.removed.length = before.removed
    // Its words may quote a value; its kind does not.
    const kind = error instanceof Error ? error.name : 'unknown'
    findings.push({ code: 'rule_failed', key, detail: `the rule could not be run (${kind})` })
  }
}
