/** Any rules over any event: nothing throws, nothing given is changed, and what comes out is JSON
 * that parse would take again. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseEvent } from '../event/parse.ts'
import { sha256 } from '../event/sha256.ts'
import type { Envelope, RawUserData, ServerEvent } from '../event/shape.ts'
import { applyRules, compileRules } from './engine.ts'
import { rulesSchema } from './rule.ts'
import { sentenceOf } from './words.ts'

const NOW_S = 1_800_000_000
const properties = ['value', 'currency', 'order_id', 'content_ids', 'x', 'constructor', 'toString']
const custom = fc.constantFrom(...properties.map((key) => `custom_data.${key}`))
const field = fc.oneof(
  custom,
  fc.constantFrom('event_name', 'event_id', 'event_source_url.host', 'referrer_url.query.a b'),
  fc.constantFrom('custom_data.contents.id', 'custom_data.x.y', 'country', 'finding', 'channel'),
)
const scalar = fc.oneof(
  fc.constantFrom('', 'EUR', 'eur', '1,5', '7', 'a@b.co', '*', '\u0000', '__proto__'),
  fc.double({ noNaN: true, min: -1e13, max: 1e13 }),
  fc.boolean(),
  fc.string({ maxLength: 20 }),
)
const leaf = fc.oneof(
  fc.record({ op: fc.constantFrom('exists', 'missing'), field }),
  fc.record({ op: fc.constantFrom('equals', 'not_equals'), field, value: scalar }),
  fc.record({ op: fc.constantFrom('contains', 'glob'), field, value: fc.string({ minLength: 1 }) }),
  fc.record({ op: fc.constantFrom('above', 'at_most'), field, value: fc.integer() }),
)
const condition = fc.oneof(
  leaf,
  fc.record({ op: fc.constant('not'), of: leaf }),
  fc.record({ op: fc.constantFrom('all', 'any'), of: fc.array(leaf, { minLength: 1 }) }),
)
const money = fc.constantFrom('custom_data.value', 'custom_data.net_revenue')
const action = fc.oneof(
  fc.record({ do: fc.constantFrom('drop', 'keep', 'stop') }),
  fc.record({ do: fc.constantFrom('set', 'default'), field: custom, value: scalar }),
  fc.record({
    do: fc.constant('copy'),
    from: field,
    to: fc.oneof(custom, fc.constantFrom('event_id', 'user_data.external_id')),
    prefix: fc.string({ maxLength: 3 }),
  }),
  fc.record({ do: fc.constant('remove'), field: fc.oneof(custom, fc.constant('user_data.em')) }),
  fc.record({ do: fc.constant('multiply'), field: money, by: fc.integer() }),
  fc.record({ do: fc.constant('margin'), to: money, margin: fc.constantFrom('50%', '-1.5%') }),
  fc.record({ do: fc.constant('strip_query'), remove: fc.constant(['*a*']) }),
  fc.record({ do: fc.constant('scrub'), digits: fc.integer({ min: 6, max: 19 }) }),
)
const rule = fc.record({
  when: condition,
  actions: fc.array(action, { minLength: 1, maxLength: 4 }),
})
const event = fc.record({
  event_name: fc.constantFrom('Purchase', 'Lead'),
  event_source_url: fc.webUrl({ withQueryParameters: true, withFragments: true }),
  custom_data: fc.dictionary(fc.constantFrom(...properties, 'contents'), fc.jsonValue()),
  user_data: fc.constantFrom({ em: 'a@b.co', country: 'de' }, { external_id: 'x', country: '??' }),
})

const envelope: Envelope = {
  dataset_id: '1',
  channel: 'server',
  via: 'graph',
  received_at_ms: NOW_S * 1000,
}
const parse = (given: object) =>
  parseEvent(
    { action_source: 'website', event_time: NOW_S, ...given },
    { mode: 'lenient', nowMs: NOW_S * 1000, index: 0, channel: 'server' },
  )

it('holds for all of them', () => {
  let ran = 0
  fc.assert(
    fc.property(fc.array(rule, { minLength: 1, maxLength: 4 }), event, (given, sent) => {
      const read = rulesSchema.safeParse(given.map((one, n) => ({ id: `r${n}`, ...one })))
      const parsed = parse(sent)
      if (!read.success || !parsed.ok) return
      ran += 1
      const before: ServerEvent<RawUserData> = structuredClone(parsed.event)
      const compiled = compileRules(read.data, 1, sha256)
      if (!compiled) throw new Error('rules are switched on')
      const done = applyRules(compiled, {
        event: parsed.event,
        envelope,
        findings: [],
        mayIdentify: true,
      })
      expect(parsed.event).toEqual(before)
      expect(done.findings.filter(({ code }) => code === 'rule_failed')).toEqual([])
      const again = parse(done.event)
      expect(again.ok && again.event).toEqual(done.event)
      for (const one of read.data) expect(sentenceOf(one)).toMatch(/^When .*\.$/s)
    }),
    { numRuns: 300 },
  )
  expect(ran).toBeGreaterThan(50)
})
