import { describe, expect, it } from 'vitest'
import {
  consentAllows,
  consentPolicyOf,
  decideConsent,
  eventConsent,
  isWithheld,
} from './consent.ts'
import { datasetSettingsSchema } from './dataset.ts'
import type { Consent, ConsentDecision, ConsentMode, Leg } from './shape.ts'

const policyOf = (settings: object = {}) =>
  consentPolicyOf(datasetSettingsSchema.parse({ name: 'Shop', ...settings }))
const DEFAULT = policyOf()

const GRANTED: Consent = { state: 'granted', signal: 'fbq' }
const DENIED: Consent = { state: 'denied', signal: 'fbq' }
const GPC: Consent = { state: 'denied', signal: 'gpc' }
const OPTED_OUT: Consent = {
  state: 'denied',
  signal: 'gpp',
  gpp: { string: '1YYN', sections: [6], opt_outs: ['sale'] },
}
const tcf = (purposes: number[], more: Partial<Consent['tcf']> = {}): Consent => ({
  state: 'granted',
  signal: 'tcf',
  tcf: { string: 'C', purposes, legitimate_interests: [], vendors: [], ...more },
})
const mode = (consent_mode: ConsentMode): Consent => ({
  state: 'granted',
  signal: 'consent_mode',
  consent_mode,
})

describe('which destination may have an event', () => {
  it.each<[string, Consent | undefined, object, string[]]>([
    ['nothing is known', undefined, {}, ['meta', 'tiktok', 'ga4', 'webhook', 'newcomer']],
    ['granted', GRANTED, {}, ['meta', 'tiktok', 'ga4', 'webhook', 'newcomer']],
    ['denied', DENIED, {}, []],
    [
      'denied, but limited use',
      DENIED,
      { denied_consent: 'limit' },
      ['meta', 'tiktok', 'ga4', 'webhook'],
    ],
    ['denied, counted only', DENIED, { denied_consent: 'anonymous' }, ['webhook']],
    ['privacy control', GPC, {}, ['meta', 'tiktok', 'ga4', 'webhook']],
    [
      'privacy control ignored',
      GPC,
      { gpc: 'ignore' },
      ['meta', 'tiktok', 'ga4', 'webhook', 'newcomer'],
    ],
    ['privacy control blocks', GPC, { gpc: 'block' }, []],
    ['opt-out', OPTED_OUT, {}, ['meta', 'tiktok', 'ga4', 'webhook']],
    ['all purposes', tcf([1, 3, 4, 7]), {}, ['meta', 'tiktok', 'webhook', 'newcomer']],
    [
      'all purposes and Google',
      tcf([1, 3, 4, 7], { vendors: [755] }),
      {},
      ['meta', 'tiktok', 'ga4', 'webhook', 'newcomer'],
    ],
    ['measuring only', tcf([1, 7], { vendors: [755] }), {}, ['ga4', 'webhook']],
    [
      'measuring as legitimate interest',
      tcf([1], { legitimate_interests: [7], vendors: [755] }),
      {},
      ['ga4', 'webhook'],
    ],
    [
      'profiling is no legitimate interest',
      tcf([1, 7], { legitimate_interests: [3, 4] }),
      {},
      ['webhook'],
    ],
    [
      'Meta named in Google’s list',
      tcf([1, 3, 4, 7], { google_vendors: [] }),
      { consent_needs: ['meta=1+3+4+7~89'] },
      ['tiktok', 'webhook', 'newcomer'],
    ],
    [
      'Meta agreed to by id',
      tcf([1, 3, 4, 7], { google_vendors: [89] }),
      { consent_needs: ['meta=1+3+4+7~89'] },
      ['meta', 'tiktok', 'webhook', 'newcomer'],
    ],
    ['other purposes for Meta', tcf([1, 7]), { consent_needs: ['meta=1+7'] }, ['meta', 'webhook']],
    [
      'all of Consent Mode',
      mode({ ad_storage: 'granted', ad_user_data: 'granted', analytics_storage: 'granted' }),
      {},
      ['meta', 'tiktok', 'ga4', 'webhook', 'newcomer'],
    ],
    [
      'no personal ads',
      mode({ ad_personalization: 'denied', ad_user_data: 'granted' }),
      {},
      ['ga4', 'webhook'],
    ],
    ['analytics only', mode({ ad_storage: 'denied', ad_user_data: 'denied' }), {}, ['webhook']],
    [
      'one named',
      { ...GRANTED, vendors: { meta: 'denied' } },
      {},
      ['tiktok', 'ga4', 'webhook', 'newcomer'],
    ],
    [
      'own system named',
      { ...GRANTED, vendors: { webhook: 'denied' } },
      {},
      ['meta', 'tiktok', 'ga4', 'newcomer'],
    ],
    [
      'named although limited',
      { ...GPC, vendors: { meta: 'denied' } },
      {},
      ['tiktok', 'ga4', 'webhook'],
    ],
  ])('%s', (_name, consent, settings, allowed) => {
    const policy = policyOf(settings)
    const types = ['meta', 'tiktok', 'ga4', 'webhook', 'newcomer']
    expect(types.filter((type) => consentAllows(consent, type, policy) === true)).toEqual(allowed)
  })

  it('says why not with the reason that is counted', () => {
    expect(consentAllows(DENIED, 'meta', DEFAULT)).toBe('not_consented')
  })

  it('what was decided on arrival binds later, whatever the policy says then', () => {
    const consent: Consent = { state: 'unknown', signal: 'none', decision: { action: 'anonymous' } }
    expect(consentAllows(consent, 'meta', DEFAULT)).toBe('not_consented')
  })
})

