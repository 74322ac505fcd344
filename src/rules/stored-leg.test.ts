import { describe, expect, it } from 'vitest'
import { sha256 } from '../event/sha256.ts'
import type { Consent, Hashed, Leg } from '../event/shape.ts'
import { compileRules } from './engine.ts'
import { ruleStoredLeg } from './stored-leg.ts'

const ANN = sha256('ann@example.com') as Hashed
const HASHING = { builderForms: false, sha256 }
const compiled = (version: number, ...actions: object[]) =>
  compileRules([{ id: 'r', actions }], version, sha256)

const leg = (envelope: Partial<Leg['envelope']> = {}, custom: object = {}): Leg => ({
  seq: 7,
  verdict: 'accepted',
  event: {
    event_name: 'order_placed',
    event_time: 1_800_000_000,
    event_id: 'one',
    action_source: 'website',
    event_source_url: 'https://shop.example/thanks',
    user_data: { em: [ANN] },
    custom_data: { value: 10, ...custom },
  },
  envelope: {
    dataset_id: '1',
    channel: 'browser',
    via: 'pixel',
    received_at_ms: 1_800_000_000_000,
    ...envelope,
  },
})

const legOf = (ruled: ReturnType<typeof ruleStoredLeg>): Leg => {
  if ('leg' in ruled) return ruled.leg
  throw new Error(`dropped by ${ruled.dropped_by}`)
}

const DOUBLE = { do: 'multiply', field: 'custom_data.value', by: 2 }

describe('a stored report', () => {
  it.each([
    ['no rules', undefined, {}, 10],
    ['the version that saw it on arrival', compiled(3, DOUBLE), { rules_version: 3 }, 10],
    ['a newer version', compiled(4, DOUBLE), { rules_version: 3 }, 20],
    ['the first version', compiled(1, DOUBLE), {}, 20],
  ])('under %s', (_, rules, envelope, value) => {
    const before = leg(envelope)
    const after = legOf(ruleStoredLeg(before, rules, HASHING))
    expect(after.event.custom_data?.value).toBe(value)
    expect(before.event.custom_data?.value).toBe(10)
  })

  it('is dropped by name', () => {
    expect(ruleStoredLeg(leg(), compiled(1, { do: 'drop' }), HASHING)).toEqual({ dropped_by: 'r' })
  })

  it('is hashed again where a rule copied somebody into it, and keeps its hashes', () => {
    const copy = compiled(1, {
      do: 'copy',
      from: 'custom_data.member',
      to: 'user_data.external_id',
    })
    const after = legOf(ruleStoredLeg(leg({}, { member: 'm-1' }), copy, HASHING))
    expect(after.event.user_data).toEqual({ em: [ANN], external_id: [sha256('m-1')] })
  })

  it('is scrubbed of what a rule brought back', () => {
    const set = compiled(1, { do: 'set', field: 'custom_data.note', value: 'ann@example.com' })
    const after = legOf(ruleStoredLeg(leg(), set, HASHING))
    expect(JSON.stringify(after)).not.toContain('ann@example')
  })

  it('goes where these rules let it go, whatever earlier ones said', () => {
    const earlier = { routes: { except: ['d_1'] }, rules_version: 1 }
    const free = legOf(ruleStoredLeg(leg(earlier), compiled(2, DOUBLE), HASHING))
    expect(free.envelope.routes).toBeUndefined()
    const only = compiled(2, { do: 'route', only: ['d_2'] })
    expect(legOf(ruleStoredLeg(leg(earlier), only, HASHING)).envelope.routes).toEqual({
      only: ['d_2'],
    })
  })

  it.each<[Consent, boolean]>([
    [{ state: 'granted', signal: 'fbq' }, true],
    [{ state: 'denied', signal: 'fbq' }, false],
    [{ state: 'denied', signal: 'gpc', decision: { action: 'limit' } }, true],
    [{ state: 'unknown', signal: 'none', decision: { action: 'anonymous' } }, false],
  ])('with consent %j is identified by a rule: %s', (consent, isIdentified) => {
    const copy = compiled(1, { do: 'copy', from: 'event_id', to: 'user_data.external_id' })
    const after = legOf(ruleStoredLeg(leg({ consent }), copy, HASHING))
    expect(after.event.user_data.external_id !== undefined).toBe(isIdentified)
  })
})
