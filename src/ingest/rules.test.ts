/** The step `rules` in the whole pipeline: what is stored, counted and answered. */
import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { compileRules } from '../rules/engine.ts'
import {
  allLegs,
  money,
  openShop,
  PERSON,
  type Shop,
  START_MS,
  serverEvent,
} from './shop.fixture.ts'

const sha256 = (text: string): string => hash('sha256', text)
const shopWith = (...rules: unknown[]): Shop =>
  openShop({ denied_consent: 'anonymous', bots: 'keep' }, undefined, {
    rulesOf: () => compileRules(rules, 3, sha256),
  })

describe('the step rules', () => {
  it('drops with the reason that names the rule, and keeps nobody of it', async () => {
    const shop = shopWith({ id: 'tests', actions: [{ do: 'drop' }] })
    const [outcome] = await shop.send('server', { event_id: 'a', em: 'x@y.com', ...money(1) })
    expect(outcome).toMatchObject({ verdict: 'dropped', reason: 'rule:tests' })
    const [leg] = await allLegs(shop)
    expect(leg).toMatchObject({
      event: { user_data: {} },
      envelope: { rules_version: 3, rules: ['tests'] },
    })
    expect(await shop.total('reason:rule:tests')).toBe(1)
    expect(await shop.total('rule:tests')).toBe(1)
    expect(await shop.total('received')).toBe(1)
  })

  it('runs before dedup: two names become one event', async () => {
    const shop = shopWith({
      id: 'names',
      when: { op: 'equals', field: 'event_name', value: 'order' },
      actions: [{ do: 'rename', to: 'Purchase' }],
    })
    await shop.send('browser', { event_name: 'order', event_id: 'a', fbp: PERSON, ...money(1) })
    const [twin] = await shop.send('server', { event_id: 'a', fbp: PERSON, ...money(1) })
    expect(twin).toMatchObject({ verdict: 'duplicate', matched_by: 'event_id' })
    const [first, second] = await allLegs(shop)
    expect(first?.envelope).toMatchObject({ rules_version: 3, rules: ['names'] })
    expect(second?.envelope).toMatchObject({ rules_version: 3 })
    expect(second?.envelope.rules).toBeUndefined()
  })

  it('hashes what a rule copies into user_data', async () => {
    const shop = shopWith({
      id: 'customer',
      actions: [
        { do: 'copy', from: 'custom_data.customer', to: 'user_data.external_id' },
        { do: 'remove', field: 'custom_data.customer' },
      ],
    })
    await shop.send('server', { em: 'x@y.com', ...money(1, 'EUR', { customer: 'c-4711' }) })
    const stored = JSON.stringify(await allLegs(shop))
    expect(stored).toContain(sha256('c-4711'))
    expect(stored).not.toContain('"c-4711"')
  })

  it('scrubs again what a rule brings into an event', async () => {
    const shop = shopWith({
      id: 'language',
      actions: [
        { do: 'copy', from: 'partner_agent', to: 'custom_data.agent' },
        { do: 'set', field: 'custom_data.contact', value: 'ask jane@example.org' },
      ],
    })
    const [outcome] = await shop.send('server', { em: 'x@y.com', ...money(1) })
    expect(outcome?.findings).toContainEqual({
      code: 'personal_data_removed',
      key: 'custom_data.contact',
    })
    expect(JSON.stringify(await allLegs(shop))).not.toContain('jane@')
  })

  it('changes events without consent as well, but gives them no identifiers', async () => {
    const shop = shopWith({
      id: 'mark',
      actions: [
        { do: 'copy', from: 'event_id', to: 'user_data.external_id' },
        { do: 'set', field: 'custom_data.seen', value: true },
      ],
    })
    await shop.ingest.accept({
      dataset: shop.dataset,
      envelope: { channel: 'browser', via: 'pixel' },
      events: [serverEvent({ event_id: 'a', fbp: PERSON, ...money(1) }, START_MS)],
      perEvent: [{ consent: { state: 'denied', signal: 'fbq' } }],
      bytes: 1,
    })
    const [leg] = await allLegs(shop)
    expect(leg?.event.user_data).toEqual({})
    expect(leg?.event.custom_data).toMatchObject({ seen: true })
  })

  it('sees what the bot step found', async () => {
    const shop = shopWith({
      id: 'bots',
      when: { op: 'equals', field: 'finding', value: 'bot' },
      actions: [{ do: 'route', only: [] }],
    })
    const user_data = { client_user_agent: 'Googlebot/2.1', fbp: PERSON }
    const [outcome] = await shop.send('browser', { event_id: 'a', user_data, ...money(1) })
    expect(outcome?.verdict).toBe('accepted')
    expect((await allLegs(shop))[0]?.envelope.routes).toEqual({ only: [] })
  })

  it('never loses an event to a rule that cannot be read', async () => {
    const shop = shopWith({ id: 'old', actions: 'what was this' })
    const [outcome] = await shop.send('server', { event_id: 'a', em: 'x@y.com', ...money(1) })
    expect(outcome?.verdict).toBe('accepted')
    expect(outcome?.findings).toContainEqual(
      expect.objectContaining({ code: 'rule_failed', key: 'rule:old' }),
    )
  })

  it('leaves no trace where a dataset has no rules', async () => {
    const shop = openShop()
    await shop.send('server', { event_id: 'a', em: 'x@y.com', ...money(1) })
    const [leg] = await allLegs(shop)
    expect(Object.keys(leg?.envelope ?? {})).not.toContain('rules_version')
  })
})
