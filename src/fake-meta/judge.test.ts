import { describe, expect, it } from 'vitest'
import { parseEvent } from '../event/parse.ts'
import { PROBLEMS } from '../event/problems.ts'
import { judge } from './judge.ts'
import { META_ERRORS, type MetaErrorName } from './meta-errors.ts'

const NOW_S = 1_800_000_000
const DAY_S = 86_400
const SHA = 'a'.repeat(64)
const lead = {
  event_name: 'Lead',
  event_time: NOW_S,
  action_source: 'website',
  user_data: { em: [SHA] },
}
const purchase = { ...lead, event_name: 'Purchase', custom_data: { value: 30, currency: 'EUR' } }
const whatsapp = {
  ...purchase,
  action_source: 'business_messaging',
  messaging_channel: 'whatsapp',
  user_data: { ctwa_clid: 'c', page_id: '1' },
}
const without = (event: object, key: string): object =>
  Object.fromEntries(Object.entries(event).filter(([name]) => name !== key))

type Verdict = MetaErrorName | 'taken'

/** `ours`: where Twofold's own endpoint, in its strict mode, answers otherwise, and why it may. */
const CASES: [what: string, event: unknown, verdict: Verdict, ours?: Verdict][] = [
  ['the least', lead, 'taken'],
  ['JSON text of an event', JSON.stringify(lead), 'taken'],
  ['text that is no event', 'Lead', 'parameter_error'],
  ['null', null, 'parameter_error'],
  ['no name', without(lead, 'event_name'), 'parameter_error'],
  ['no time', without(lead, 'event_time'), 'parameter_error'],
  ['no action source', without(lead, 'action_source'), 'parameter_error'],
  ['no user_data', without(lead, 'user_data'), 'parameter_error'],
  ['a custom name', { ...lead, event_name: 'Signed up' }, 'taken'],
  ['a name that is an object', { ...lead, event_name: {} }, 'parameter_error'],
  ['an unknown key', { ...lead, colour: 'red' }, 'parameter_error'],
  ['an unknown key that is null', { ...lead, colour: null }, 'taken'],
  ['a moved key', { ...lead, advertiser_tracking_enabled: true }, 'parameter_error'],
  ['contents beside custom_data', { ...lead, contents: [{ id: 'a' }] }, 'parameter_error'],
  ['an unknown action source', { ...lead, action_source: 'web' }, 'parameter_error'],
  // Meta's own lists are lower case and its Node SDK lowers it first: taken here for mercy.
  ['WEBSITE', { ...lead, action_source: 'WEBSITE' }, 'parameter_error', 'taken'],
  ['seven days', { ...lead, event_time: NOW_S - 7 * DAY_S }, 'taken'],
  ['older', { ...lead, event_time: NOW_S - 7 * DAY_S - 1 }, 'event_too_old'],
  [
    '62 days, in store',
    { ...lead, action_source: 'physical_store', event_time: NOW_S - 62 * DAY_S },
    'taken',
  ],
  [
    'older, in store',
    { ...lead, action_source: 'physical_store', event_time: NOW_S - 62 * DAY_S - 1 },
    'event_too_old',
  ],
  ['a fast clock', { ...lead, event_time: NOW_S + 600 }, 'taken'],
  ['the future', { ...lead, event_time: NOW_S + 601 }, 'event_in_future'],
  ['milliseconds', { ...lead, event_time: NOW_S * 1000 }, 'event_in_future'],
  ['digits as text', { ...lead, event_time: `${NOW_S}` }, 'taken'],
  ['a fraction', { ...lead, event_time: NOW_S + 0.5 }, 'parameter_error'],
  ['a date', { ...lead, event_time: '2027-01-15T08:00:00Z' }, 'parameter_error'],
  [
    'old and without match keys: the time is first',
    { ...lead, event_time: 1, user_data: { client_user_agent: 'x' } },
    'event_too_old',
  ],

  ['an address in clear', { ...lead, user_data: { em: 'ann@example.com' } }, 'not_hashed'],
  ['one of two in clear', { ...lead, user_data: { em: [SHA, 'a@b.example'] } }, 'not_hashed'],
  ['a phone in clear', { ...lead, user_data: { em: SHA, ph: '+4917012345' } }, 'not_hashed'],
  ['64 characters, not hex', { ...lead, user_data: { em: 'z'.repeat(64) } }, 'not_hashed'],
  ['capitals', { ...lead, user_data: { em: SHA.toUpperCase() } }, 'taken'],
  ["the builder's suffix", { ...lead, user_data: { em: `${SHA}.AQQCAQMC` } }, 'taken'],
  ['MD5', { ...lead, user_data: { em: 'a'.repeat(32) } }, 'taken'],
  ['external_id in clear', { ...lead, user_data: { external_id: 'u-1' } }, 'taken'],
  ['a null in a list', { ...lead, user_data: { em: [null, SHA], ge: [null] } }, 'taken'],
  ['nothing but nulls', { ...lead, user_data: { em: [null], ph: [''] } }, 'not_enough_user_data'],
  ['PHP’s empty list', { ...lead, user_data: [] }, 'not_enough_user_data'],
  ['user_data as text', { ...lead, user_data: 'em' }, 'parameter_error'],
  // The parser keeps such a value out, with a finding, and judges what is left.
  ['an object as a value', { ...lead, user_data: { em: SHA, ph: {} } }, 'parameter_error', 'taken'],
  ['only a user agent', { ...lead, user_data: { client_user_agent: 'x' } }, 'not_enough_user_data'],
  [
    'address and user agent',
    { ...lead, user_data: { client_ip_address: '203.0.113.7', client_user_agent: 'x' } },
    'taken',
  ],
  ['IPv6 with a suffix', { ...lead, user_data: { client_ip_address: '::1.AQQCAQMC' } }, 'taken'],
  ['no address', { ...lead, user_data: { client_ip_address: 'here' } }, 'not_enough_user_data'],
  ['name and gender', { ...lead, user_data: { fn: SHA, ge: SHA } }, 'not_enough_user_data'],
  ['name and place', { ...lead, user_data: { fn: SHA, ct: SHA } }, 'taken'],
  ['only fbp', { ...lead, user_data: { fbp: 'fb.1.1596403881668.1116446470' } }, 'taken'],
  ['a malformed fbp', { ...lead, user_data: { fbp: 'x' } }, 'not_enough_user_data'],
  ['an unknown match key', { ...lead, user_data: { em: SHA, shoe_size: '9' } }, 'taken'],
  ['a lead id', { ...lead, user_data: { lead_id: 123456789012345 } }, 'taken'],
  ['a short lead id', { ...lead, user_data: { lead_id: '12345' } }, 'invalid_lead_id'],

  ['a purchase', purchase, 'taken'],
  ['value as text, currency in small letters', money('30.5', 'eur'), 'taken'],
  ['no value', money(undefined, 'EUR'), 'missing_value'],
  ['no currency', money(30, undefined), 'missing_currency'],
  ['neither, in another event', { ...lead, custom_data: {} }, 'taken'],
  ['zero', money(0, 'EUR'), 'taken'],
  ['a value that is no number', money('thirty', 'EUR'), 'parameter_error'],
  ['a decimal comma', money('30,5', 'EUR'), 'parameter_error'],
  ['an unknown currency', money(30, 'EURO'), 'parameter_error'],
  ['custom properties', { ...lead, custom_data: { colour: { deep: [1] } } }, 'taken'],
  ['a known content', contents([{ id: 'a', quantity: 2, item_price: 3, brand: 'b' }]), 'taken'],
  ['a name in contents', contents([{ id: 'a', name: 'Beans' }]), 'parameter_error'],
  ['contents as text', contents('beans'), 'parameter_error'],
  ['contents as JSON text', contents('[{"id":"a"}]'), 'taken'],
  // One object is read as a list of one there; Meta documents a list.
  ['contents as an object', contents({ id: 'a' }), 'parameter_error', 'taken'],
  ['a way of delivery', { ...lead, custom_data: { delivery_category: 'curbside' } }, 'taken'],
  [
    'an unknown way of delivery',
    { ...lead, custom_data: { delivery_category: 'drone' } },
    'parameter_error',
  ],

  ['limited data use', { ...lead, data_processing_options: ['LDU'] }, 'taken'],
  ['not limited', { ...lead, data_processing_options: [] }, 'taken'],
  ['an unknown option', { ...lead, data_processing_options: ['X'] }, 'parameter_error'],
  ['opt_out', { ...lead, opt_out: true }, 'taken'],
  ['opt_out as a word', { ...lead, opt_out: 'maybe' }, 'parameter_error'],
  ['a segment', { ...lead, customer_segmentation: 'new_customer_to_business' }, 'taken'],
  ['an unknown segment', { ...lead, customer_segmentation: 'vip' }, 'parameter_error'],
  ['PHP’s nulls', { ...lead, app_data: null, original_event_data: null }, 'taken'],
  ['an app event', app(['a2', 'p', '1', '1', '14.1']), 'taken'],
  ['extinfo as an object', app({ 0: 'i2', 4: '17' }), 'taken'],
  ['extinfo as JSON text', app('["a2","p","1","1","14"]'), 'taken'],
  ['no OS version', app(['a2', 'p', '1', '1', '']), 'invalid_extinfo'],

  ['a WhatsApp purchase', whatsapp, 'taken'],
  ['another name there', { ...whatsapp, event_name: 'Lead' }, 'messaging_event_name'],
  ['no channel', without(whatsapp, 'messaging_channel'), 'parameter_error'],
  ['no account', { ...whatsapp, user_data: { ctwa_clid: 'c' } }, 'messaging_missing_id'],
  ['no click id', { ...whatsapp, user_data: { page_id: '1' } }, 'messaging_ctwa_clid'],
  // Bounds of ours that Meta does not document.
  ['a long id', { ...lead, event_id: 'x'.repeat(600) }, 'taken', 'parameter_error'],
  ['a long name', { ...lead, event_name: 'x'.repeat(101) }, 'taken', 'parameter_error'],
]

