import { describe, expect, test } from 'vitest'
import type { ServerEvent, UserData } from '../event/shape.ts'
import { outbound, settingsFor } from './meta.fixture.ts'
import { meta } from './meta.ts'
import { refusedBeforehand } from './meta-check.ts'
import { eventsUrl, metaSettingsSchema } from './meta-settings.ts'

const HASH = 'b'.repeat(64)
const hashes = (...values: string[]) => values as never
const payload = (more: Partial<ServerEvent<UserData>>): Record<string, Record<string, unknown>> =>
  meta.payloadOf(outbound(0, more), settingsFor('https://graph.facebook.com')) as never

describe('examples', () => {
  test.each(meta.examples)('$title', ({ settings, in: event, out }) => {
    expect(meta.schema.parse(settings)).toEqual(settings)
    expect(meta.accepts(event, settings)).toBe(true)
    expect(JSON.stringify(meta.payloadOf(event, settings))).toBe(JSON.stringify(out))
    expect(refusedBeforehand(event.event)).toBeUndefined()
  })
})

describe('settings', () => {
  test('need only dataset id and token', () => {
    const settings = metaSettingsSchema.parse({ dataset_id: ' 123 ', access_token: 'T0K-en_|.' })
    expect(settings).toEqual({
      dataset_id: '123',
      access_token: 'T0K-en_|.',
      app_secret: null,
      api_version: 'v24.0',
      test_event_code: null,
      partner_agent: null,
      base_url: 'https://graph.facebook.com',
      check_first: true,
    })
    expect(eventsUrl(settings)).toBe('https://graph.facebook.com/v24.0/123/events')
  })

  test('mark secrets, and describe every field', () => {
    const { shape } = metaSettingsSchema
    const secrets = Object.entries(shape).filter(([, field]) => field.meta()?.secret === true)
    expect(secrets.map(([name]) => name)).toEqual(['access_token', 'app_secret'])
    for (const [name, field] of Object.entries(shape)) {
      expect(field.meta()?.description ?? field.description, name).toMatch(/\w+/)
    }
  })

  test.each([
    ['dataset_id', '12a'],
    ['dataset_id', ''],
    ['access_token', 'two words'],
    ['access_token', 'with"quote'],
    ['access_token', 'line\r\nbreak'],
    ['api_version', '24'],
    ['api_version', 'v24.0/../me'],
    ['partner_agent', 'x'],
    ['partner_agent', 'a-name-of-23-characters'],
    ['base_url', 'graph.facebook.com'],
    ['base_url', 'ftp://graph.facebook.com'],
    ['base_url', 'https://user:pass@graph.facebook.com'],
    ['base_url', 'https://graph.facebook.com/?access_token=x'],
  ])('refuse %s %j', (name, value) => {
    const given = { dataset_id: '1', access_token: 'T', [name]: value }
    expect(metaSettingsSchema.safeParse(given).success).toBe(false)
  })

  test('take another place for Meta, with a path', () => {
    const settings = settingsFor('http://127.0.0.1:8080/meta/')
    expect(eventsUrl(settings)).toBe('http://127.0.0.1:8080/meta/v24.0/1234567890/events')
  })
})

