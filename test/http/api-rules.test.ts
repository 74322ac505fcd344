/** Rules through the API on the real pipeline: draft, try, publish, versions, roll back. */
import { beforeEach, describe, expect, it } from 'vitest'
import {
  ruleCheckSchema,
  ruleStateSchema,
  ruleTrialSchema,
  ruleVersionSchema,
  ruleVersionsSchema,
  ruleVocabularySchema,
} from '../../src/api/rule-schemas.ts'
import { eventsSchema } from '../../src/api/schemas.ts'
import { type ApiBench, apiBench, event, NOW_S } from './api-bench.ts'

let bench: ApiBench
let id: string
let path: string

beforeEach(async () => {
  bench = await apiBench()
  id = (await bench.send('POST', '/api/datasets', { name: 'Shop' })).json().dataset_id
  path = `/api/datasets/${id}/rules`
})

const tests = {
  id: 'test-orders',
  name: 'Leave out test orders',
  when: { op: 'equals', field: 'custom_data.coupon', value: 'TEST' },
  actions: [{ do: 'drop' }],
}
const margin = { id: 'margin', actions: [{ do: 'margin', margin: '50%' }] }

const order = (n: number, more: object = {}): Record<string, unknown> =>
  event({
    event_id: `order-${n}`,
    custom_data: { value: 10, currency: 'EUR', order_id: String(n), ...more },
  })

describe('a draft', () => {
  it('is saved, tried on what is stored, published, and then in force', async () => {
    await bench.deliver(id, 'server', [order(1, { coupon: 'TEST' }), order(2)])
    const saved = await bench.send('PUT', `${path}/draft`, { rules: [tests, margin] })
    const state = ruleStateSchema.strict().parse(saved.json())
    expect(state).toMatchObject({
      revision: 1,
      published: null,
      draft: { author: { name: 'admin token' }, saved_at: NOW_S },
    })
    expect(state.draft?.sentences).toEqual([
      'When custom_data.coupon is "TEST": do not count it.',
      'Always: set custom_data.net_revenue from 50%.',
    ])

    const trial = ruleTrialSchema.strict().parse((await bench.send('POST', `${path}/try`)).json())
    expect(trial).toMatchObject({ tried: 2, skipped: 0, matched: 2, changed: 1, dropped: 1 })
    expect(trial.samples).toMatchObject([
      { seq: 1, verdict: 'dropped', reason: 'rule:test-orders', changes: [] },
      {
        seq: 2,
        verdict: 'kept',
        changes: [{ field: 'custom_data.net_revenue', before: null, after: 5 }],
      },
    ])

    const made = await bench.send('POST', `${path}/publish`, { note: 'first', revision: 1 })
    expect(made.statusCode).toBe(201)
    expect(ruleVersionSchema.strict().parse(made.json())).toMatchObject({
      version: 1,
      note: 'first',
      of_version: null,
      published_at: NOW_S,
    })
    const [dropped, kept] = await bench.deliver(id, 'server', [
      order(3, { coupon: 'TEST' }),
      order(4),
    ])
    expect(dropped).toMatchObject({ verdict: 'dropped', reason: 'rule:test-orders' })
    expect(kept?.verdict).toBe('accepted')
    const { events } = eventsSchema.parse(
      (await bench.get(`/api/datasets/${id}/events?event_id=order-4`)).json(),
    )
    expect(events[0]).toMatchObject({
      custom_data: { net_revenue: 5 },
      legs: [{ rules_version: 1, rules: ['margin'] }],
    })
    const now = ruleStateSchema.parse((await bench.get(path)).json())
    expect(now.draft).toBeNull()
    expect(now.activity.sort((a, b) => a.rule_id.localeCompare(b.rule_id))).toEqual([
      { rule_id: 'margin', events: 1 },
      { rule_id: 'test-orders', events: 1 },
    ])
  })

  it('can be discarded', async () => {
    await bench.send('PUT', `${path}/draft`, { rules: [tests] })
    expect((await bench.send('DELETE', `${path}/draft`)).statusCode).toBe(204)
    expect((await bench.get(path)).json()).toMatchObject({ draft: null, revision: 2 })
  })
})

describe('a trial', () => {
  it('of events in the request shows what would become of them, and stores nothing', async () => {
    const person = {
      id: 'person',
      actions: [{ do: 'copy', from: 'custom_data.customer', to: 'user_data.external_id' }],
    }
    const events = [order(1, { customer: 'c-1', mail: 'jane@example.org' })]
    const answer = await bench.send('POST', `${path}/try`, { rules: [person], events })
    const trial = ruleTrialSchema.strict().parse(answer.json())
    expect(trial.samples).toMatchObject([
      {
        seq: null,
        index: 0,
        changes: [{ field: 'user_data.external_id', before: null, after: '(hidden)' }],
      },
    ])
    expect(answer.body).not.toContain('jane')
    expect((await bench.get(`/api/datasets/${id}/summary`)).json().counted).toBe(0)
  })

  it('skips what rules never see, and says where earlier rules had a hand', async () => {
    await bench.send('POST', `${path}/publish`, { rules: [tests, margin] })
    await bench.deliver(id, 'server', [
      order(1, { coupon: 'TEST' }),
      order(2),
      event({ event_time: 1 }),
    ])
    const answer = await bench.send('POST', `${path}/try`, { rules: [], last: 5000 })
    const trial = ruleTrialSchema.parse(answer.json())
    expect(trial).toMatchObject({ tried: 2, skipped: 1, ruled_before: 2, changed: 0, dropped: 0 })
    expect(trial.notes.join(' ')).toContain('earlier rules')
  })

  it('names the event that cannot be read', async () => {
    const answer = await bench.send('POST', `${path}/try`, { rules: [tests], events: [{}] })
    expect(answer.json().error.detail).toContain('data[0].event_name')
  })

  it('without any rules says so', async () => {
    expect((await bench.send('POST', `${path}/try`)).json().error.code).toBe('invalid_request')
  })
})