function money(value: unknown, currency: unknown): object {
  return { ...purchase, custom_data: { value, currency } }
}

function contents(given: unknown): object {
  return { ...lead, custom_data: { contents: given } }
}

function app(extinfo: unknown): object {
  return { ...lead, action_source: 'app', app_data: { extinfo } }
}

it.each(CASES)('%s', (_what, event, verdict, ours = verdict) => {
  const judged = judge([event], NOW_S * 1000)
  expect(judged.ok ? 'taken' : judged.fault.error).toBe(verdict)
  // The parser was written apart from this: where the two differ, the table must say so.
  const context = { mode: 'meta', nowMs: NOW_S * 1000, index: 0, channel: 'server' } as const
  const parsed = parseEvent(event, context)
  const problem = parsed.ok ? undefined : PROBLEMS[parsed.problem.reason]
  expect(problem?.subcode).toBe(ours === 'taken' ? undefined : subcodeOf(ours))
})

function subcodeOf(error: MetaErrorName): number | undefined {
  const { subcode } = META_ERRORS[error] as { subcode?: number }
  return subcode
}

describe('one key at a time with every kind of value', () => {
  const VALUES: readonly unknown[] = [
    ...[
      null,
      '',
      ' ',
      0,
      1,
      -1,
      1.5,
      '1',
      '1.5',
      'abc',
      true,
      false,
      Number.POSITIVE_INFINITY,
      2e19,
    ],
    ...[[], [null], ['a'], {}, { a: 1 }, [{}], '{"a":1}', '[]', '[{"id":"a"}]', '[1'],
    ...[[SHA], SHA, ` ${SHA.toUpperCase()} `, 'a'.repeat(32), NOW_S, `${NOW_S}`, NOW_S * 1000],
    ...['EUR', 'eur', ' EUR ', 'LDU', ['LDU'], 'Purchase', 'website', 'app', 'physical_store'],
    ...['fb.1.1.2', '192.0.2.1', '192.0.2.1:80', '::1', '123456789012345', 'in_store'],
  ]
  const KEYS: readonly string[] = [
    ...['event_name', 'event_time', 'action_source', 'event_id', 'event_source_url', 'opt_out'],
    ...['user_data', 'custom_data', 'app_data', 'original_event_data', 'attribution_data'],
    ...['data_processing_options', 'data_processing_options_state', 'customer_segmentation'],
    ...['messaging_channel', 'advanced_measurement_table', 'contents', 'colour'],
    ...['em', 'db', 'fbp', 'client_ip_address', 'external_id', 'lead_id'].map(
      (key) => `user_data.${key}`,
    ),
    ...['value', 'currency', 'contents', 'content_ids', 'num_items', 'order_id', 'item_number'].map(
      (key) => `custom_data.${key}`,
    ),
    ...['delivery_category', 'predicted_ltv', 'customer_segmentation', 'colour'].map(
      (key) => `custom_data.${key}`,
    ),
    ...['app_data.extinfo', 'app_data.app_user_id'],
  ]

  it.each(['website', 'app', 'business_messaging'])('%s: as strict as the parser', (source) => {
    const base = { ...whatsapp, action_source: source, app_data: {} }
    const user_data = { ...whatsapp.user_data, em: SHA }
    const laxer = KEYS.flatMap((path) =>
      VALUES.flatMap((value) => {
        const event = changed({ ...base, user_data }, path, value)
        const judged = judge([event], NOW_S * 1000)
        const context = { mode: 'meta', nowMs: NOW_S * 1000, index: 0, channel: 'server' } as const
        const parsed = parseEvent(event, context)
        // An amount that large is beyond a bound of ours, not of Meta's.
        if (!judged.ok || parsed.ok || parsed.problem.message.includes('is larger than')) return []
        return [`${path} ${JSON.stringify(value)}: ${parsed.problem.message}`]
      }),
    )
    expect(laxer).toEqual([])
  })

  function changed(event: Record<string, unknown>, path: string, value: unknown): object {
    const [key = '', inner] = path.split('.')
    if (inner === undefined) return { ...event, [key]: value }
    return { ...event, [key]: { ...(event[key] as object), [inner]: value } }
  }
})