describe('what happens with an event', () => {
  const RULES = { consent_rules: ['de unknown anonymous', 'eea  unknown drop', 'us denied limit'] }
  const OTHER_ADS = ['tiktok', 'ga4', 'pinterest', 'snapchat', 'linkedin']
  it.each<
    [string, Consent | undefined, string | undefined, object, ConsentDecision['action'] | undefined]
  >([
    ['granted', GRANTED, 'DE', RULES, undefined],
    ['unknown by default', undefined, 'DE', {}, undefined],
    ['unknown, as set', undefined, undefined, { unknown_consent: 'drop' }, 'drop'],
    ['unknown in a country with a rule', undefined, 'DE', RULES, 'anonymous'],
    ['unknown in the region', undefined, 'FR', RULES, 'drop'],
    ['unknown elsewhere', undefined, 'JP', RULES, undefined],
    [
      'unknown, the shop at home in the region',
      undefined,
      undefined,
      { ...RULES, default_country: 'FR' },
      'drop',
    ],
    [
      'the region that the sender said',
      { ...GRANTED, state: 'unknown', region: 'US' },
      'FR',
      RULES,
      undefined,
    ],
    ['denied by default', DENIED, 'FR', RULES, 'drop'],
    ['denied where a rule is milder', DENIED, 'US', RULES, 'limit'],
    ['privacy control', GPC, 'JP', RULES, 'limit'],
    ['privacy control ignored', GPC, 'JP', { gpc: 'ignore' }, undefined],
  ])('%s', (_name, consent, region, settings, action) => {
    expect(decideConsent(consent, region, policyOf(settings))?.action).toBe(action)
  })

  it('is written down with its region and the destinations that do not get it', () => {
    expect(decideConsent(GPC, 'US-CA', DEFAULT)).toEqual({
      action: 'limit',
      region: 'US-CA',
      withheld: ['linkedin', 'other'],
    })
    expect(decideConsent(tcf([1, 7]), 'DE', policyOf({ consent_needs: ['newcomer=2'] }))).toEqual({
      action: 'keep',
      region: 'DE',
      withheld: ['meta', ...OTHER_ADS, 'other', 'newcomer'],
    })
  })
})

it('the decision alone answers as the policy did', () => {
  const types = ['meta', 'tiktok', 'ga4', 'linkedin', 'webhook', 'newcomer']
  const consents = [GRANTED, DENIED, GPC, OPTED_OUT, tcf([1, 7]), tcf([1, 3, 4, 7])]
  for (const settings of [{}, { denied_consent: 'anonymous' }, { gpc: 'ignore' }]) {
    const policy = policyOf(settings)
    for (const consent of consents) {
      const decision = decideConsent(consent, undefined, policy)
      const stored = { ...consent, ...(decision ? { decision } : {}) }
      expect(types.filter((type) => !isWithheld(stored, type))).toEqual(
        types.filter((type) => consentAllows(consent, type, policy) === true),
      )
    }
  }
  expect(isWithheld(undefined, 'meta')).toBe(false)
})

describe('rules that are not taken', () => {
  it.each(['eea', 'eea denied keep', 'europe unknown drop', 'eea unknown delete'])('%s', (rule) => {
    const settings = { name: 'Shop', consent_rules: [rule] }
    expect(datasetSettingsSchema.safeParse(settings).success).toBe(false)
  })
})

describe('the consent of an event', () => {
  const leg = (consent?: Consent) => ({ envelope: { ...(consent ? { consent } : {}) } }) as Leg
  it.each<[string, (Consent | undefined)[], Consent | undefined]>([
    ['no report says anything', [undefined, undefined], undefined],
    ['one report knows', [undefined, GRANTED], GRANTED],
    ['a grant over an unknown', [{ ...GRANTED, state: 'unknown' }, GRANTED], GRANTED],
    ['a refusal over a grant', [GRANTED, GPC], GPC],
    [
      'what one report withholds',
      [{ ...GRANTED, decision: { action: 'keep', withheld: ['meta'] } }, GRANTED],
      { ...GRANTED, decision: { action: 'keep', withheld: ['meta'] }, vendors: { meta: 'denied' } },
    ],
  ])('%s', (_name, consents, expected) => {
    expect(eventConsent(consents.map(leg))).toEqual(expected)
  })
})