describe('versions', () => {
  it('are listed, read one by one, and rolled back to', async () => {
    await bench.send('POST', `${path}/publish`, { rules: [tests] })
    await bench.send('POST', `${path}/publish`, { rules: [margin], note: 'money' })
    const back = await bench.send('POST', `${path}/rollback`, { version: 1, note: 'no' })
    expect(back.json()).toMatchObject({ version: 3, of_version: 1, rules: [tests] })
    const list = ruleVersionsSchema.strict().parse((await bench.get(`${path}/versions`)).json())
    expect(list.versions.map(({ version, note }) => [version, note])).toEqual([
      [3, 'no'],
      [2, 'money'],
      [1, ''],
    ])
    const two = ruleVersionSchema.parse((await bench.get(`${path}/versions/2`)).json())
    expect(two.rules).toMatchObject([{ id: 'margin' }])
    for (const version of ['9', 'x', '1e1']) {
      const missing = await bench.get(`${path}/versions/${version}`)
      expect([missing.statusCode, missing.json().error.code]).toEqual([
        404,
        'rules_version_not_found',
      ])
    }
  })

  it('go back to what was before the first: no rules', async () => {
    await bench.send('POST', `${path}/publish`, { rules: [tests] })
    const back = await bench.send('POST', `${path}/rollback`, { version: 0, note: 'none' })
    expect([back.statusCode, back.json()]).toEqual([
      201,
      expect.objectContaining({ version: 2, of_version: 0, rules: [], note: 'none' }),
    ])
    expect((await bench.get(path)).json().published).toMatchObject({ version: 2, rules: [] })
    const again = await bench.send('POST', `${path}/rollback`, { version: 1, note: '' })
    expect(again.json()).toMatchObject({ version: 3, of_version: 1, rules: [tests] })
  })

  it('go with the dataset', async () => {
    await bench.send('POST', `${path}/publish`, { rules: [tests] })
    await bench.send('DELETE', `/api/datasets/${id}`)
    expect(await bench.store.getSettings('rules')).toEqual([])
    expect(await bench.store.getSettings(`rules:${id}`)).toEqual([])
  })
})

describe('what is refused', () => {
  it('names the rule, the field and what it must be', async () => {
    const rules = [
      tests,
      { ...margin, actions: [{ do: 'set', field: 'user_data.em', value: 'x' }] },
    ]
    const answer = await bench.send('PUT', `${path}/draft`, { rules })
    expect(answer.statusCode).toBe(400)
    expect(answer.json().error.detail).toMatch(/^body\.rules\.1\.actions\.0\.field: cannot be set/)
  })

  it('the change of somebody who has not seen the last one', async () => {
    await bench.send('PUT', `${path}/draft`, { rules: [tests], revision: 0 })
    const late = await bench.send('PUT', `${path}/draft`, { rules: [], revision: 0 })
    expect([late.statusCode, late.json().error.code]).toEqual([409, 'rules_changed'])
  })

  it('changes by a token that may only read; it may try', async () => {
    const { token } = (
      await bench.send('POST', `/api/datasets/${id}/tokens`, { purpose: 'read', name: 'agency' })
    ).json()
    const headers = { authorization: `Bearer ${token}` }
    const ask = async (method: 'PUT' | 'POST', url: string): Promise<number> => {
      const payload = { rules: [tests] }
      return (await bench.app.inject({ method, url: `${path}/${url}`, headers, payload }))
        .statusCode
    }
    expect(await ask('PUT', 'draft')).toBe(403)
    expect(await ask('POST', 'publish')).toBe(403)
    expect(await ask('POST', 'try')).toBe(200)
  })
})

it('tells what rules are made of', async () => {
  const answer = await bench.get('/api/rule-vocabulary')
  const { fields, operators, actions } = ruleVocabularySchema.strict().parse(answer.json())
  expect(fields.map(({ field }) => field)).toContain('event_source_url.host')
  expect(operators).toContainEqual({ op: 'above', takes: 'number' })
  expect(actions.map((action) => action.do)).toContain('strip_query')
})

it('checks rules without storing them: what is wrong with each, or how they read', async () => {
  const check = async (rules: unknown[]) =>
    ruleCheckSchema.strict().parse((await bench.send('POST', '/api/rule-check', { rules })).json())
  expect(await check([tests])).toEqual({
    problems: [],
    sentences: ['When custom_data.coupon is "TEST": do not count it.'],
  })
  const wrong = { id: 'x', actions: [{ do: 'multiply', field: 'custom_data.value', by: 'half' }] }
  const { problems, sentences } = await check([tests, wrong])
  expect(problems.map((problem) => problem.path)).toEqual(['1.actions.0.by'])
  expect(sentences).toEqual([])
  expect((await bench.get(path)).json()).toMatchObject({ revision: 0, draft: null })
})

it('describes rules in the OpenAPI document, conditions within conditions too', async () => {
  const document = (await bench.get('/api/openapi.json')).body
  expect(document).toContain('"RuleCondition"')
  expect(document).toContain('#/components/schemas/RuleCondition')
  expect(document).not.toContain('#/$defs/')
})
