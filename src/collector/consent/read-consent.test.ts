import { describe, expect, it } from 'vitest'
import { consentPolicyOf } from '../../event/consent.ts'
import { datasetSettingsSchema } from '../../event/dataset.ts'
import { readConsent } from './read-consent.ts'
import { tcfString } from './tcf.fixture.ts'

const policy = consentPolicyOf(
  datasetSettingsSchema.parse({ name: 'Shop', consent_needs: ['meta=1+3+4+7~89'] }),
)
const read = (value: unknown) => readConsent(value, { policy, signal: 'api' })

const ALL = tcfString({ purposes: [1, 2, 3, 4, 7], vendors: [755] })
const MEASURE = tcfString({ purposes: [1, 7] })
const REFUSED = tcfString({ vendors: [755] })
const OPTED_OUT = '1YYN'
const NOT_OPTED_OUT = '1YNN'

describe('which signal decides', () => {
  it.each<[string, unknown, string, string]>([
    ['the word of the sender', { state: 'granted' }, 'granted', 'api'],
    ['the word of the pixel', { state: 'denied', signal: 'fbq' }, 'denied', 'fbq'],
    ['a TCF string', { tcf: ALL }, 'granted', 'tcf'],
    ['a TCF string that measures only', { tcf: MEASURE }, 'granted', 'tcf'],
    ['a TCF string that refuses', { tcf: REFUSED }, 'denied', 'tcf'],
    ['storage alone', { tcf: tcfString({ purposes: [1] }) }, 'denied', 'tcf'],
    [
      'legitimate interest',
      { tcf: tcfString({ purposes: [1], legitimateInterests: [7] }) },
      'granted',
      'tcf',
    ],
    [
      'no storage',
      { tcf: tcfString({ purposes: [7], legitimateInterests: [1] }) },
      'denied',
      'tcf',
    ],
    ['an unknown word beside it', { state: 'unknown', signal: 'none', tcf: ALL }, 'granted', 'tcf'],
    ['a grant against a refusal', { state: 'granted', tcf: REFUSED }, 'denied', 'tcf'],
    ['a refusal against a grant', { state: 'denied', signal: 'fbq', tcf: ALL }, 'denied', 'fbq'],
    ['an opt-out', { gpp: OPTED_OUT }, 'denied', 'gpp'],
    ['no opt-out', { gpp: NOT_OPTED_OUT }, 'granted', 'gpp'],
    ['a section that says nothing', { gpp: '1---' }, 'unknown', 'gpp'],
    ['an opt-out against a grant', { tcf: ALL, gpp: OPTED_OUT }, 'denied', 'gpp'],
    ['a refusal before an opt-out', { tcf: REFUSED, gpp: OPTED_OUT }, 'denied', 'tcf'],
    ['a section that does not apply', { gpp: OPTED_OUT, gpp_sid: [7] }, 'unknown', 'gpp'],
    ['a section that applies', { gpp: OPTED_OUT, gpp_sid: [6, 7] }, 'denied', 'gpp'],
    ['the European section', { gpp: `DBABMA~${REFUSED}` }, 'denied', 'tcf'],
    ['Consent Mode', { consent_mode: { ad_storage: 'granted' } }, 'granted', 'consent_mode'],
    [
      'Consent Mode, ads denied',
      { consent_mode: { ad_user_data: 'denied', ad_storage: 'granted' } },
      'denied',
      'consent_mode',
    ],
    ['Consent Mode, analytics only', { gcs: 'G101' }, 'granted', 'consent_mode'],
    ['Consent Mode, nothing', { gcs: 'G100' }, 'denied', 'consent_mode'],
    ['Consent Mode not in use', { gcd: '11l1l1l1l5' }, 'unknown', 'consent_mode'],
    ['the letters of a tag', { gcd: '13t3t3t3t5l1' }, 'granted', 'consent_mode'],
    ['the letters of a tag, denied', { gcd: '13p3p3p3p5l1' }, 'denied', 'consent_mode'],
    ['destinations by name', { vendors: { meta: 'denied' } }, 'unknown', 'api'],
  ])('%s', (_name, value, state, signal) => {
    const { consent, findings } = read(value)
    expect([consent?.state, consent?.signal, findings]).toEqual([state, signal, []])
  })
})

describe('the record', () => {
  it('holds what the string said, and of its vendors only those that destinations stand for', () => {
    const { consent } = read({ tcf: ALL, tcf_ac: '2~70.89.93~dv.12', gpp: NOT_OPTED_OUT })
    expect(consent).toEqual({
      state: 'granted',
      signal: 'tcf',
      tcf: {
        string: ALL,
        purposes: [1, 2, 3, 4, 7],
        legitimate_interests: [],
        vendors: [755],
        google_vendors: [89],
      },
      gpp: { string: NOT_OPTED_OUT, sections: [6], opt_outs: [] },
      region: 'EEA',
    })
  })

  it.each<[object, string | undefined]>([
    [{ state: 'granted', region: 'de' }, 'DE'],
    [{ state: 'granted', region: 'us_ca' }, 'US-CA'],
    [{ state: 'granted', timezone: 'Europe/Berlin' }, 'EEA'],
    [{ state: 'granted', timezone: 'Europe/Istanbul' }, undefined],
    [{ state: 'granted', timezone: 'America/Los_Angeles' }, 'US'],
    [{ state: 'granted', timezone: 'Asia/Tokyo' }, undefined],
    [{ tcf: ALL }, 'EEA'],
    [{ tcf: ALL, region: 'CH' }, 'CH'],
    [{ gpp: OPTED_OUT }, 'US'],
  ])('%j: region %s', (value, region) => {
    expect(read(value).consent?.region).toBe(region)
  })

  it('an absent consent is none', () => {
    expect([read(undefined), read(null)]).toEqual([{ findings: [] }, { findings: [] }])
  })
})

describe('what cannot be read is a refusal with a finding', () => {
  it.each<[unknown, string]>([
    ['denied', 'api'],
    [true, 'api'],
    [[], 'api'],
    [{}, 'api'],
    [{ state: 'maybe' }, 'api'],
    [{ state: 'granted', tcf: 'no string' }, 'tcf'],
    [{ tcf: 17 }, 'tcf'],
    [{ gpp: 'DBABLA~' }, 'gpp'],
    [{ state: 'granted', gpp: {} }, 'gpp'],
    [{ consent_mode: 'yes' }, 'consent_mode'],
    [{ gcs: 'G9' }, 'consent_mode'],
  ])('%j', (value, signal) => {
    const { consent, findings } = read(value)
    expect(consent).toMatchObject({ state: 'denied', signal })
    expect(findings).toMatchObject([{ code: 'consent_unreadable', key: 'consent' }])
  })
})
