import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  CUSTOM_DATA_KEYS_MAX,
  EVENT_CHARS_MAX,
  FINDINGS_PER_LEG_MAX,
  JSON_DEPTH_MAX,
  URL_CHARS_MAX,
  USER_DATA_VALUE_CHARS_MAX,
  USER_DATA_VALUES_PER_KEY_MAX,
} from './bounds.ts'
import { type ParseContext, type Parsed, parseEvent } from './parse.ts'

// What each parameter becomes stands in conformance/events.json and errors.json. Here: bounds,
// hostile input, and what holds for every input.

const NOW_S = 1_800_000_000
const context: ParseContext = {
  mode: 'lenient',
  nowMs: NOW_S * 1000,
  index: 4,
  channel: 'server',
}
const lead = {
  event_name: 'Lead',
  event_time: NOW_S,
  action_source: 'website',
  user_data: { external_id: 'u-1' },
}

function accepted(input: unknown): Extract<Parsed, { ok: true }> {
  const parsed = parseEvent(input, context)
  if (!parsed.ok) throw new Error(parsed.problem.message)
  return parsed
}

function codes({ findings }: Extract<Parsed, { ok: true }>): string[] {
  return findings.map(({ code }) => code)
}

describe('the envelope of an event', () => {
  test('may be the JSON text of an object', () => {
    expect(accepted(JSON.stringify(lead)).event).toEqual(accepted(lead).event)
  })

  test.each([
    ['null', null],
    ['a list', [lead]],
    ['a number', 7],
    ['nothing', undefined],
    ['text that is no JSON', '{"event_name":'],
    ['the JSON text of a list', '[]'],
    ['JSON text twice', JSON.stringify(JSON.stringify(lead))],
  ])('is refused when it is %s', (_what, input) => {
    const parsed = parseEvent(input, context)
    expect(parsed).toMatchObject({ ok: false, problem: { reason: 'not_an_object', index: 4 } })
  })

  test('a refused event still tells its name and id', () => {
    const parsed = parseEvent({ event_name: ' Lead ', event_id: 'e-1' }, context)
    expect(parsed).toMatchObject({ partial: { event_name: 'Lead', event_id: 'e-1' } })
  })

  test('the message names index and key and says what to do', () => {
    const parsed = parseEvent({ ...lead, event_time: undefined }, context)
    expect(parsed.ok || parsed.problem.message).toBe(
      'data[4].event_time is missing: send whole unix seconds, such as Math.floor(Date.now() / 1000).',
    )
  })
})

describe('bounds', () => {
  test('a long address loses its query, one that is long without it is kept out', () => {
    const query = `?${'q'.repeat(URL_CHARS_MAX)}`
    const long = accepted({ ...lead, event_source_url: `https://shop.test/a${query}#b` })
    expect(long.event.event_source_url).toBe('https://shop.test/a')
    expect(codes(long)).toEqual(['url_too_long'])
    const path = accepted({ ...lead, event_source_url: `https://shop.test/${query.slice(1)}` })
    expect(path.event).not.toHaveProperty('event_source_url')
  })

  test('values of one user_data key are bounded in number and length', () => {
    const many = Array.from({ length: USER_DATA_VALUES_PER_KEY_MAX + 1 }, (_, n) => `u-${n}`)
    const crowd = accepted({ ...lead, user_data: { external_id: many } })
    expect(crowd.event.user_data.external_id).toEqual(many.slice(0, -1))
    expect(codes(crowd)).toEqual(['too_many_values'])
    const fn = 'x'.repeat(USER_DATA_VALUE_CHARS_MAX + 1)
    const long = accepted({ ...lead, user_data: { ...lead.user_data, fn } })
    expect(long.event.user_data).toEqual({ external_id: ['u-1'] })
    expect(codes(long)).toEqual(['value_too_long'])
  })

  test('custom_data is bounded in keys and depth', () => {
    const entries = Array.from({ length: CUSTOM_DATA_KEYS_MAX + 5 }, (_, n) => [`k${n}`, n])
    const wide = accepted({ ...lead, custom_data: Object.fromEntries(entries) })
    expect(Object.keys(wide.event.custom_data ?? {})).toHaveLength(CUSTOM_DATA_KEYS_MAX)
    expect(codes(wide)).toEqual(['too_many_keys'])
    const nested = (levels: number): unknown => (levels === 0 ? 1 : { in: nested(levels - 1) })
    expect(codes(accepted({ ...lead, custom_data: { deep: nested(JSON_DEPTH_MAX) } }))).toEqual([])
    const deep = accepted({ ...lead, custom_data: { deep: nested(JSON_DEPTH_MAX + 1) } })
    expect(codes(deep)).toEqual(['too_deep'])
  })

  test('nesting of any depth is survived', () => {
    let deep: unknown = 1
    for (let level = 0; level < 100_000; level++) deep = [deep]
    expect(codes(accepted({ ...lead, custom_data: { deep } }))).toEqual(['too_deep'])
  })

  test('findings are bounded', () => {
    const junk = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`junk${n}`, 1]))
    expect(accepted({ ...lead, ...junk }).findings).toHaveLength(FINDINGS_PER_LEG_MAX)
  })

  test('all text of an event together is bounded, wherever it stands', () => {
    const half = 'x'.repeat(EVENT_CHARS_MAX / 2)
    const parsed = parseEvent({ ...lead, custom_data: { [half]: 1, note: half } }, context)
    expect(parsed).toMatchObject({ ok: false, problem: { reason: 'event_too_large' } })
  })
})

