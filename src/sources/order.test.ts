/** What is told of an order, whatever is said of it, in whatever order and however often. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide, joinOrders, NEW_ORDER, type OrderState } from './order.ts'
import type { AmountAt, OrderFact, SourceEvent } from './source.ts'

const PURCHASE: SourceEvent = {
  event_name: 'Purchase',
  event_time: 1000,
  event_id: 'purchase:17',
  action_source: 'website',
  user_data: { em: ['jo@example.com'] },
  custom_data: { value: 30, currency: 'EUR', order_id: '17' },
}
const fact = (more: Partial<OrderFact>): OrderFact => ({
  kind: 'order',
  refs: ['17'],
  order_id: '17',
  ...more,
})
const euros = (id: string, amount: string, at_s = 2000): AmountAt => ({
  id,
  amount,
  currency: 'EUR',
  at_s,
})
const PAID = fact({ purchase: PURCHASE })

interface Told {
  readonly state: OrderState
  readonly events: readonly SourceEvent[]
  readonly reasons: readonly (string | undefined)[]
}

function tell(...facts: readonly OrderFact[]): Told {
  let state = NEW_ORDER
  const events: SourceEvent[] = []
  const reasons = facts.map((one) => {
    const done = decide(state, one)
    state = done.state
    events.push(...done.events)
    return done.reason
  })
  return { state, events, reasons }
}

const words = ({ events }: Told): string[] =>
  events.map(({ event_name, custom_data }) => `${event_name} ${custom_data?.value ?? ''}`.trim())

describe('an order', () => {
  it.each<[string, readonly OrderFact[], readonly string[]]>([
    ['paid', [PAID], ['Purchase 30']],
    ['paid, told three times', [PAID, PAID, PAID], ['Purchase 30']],
    ['not paid', [fact({})], []],
    ['pending, then paid', [fact({}), PAID], ['Purchase 30']],
    ['paid, then told as pending', [PAID, fact({})], ['Purchase 30']],
    [
      'refunded by a growing sum: 10, then 25 in all',
      [PAID, fact({ refunded: euros('sum', '10') }), fact({ refunded: euros('sum', '25') })],
      ['Purchase 30', 'Refund 10', 'Refund 15'],
    ],
    [
      'refunded, the larger sum first',
      [PAID, fact({ refunded: euros('sum', '25') }), fact({ refunded: euros('sum', '10') })],
      ['Purchase 30', 'Refund 25'],
    ],
    [
      'refunded by the sum and by itself: the same money',
      [PAID, fact({ refunded: euros('sum', '10') }), fact({ refunds: [euros('re_1', '10')] })],
      ['Purchase 30', 'Refund 10'],
    ],
    [
      'refunded twice, each by itself, each told twice',
      [
        PAID,
        fact({ refunds: [euros('1', '0.10')] }),
        fact({ refunds: [euros('1', '0.10'), euros('2', '0.20')] }),
      ],
      ['Purchase 30', 'Refund 0.1', 'Refund 0.2'],
    ],
    [
      'refunded before it was heard of',
      [fact({ refunds: [euros('1', '5')] }), PAID],
      ['Purchase 30', 'Refund 5'],
    ],
    [
      'disputed twice over',
      [
        PAID,
        fact({ chargebacks: [euros('dp', '30')] }),
        fact({ chargebacks: [euros('dp', '30')] }),
      ],
      ['Purchase 30', 'Chargeback 30'],
    ],
    [
      'paid, then cancelled',
      [PAID, fact({ cancelled_at_s: 3000 }), fact({ cancelled_at_s: 3000 })],
      ['Purchase 30', 'OrderCancelled 30'],
    ],
    ['cancelled, never paid', [fact({ cancelled_at_s: 3000 })], []],
    [
      'cancelled first, then paid after all',
      [fact({ cancelled_at_s: 900 }), PAID],
      ['Purchase 30'],
    ],
  ])('%s', (_, facts, told) => {
    expect(words(tell(...facts))).toEqual(told)
  })

  it('gives every event an id of its own that says what it is about', () => {
    const { events } = tell(
      PAID,
      fact({ refunded: euros('sum', '10') }),
      fact({ refunded: euros('sum', '25') }),
      fact({ chargebacks: [euros('dp_1', '30')], cancelled_at_s: 4000 }),
    )
    expect(events.map(({ event_id }) => event_id)).toEqual([
      'purchase:17',
      'refund:17:EUR:10',
      'refund:17:EUR:25',
      'chargeback:17:dp_1',
      'ordercancelled:17',
    ])
  })

  it('says why there is nothing to tell', () => {
    expect(tell(fact({})).reasons).toEqual(['not_paid'])
    expect(tell(PAID, PAID, fact({})).reasons).toEqual([
      undefined,
      'already_counted',
      'nothing_new',
    ])
    expect(tell(fact({ refunds: [euros('1', '5')] })).reasons).toEqual(['order_unknown'])
    expect(tell(fact({ echo: true })).reasons).toEqual(['echo'])
  })

  it('keeps no personal data', () => {
    const { state } = tell(PAID, fact({ refunds: [euros('1', '5')] }))
    expect(JSON.stringify(state)).not.toContain('jo@')
  })

  it('is one order under two names: what was said under either counts', () => {
    const refunded = tell(fact({ refunded: euros('sum', '10') })).state
    const paid = tell(PAID).state
    const { events } = decide(joinOrders(paid, refunded), PAID)
    expect(events.map(({ custom_data }) => custom_data?.value)).toEqual([10])
  })

  it('is one order under two names: a dispute that was told under either is not told again', () => {
    const ids = Array.from({ length: 100 }, (_, index) => `dp_${index}`)
    const chargebacks = ids.map((id) => euros(id, '30'))
    const heard = (told: (index: number) => boolean): OrderState => ({
      ...tell(PAID).state,
      chargebacks: chargebacks.map((one, index) =>
        told(index) ? { ...one, told: true as const } : one,
      ),
    })
    const one = heard((index) => index % 2 === 0)
    const other = heard((index) => index % 2 === 1)
    for (const joined of [joinOrders(one, other), joinOrders(other, one)]) {
      expect(joined.chargebacks).toHaveLength(100)
      expect(decide(joined, fact({})).events).toEqual([])
    }
  })

  it('comes to the same, however its reports are mixed and repeated', () => {
    const reports = [
      PAID,
      PAID,
      fact({}),
      fact({ refunds: [euros('1', '10')] }),
      fact({ refunds: [euros('1', '10'), euros('2', '5.55')] }),
      fact({ refunded: euros('sum', '15.55') }),
      fact({ cancelled_at_s: 3000 }),
      fact({ chargebacks: [euros('dp', '30')] }),
    ]
    fc.assert(
      fc.property(fc.shuffledSubarray([...reports, ...reports], { minLength: 16 }), (mixed) => {
        const { events } = tell(...mixed)
        const sum = (name: string): number =>
          events
            .filter(({ event_name }) => event_name === name)
            .reduce(
              (total, { custom_data }) => total + Math.round(Number(custom_data?.value) * 100),
              0,
            )
        expect(events.filter(({ event_name }) => event_name === 'Purchase')).toHaveLength(1)
        expect([sum('Purchase'), sum('Refund')]).toEqual([3000, 1555])
        expect([sum('OrderCancelled'), sum('Chargeback')]).toEqual([3000, 3000])
        expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(events.length)
      }),
    )
  })
})
