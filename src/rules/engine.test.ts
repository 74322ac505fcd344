import { describe, expect, it } from 'vitest'
import { sha256 } from '../event/sha256.ts'
import type { Envelope, ServerEvent, UserData } from '../event/shape.ts'
import { applyRules, type CompiledRules, compileRules } from './engine.ts'
import { ruleSchema } from './rule.ts'
import { createTrial, tryRules } from './trial.ts'

const envelope: Envelope = {
  dataset_id: '1',
  channel: 'server',
  via: 'graph',
  received_at_ms: 1_800_000_000_000,
}
const event: ServerEvent<UserData> = {
  event_name: 'Lead',
  event_time: 1_800_000_000,
  action_source: 'website',
  user_data: {},
  custom_data: { customer: 'c-1', plan: 'gold' },
}
const compile = (...rules: unknown[]): CompiledRules =>
  compileRules(rules, 7, sha256) as CompiledRules
const apply = (rules: CompiledRules, mayIdentify = true) =>
  applyRules(rules, { event, envelope, findings: [], mayIdentify })

const mark = { id: 'mark', actions: [{ do: 'set', field: 'custom_data.seen', value: 1 }] }
const person = {
  id: 'person',
  actions: [{ do: 'copy', from: 'custom_data.customer', to: 'user_data.external_id' }],
}

describe('a faulty rule', () => {
  it('that cannot be read any more is named, and the event goes on with the other rules', () => {
    const done = apply(compile({ id: 'old', actions: [{ do: 'gone' }] }, mark))
    expect(done.event.custom_data).toMatchObject({ seen: 1 })
    expect(done.acted).toEqual(['mark'])
    expect(done.findings).toMatchObject([{ code: 'rule_failed', key: 'rule:old' }])
  })

  it('that throws takes back everything it did', () => {
    const { rules, ...rest } = compile(mark, { id: 'bad', actions: [{ do: 'drop' }] })
    const [first, bad] = rules
    if (!first || !bad) throw new Error('two rules')
    const boom = (): never => {
      throw new RangeError('jane@example.org')
    }
    const set = first.acts[0] as (typeof first.acts)[number]
    const broken = { ...bad, acts: [set, ...bad.acts, boom] }
    const done = apply({ ...rest, rules: [broken] })
    expect(done.event).toBe(event)
    expect(done.droppedBy).toBeUndefined()
    expect(JSON.stringify(done.findings)).toContain('RangeError')
    expect(JSON.stringify(done.findings)).not.toContain('jane')
  })
})

it('nothing switched on compiles to nothing, so that events cost nothing', () => {
  expect(compileRules([], 1, sha256)).toBeUndefined()
  expect(compileRules([{ ...mark, enabled: false }], 1, sha256)).toBeUndefined()
})

it('leaves the very same event where nothing matched', () => {
  const done = apply(compile({ ...mark, when: { op: 'exists', field: 'user_data.em' } }))
  expect(done).toEqual({ event, matched: [], acted: [], findings: [] })
  expect(done.event).toBe(event)
})

it('never changes the event it was given', () => {
  const before = structuredClone(event)
  apply(compile(mark, person, { id: 'x', actions: [{ do: 'remove', field: 'custom_data.plan' }] }))
  expect(event).toEqual(before)
})

it('writes nothing into user_data where consent was refused', () => {
  expect(apply(compile(person), false).event.user_data).toEqual({})
  expect(apply(compile(person)).event.user_data).toEqual({ external_id: ['c-1'] })
})

describe('a trial', () => {
  it('tells the difference field by field, and never a value of user_data', () => {
    const [tried] = tryRules(compile(mark, person), [{ event, envelope, findings: [] }])
    expect(tried).toMatchObject({ verdict: 'kept', matched: ['mark', 'person'] })
    expect(tried?.changes).toEqual([
      { field: 'custom_data.seen', before: null, after: 1 },
      { field: 'user_data.external_id', before: null, after: '(hidden)' },
    ])
  })

  it('counts per rule and field, and shows some of each', () => {
    const rare = {
      id: 'rare',
      when: { op: 'equals', field: 'event_name', value: 'Rare' },
      actions: [{ do: 'drop' }],
    }
    const rules = [mark, rare].map((rule) => ruleSchema.parse(rule))
    const trial = createTrial<number>(rules, compile(mark, rare))
    for (let n = 0; n < 100; n++) trial.take({ event, envelope, findings: [] }, n)
    trial.take({ event: { ...event, event_name: 'Rare' }, envelope, findings: [] }, 100)
    const report = trial.report()
    expect(report).toMatchObject({ tried: 101, matched: 101, changed: 101, dropped: 1, routed: 0 })
    expect(report.by_rule).toMatchObject([
      { rule_id: 'mark', matched: 101, changed: 101, dropped: 0 },
      { rule_id: 'rare', matched: 1, changed: 1, dropped: 1 },
    ])
    expect(report.by_field).toEqual([{ field: 'custom_data.seen', changed: 101 }])
    expect(report.samples.map(({ of }) => of)).toEqual([0, 1, 2, 3, 4, 100])
  })
})