describe('hostile input', () => {
  test('__proto__ changes no prototype and is told', () => {
    const parsed = accepted(
      `{"event_name":"Lead","event_time":${NOW_S},"action_source":"website","__proto__":{"a":1},` +
        '"user_data":{"external_id":"u","__proto__":{"a":1}},' +
        '"custom_data":{"__proto__":{"a":1},"n":{"__proto__":{"a":1}},' +
        '"contents":[{"id":"x","__proto__":{"a":1}}]},' +
        '"app_data":{"__proto__":{"a":1},"n":{"__proto__":{"a":1}}}}',
    )
    expect(({} as { a?: number }).a).toBeUndefined()
    expect(JSON.stringify(parsed.event)).not.toContain('proto')
    expect(parsed.event.custom_data).toEqual({ n: {}, contents: [{ id: 'x' }] })
    expect(new Set(codes(parsed))).toEqual(new Set(['unexpected_key']))
  })

  test('numbers that JSON cannot write again are kept out', () => {
    const parsed = accepted(
      `{"event_name":"Lead","event_time":${NOW_S},"action_source":"website",` +
        '"user_data":{"external_id":"u"},"custom_data":{"value":1e999,"x":1e999,"l":[-1e999]}}',
    )
    expect(parsed.event.custom_data).toEqual({ l: [null] })
    expect(codes(parsed)).toEqual(['invalid_value', 'invalid_parameter', 'invalid_parameter'])
  })

  test('what JSON does not know is kept out', () => {
    const custom = { big: 1n, call: () => 1, symbol: Symbol('s'), fine: 1 }
    expect(accepted({ ...lead, custom_data: custom }).event.custom_data).toEqual({ fine: 1 })
  })
})

const MARKER = 'jane.doe@shop.test'

/** Anything JSON, more often than not at a place the contract knows. */
const anyEvent = fc.letrec((tie) => {
  const scalar = fc.oneof(
    fc.constantFrom<unknown>(null, '', MARKER, [null], [''], '1,5', 'fb.1.2.3', '[1', 'LDU', 'app'),
    fc.constantFrom<unknown>('business_messaging', 'website', 'whatsapp', 'Purchase', 'EUR', '::1'),
    fc.constantFrom<unknown>(NOW_S, NOW_S * 1000, Infinity, -0, -1, 525645896321548, '2027-01-15'),
    fc.jsonValue({ maxDepth: 3 }),
  )
  const keys = [
    ...['event_name', 'event_time', 'action_source', 'event_id', 'event_source_url', 'contents'],
    ...['user_data', 'custom_data', 'app_data', 'original_event_data', 'attribution_data'],
    ...['data_processing_options', 'opt_out', 'customer_segmentation', 'messaging_channel'],
    ...['em', 'external_id', 'fbc', 'client_ip_address', 'lead_id', 'page_id', 'extinfo', MARKER],
    ...[
      'value',
      'currency',
      'content_ids',
      'order_id',
      'id',
      'item_price',
      '__proto__',
      'toString',
    ],
  ]
  const object = fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 10 })
  return {
    value: fc.oneof(scalar, object, fc.array(tie('value'), { maxLength: 3 })),
    event: object,
  }
}).event

const anyContext = fc.record({
  mode: fc.constantFrom('lenient' as const, 'meta' as const),
  channel: fc.constantFrom('browser' as const, 'server' as const, 'other' as const),
  nowMs: fc.constant(NOW_S * 1000),
  index: fc.nat(1000),
})

const anyInput = fc.oneof(
  fc.jsonValue(),
  fc.tuple(anyEvent, fc.boolean()).map(([given, valid]) => (valid ? { ...given, ...lead } : given)),
  anyEvent.map((given) => ({ ...lead, event_name: 'Purchase', ...given })),
)

describe('for every input', () => {
  test('parsing returns, and the event survives JSON unchanged', () => {
    fc.assert(
      fc.property(anyInput, anyContext, (input, given) => {
        const parsed = parseEvent(input, given)
        if (parsed.ok) expect(JSON.parse(JSON.stringify(parsed.event))).toEqual(parsed.event)
        else expect(parsed.problem.index).toBe(given.index)
      }),
      { numRuns: 2000 },
    )
  })

  test('an event that was read once reads as itself again', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const first = parseEvent(input, context)
        if (first.ok) expect(accepted(first.event).event).toEqual(first.event)
      }),
      { numRuns: 2000 },
    )
  })

  test('nothing that is said repeats a value', () => {
    fc.assert(
      fc.property(anyInput, anyContext, (input, given) => {
        const parsed = parseEvent(input, given)
        const said = JSON.stringify(parsed.ok ? parsed.findings : parsed.problem)
        expect(said).not.toContain(MARKER)
      }),
      { numRuns: 2000 },
    )
  })

  test('the input is not changed', () => {
    fc.assert(
      fc.property(anyInput, anyContext, (input, given) => {
        const before = JSON.stringify(input)
        parseEvent(input, given)
        expect(JSON.stringify(input)).toBe(before)
      }),
      { numRuns: 500 },
    )
  })
})