it('one bad event refuses them all, and the message names it without its value', () => {
  const judged = judge([lead, { ...lead, user_data: { em: 'ann@example.com' } }], NOW_S * 1000)
  expect(judged).toMatchObject({ ok: false, fault: { index: 1, key: 'user_data.em' } })
  expect(JSON.stringify(judged)).not.toContain('ann@')
})

it('the shape of all comes before the meaning of any', () => {
  const old = { ...lead, event_time: 1 }
  const judged = judge([old, { ...lead, colour: 'red' }], NOW_S * 1000)
  expect(judged).toMatchObject({ ok: false, fault: { error: 'parameter_error', index: 1 } })
})

it('an unexpected key is named with its path, as Meta names it', () => {
  const judged = judge([contents([{ id: 'a', name: 'Beans' }])], NOW_S * 1000)
  expect(judged).toMatchObject({
    fault: {
      key: 'custom_data.contents[0].name',
      detail: `Unexpected key "name" on param "$['data'][0]['custom_data']['contents'][0]".`,
    },
  })
})

it('what Meta documents without enforcing is a warning', () => {
  const judged = judge([{ ...lead, user_data: { em: 'a'.repeat(32), shoe: '9' } }], NOW_S * 1000)
  const [event] = judged.ok ? judged.events : []
  expect(event?.warnings).toEqual([
    'md5_hash',
    'unknown_user_data_key',
    'website_without_event_source_url',
    'website_without_client_user_agent',
  ])
})
