/** What is handed over of a delivery, and under which names it is remembered. */
import { describe, expect, it } from 'vitest'
import type { SourceRecord } from '../../store/inbox.ts'
import type { Fact, OrderFact, SourceEvent } from '../source.ts'
import { aliasesIn, keysOf, namesOf, type Plan, planOf } from './plan.ts'

const SPACE = 'shop '
const SETTINGS = { secrets: [], order_prefix: '', test_event_code: null as string | null }

const event = (event_name: string, event_id: string, user_data = {}): SourceEvent => ({
  event_name,
  event_id,
  event_time: 1000,
  action_source: 'website',
  user_data,
  custom_data: { value: 30, currency: 'EUR' },
})
const order = (refs: readonly string[], more: Partial<OrderFact> = {}): OrderFact => ({
  kind: 'order',
  refs,
  order_id: '1',
  ...more,
})
const paid = (...refs: readonly string[]): OrderFact =>
  order(refs, { purchase: event('Purchase', 'purchase:1', { em: ['jo@example.com'] }) })
const refunded = (amount: string, ...refs: readonly string[]): OrderFact =>
  order(refs, { refunded: { id: 's', amount, currency: 'EUR', at_s: 2000 } })
const lead = (once: string): Fact => ({ kind: 'event', once, event: event('Lead', `lead:${once}`) })

const key = (ref: string): string => `${SPACE} o ${ref}`
const alias = (from: string, to: string): SourceRecord => ({
  key: key(from),
  value: JSON.stringify({ as: key(to) }),
  revision: 1,
})
const mapOf = (records: readonly SourceRecord[]): Map<string, SourceRecord> =>
  new Map(records.map((record) => [record.key, record]))

const words = ({ events }: Plan): string[] =>
  events.map(({ event: { event_name, custom_data } }) => `${event_name} ${custom_data?.value}`)

/** Plans one delivery after the other over what the former ones left. */
function tell(...deliveries: readonly (readonly Fact[])[]) {
  const known = new Map<string, SourceRecord>()
  const plans = deliveries.map((facts) => {
    const plan = planOf(facts, { space: SPACE, receivedS: 5000, settings: SETTINGS, known })
    for (const record of plan.records) {
      known.set(record.key, { ...record, revision: record.revision + 1 })
    }
    return plan
  })
  return { plans, known, told: plans.flatMap(words) }
}

describe('an order under several names', () => {
  it.each<[string, readonly (readonly Fact[])[], readonly string[]]>([
    [
      'is one',
      [[paid('1', 'pi')], [paid('pi')], [refunded('10', 'pi')]],
      ['Purchase 30', 'Refund 10'],
    ],
    [
      'joins what waited under another',
      [[refunded('10', 'pi')], [paid('1', 'pi')]],
      ['Purchase 30', 'Refund 10'],
    ],
    [
      'joins two that were told apart',
      [[paid('1')], [refunded('10', 'pi')], [order(['pi', '1'])], [refunded('10', '1')]],
      ['Purchase 30', 'Refund 10'],
    ],
    [
      'within one delivery',
      [[paid('1'), refunded('10', '1'), refunded('25', '1')]],
      ['Purchase 30', 'Refund 10', 'Refund 15'],
    ],
  ])('%s', (_, deliveries, expected) => {
    expect(tell(...deliveries).told).toEqual(expected)
  })

  it('is found however many names lead to it', () => {
    const { known } = tell([paid('1')])
    const chain = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', '1']
    const links = chain.slice(1).map((to, index) => alias(chain[index] ?? '', to))
    const all = new Map([...known, ...mapOf(links)])
    const plan = planOf([refunded('10', 'a')], {
      space: SPACE,
      receivedS: 5000,
      settings: SETTINGS,
      known: all,
    })
    expect(words(plan)).toEqual(['Refund 10'])
    expect([...namesOf([key('a')], all)]).toEqual(chain.map(key))
    const written = plan.records.map((record) => [record.key, record.revision])
    expect(written).toEqual([
      [key('1'), 1],
      [key('a'), 1],
    ])
  })

  it.each<[string, readonly SourceRecord[], readonly string[]]>([
    ['nothing known', [], ['a']],
    ['a name whose order was forgotten', [alias('a', 'b')], ['a', 'b']],
    ['names that lead in a circle', [alias('a', 'b'), alias('b', 'a')], ['a', 'b']],
  ])('starts anew: %s', (_, records, names) => {
    const known = mapOf(records)
    expect([...namesOf([key('a')], known)]).toEqual(names.map(key))
    const plan = planOf([paid('a')], { space: SPACE, receivedS: 5000, settings: SETTINGS, known })
    expect(words(plan)).toEqual(['Purchase 30'])
    const after = new Map([...known, ...mapOf(plan.records)])
    const again = planOf([paid('a')], {
      space: SPACE,
      receivedS: 5000,
      settings: SETTINGS,
      known: after,
    })
    expect(again).toMatchObject({ events: [], reason: 'already_counted' })
  })

  it('takes the shopper from its Purchase where a later delivery names nobody', () => {
    const { plans } = tell([paid('1')], [refunded('10', '1')])
    expect(plans.map(({ events }) => events[0]?.joinFrom)).toEqual([undefined, '1'])
  })
})