describe('payload', () => {
  test('has nothing of ours, nothing of the relay and no unknown key', () => {
    const event = outbound(0, {
      user_data: { em: hashes(HASH), unknown: 'x' } as never,
      app_data: { extinfo: ['a2'], unknown: 1 },
      original_event_data: { order_id: '7', unknown: 1 },
      custom_data: { contents: [{ id: '1', name: 'x' }], mine: { a: [1] } },
      findings: [1],
    } as never)
    expect(meta.payloadOf(event, settingsFor('https://graph.facebook.com'))).toEqual({
      event_name: 'Lead',
      event_time: 1_800_000_000,
      event_id: 'e-0',
      action_source: 'website',
      user_data: { em: [HASH] },
      custom_data: { contents: [{ id: '1' }], mine: { a: [1] } },
      app_data: { extinfo: ['a2'] },
      original_event_data: { order_id: '7' },
    })
  })

  test.each([
    ['hashes that Meta takes as a list', { ph: hashes(HASH, HASH) }, { ph: [HASH, HASH] }],
    ['hashes that the SDKs send one of', { doby: hashes(HASH, HASH) }, { doby: HASH }],
    [
      'ids that are integers',
      { fb_login_id: '123', lead_id: '525645896321548' },
      {
        fb_login_id: 123,
        lead_id: 525645896321548,
      },
    ],
    [
      'an integer beyond what is exact',
      { fb_login_id: '90071992547409931' },
      {
        fb_login_id: '90071992547409931',
      },
    ],
    ['an id with a leading zero', { fb_login_id: '007' }, { fb_login_id: '007' }],
    ['an empty list', { em: [], fbp: 'fb.1.1.2' }, { fbp: 'fb.1.1.2' }],
    [
      'cookies with their appendix',
      { fbc: 'fb.1.1.IwAR0.AQIAAAQB' },
      {
        fbc: 'fb.1.1.IwAR0.AQIAAAQB',
      },
    ],
  ] as const)('user_data: %s', (_, user, out) => {
    expect(payload({ user_data: user as UserData }).user_data).toEqual(out)
  })

  test.each([0.1, 59.9, 1e-7, 1e12, 123456789.12, 0])('money: %d stays itself', (value) => {
    const text = JSON.stringify(payload({ custom_data: { value, currency: 'EUR' } }))
    expect(text).toContain(`"value":${JSON.stringify(value)},`)
  })

  test('an explicit "not limited" and a false opt_out stay', () => {
    const out = payload({ data_processing_options: [], opt_out: false })
    expect(out).toMatchObject({ data_processing_options: [], opt_out: false })
  })

  test('no custom_data, no app_data where there is nothing in them', () => {
    expect(Object.keys(payload({ custom_data: {}, app_data: {} }))).not.toContain('custom_data')
    expect(Object.keys(payload({ custom_data: {}, app_data: {} }))).not.toContain('app_data')
  })
})

describe('what Meta is certain to refuse', () => {
  const buy = { event_name: 'Purchase' } as const
  test.each([
    ['a Purchase without value', { ...buy, custom_data: { currency: 'EUR' } }, '100/2804009'],
    ['a Purchase without anything', buy, '100/2804009'],
    ['a Purchase without currency', { ...buy, custom_data: { value: 0 } }, '100/2804010'],
    ['only a user agent', { user_data: { client_user_agent: 'UA' } }, '100/2804050'],
    ['no user data', { user_data: {} }, '100/2804050'],
    ['an empty list of hashes', { user_data: { em: hashes() } }, '100/2804050'],
    ['a town', { user_data: { ct: hashes(HASH), country: hashes(HASH) } }, '100/2804050'],
    [
      'a WhatsApp event without account',
      {
        action_source: 'business_messaging',
        messaging_channel: 'whatsapp',
        user_data: { ctwa_clid: 'A' },
      },
      '100/2804116',
    ],
  ] as const)('%s', (_, more, code) => {
    expect(refusedBeforehand(outbound(0, more as never).event)).toEqual({
      state: 'rejected',
      code,
      detail: expect.stringMatching(/^[A-Z].+: .+\. Found here, not sent/),
    })
  })

  test.each([
    ['a custom event without value', { event_name: 'MyPurchase' }],
    ['a Purchase of nothing', { ...buy, custom_data: { value: 0, currency: 'EUR' } }],
    [
      'address and user agent',
      { user_data: { client_ip_address: '1.2.3.4', client_user_agent: 'U' } },
    ],
    ['opt_out and limited data use', { opt_out: true, data_processing_options: ['LDU'] }],
  ] as const)('not %s', (_, more) => {
    expect(refusedBeforehand(outbound(0, more as never).event)).toBeUndefined()
  })
})

test('events may be 7 days old, in-store ones 62', () => {
  const age = (action_source: 'website' | 'physical_store') =>
    meta.bounds.ageMsMax(outbound(0, { action_source }).event)
  expect([age('website'), age('physical_store')]).toEqual([7 * 86_400_000, 62 * 86_400_000])
})