describe('what happens once', () => {
  it('is told once, and remembered by name only', () => {
    const { plans, known } = tell([lead('a'), lead('b')], [lead('a')], [lead('a'), lead('c')])
    expect(plans.map(({ reason }) => reason)).toEqual([undefined, 'told_before', undefined])
    expect(plans.map(words)).toEqual([['Lead 30', 'Lead 30'], [], ['Lead 30']])
    expect([...known.values()].map(({ value }) => value)).toEqual(Array(3).fill('{"told":1}'))
  })

  it('is remembered by shop and prefix, apart from orders', () => {
    expect(keysOf([lead('1'), lead('1'), order(['1', '2'])], 'shop x')).toEqual([
      ...['shop x e 1', 'shop x o 1', 'shop x o 2'],
    ])
  })
})

describe('a test order', () => {
  const facts: readonly Fact[] = [{ ...paid('1'), test: true, consent: 'denied' }]

  it('is not told without a code, and not remembered', () => {
    const { plans, known } = tell(facts)
    expect(plans).toMatchObject([{ events: [], records: [], reason: 'test_order' }])
    expect(known.size).toBe(0)
  })

  it('is told under the code, with the consent it carries', () => {
    const settings = { ...SETTINGS, test_event_code: 'TEST1' }
    const plan = planOf(facts, { space: SPACE, receivedS: 5000, settings, known: new Map() })
    expect(plan.events).toMatchObject([{ test: true, consent: 'denied' }])
  })
})

it('writes nothing that was known already', () => {
  const { plans } = tell([paid('1', 'pi')], [paid('1', 'pi')])
  expect(plans[0]?.records).toHaveLength(2)
  expect(plans[1]).toMatchObject({ events: [], records: [], reason: 'already_counted' })
  expect(aliasesIn(plans[0]?.records ?? [])).toEqual([key('1')])
})

describe('the order book', () => {
  const testMode = { ...SETTINGS, test_event_code: null }
  it.each<[string, readonly (readonly Fact[])[], object]>([
    ['hears of an order before it is paid', [[order(['1'])]], { status: 'pending', at_s: 5000 }],
    [
      'knows what was paid, and who paid it',
      [[order(['1'])], [paid('1')]],
      {
        status: 'paid',
        at_s: 1000,
        amount: '30',
        currency: 'EUR',
        shopper: { em: ['jo@example.com'] },
      },
    ],
    [
      'keeps a sale a sale',
      [[paid('1')], [order(['1'], { cancelled_at_s: 9 })]],
      { status: 'paid' },
    ],
    ['knows what was never paid', [[order(['1'], { cancelled_at_s: 9 })]], { status: 'cancelled' }],
    ['tells tests apart', [[order(['1'], { test: true })]], { status: 'test' }],
    [
      'tells renewals apart',
      [[order(['1'], { purchase: event('Renewal', 'renewal:1') })]],
      { status: 'renewal' },
    ],
  ])('%s', (_, deliveries, expected) => {
    const known = new Map<string, SourceRecord>()
    const context = { space: SPACE, receivedS: 5000, settings: testMode, known }
    const orders = deliveries.map((facts) => {
      const plan = planOf(facts, context)
      for (const record of plan.records) known.set(record.key, record)
      return plan.orders
    })
    expect(orders.at(-1)).toMatchObject([{ order_id: '1', ...expected }])
  })
})
