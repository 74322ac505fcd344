/** A day of orders against what was counted: each kind of difference, one at a time. */
import { describe, expect, it } from 'vitest'
import type { Hashed } from '../event/shape.ts'
import type { Order } from '../store/orders.ts'
import { type DayInput, type FoldedRow, foldDay } from './fold.ts'
import type { PurchaseSeen } from './purchase-seen.ts'
import { planSend } from './send-missing.ts'
import { Tally } from './sums.ts'

const DAY_S = Date.parse('2026-11-20T00:00:00Z') / 1000
const NOON_S = DAY_S + 43_200
const JO = 'a'.repeat(64) as Hashed

const order = (order_id: string, more: Partial<Order> = {}): Order => ({
  ...{ dataset_id: '1', origin: 'csv', order_id, at_s: NOON_S, status: 'paid', source: 'file' },
  ...{ amount: '30', currency: 'EUR', user_data: { em: [JO] } },
  ...more,
})

let seqs = 0
const seen = (more: Partial<PurchaseSeen> = {}): PurchaseSeen => {
  seqs += 1
  return {
    ...{ seq: seqs, leg_seqs: [], event_id: `e${seqs}`, order_id: undefined },
    ...{ at_s: NOON_S, received_s: NOON_S + 5, browser: true, server: false, repeats: 0 },
    ids: 1,
    ...{ micros: 30_000_000n, currency: 'EUR', people: [`e${JO}`] },
    ...{ isBot: false, isTest: false, isElsewhere: false, twinSeq: undefined },
    ...more,
  }
}

function fold(more: Partial<DayInput>): FoldedRow[] {
  return foldDay({
    ...{ day: '2026-11-20', zone: 'UTC', orders: [], found: new Map(), refused: new Map() },
    ...{ loose: [], named: new Map(), around: [], destinationsOf: () => [], startS: 0 },
    span: { origin: 'csv', orders: 9, first_s: DAY_S, last_s: DAY_S + 86_400 },
    ...more,
  })
}

const words = (rows: readonly FoldedRow[]): string[] =>
  rows.map(({ kind, reason, detail }) => [kind, reason, detail].filter(Boolean).join(' '))

const foundOf = (id: string, ...list: readonly PurchaseSeen[]) => new Map([[id, list]])

const ELSEWHERE = 'elsewhere sold_elsewhere'

describe('an order', () => {
  it.each<[string, Partial<DayInput>, string]>([
    ['that was counted fits', { found: foundOf('1', seen({ order_id: '1' })) }, 'ok'],
    ['that nobody reported is missing', {}, 'missing never_reported'],
    ['older than the dataset is left out', { startS: NOON_S + 1 }, 'left_out before_start'],
    [
      'whose report was refused is missing, with the code',
      { refused: new Map([['1', { verdict: 'rejected', reason: 'invalid_value' }]]) },
      'missing refused invalid_value',
    ],
    [
      'of a visitor who refused is left out',
      { refused: new Map([['1', { verdict: 'dropped', reason: 'gpc' }]]) },
      'left_out not_consented',
    ],
    [
      'that a rule drops is left out',
      { refused: new Map([['1', { verdict: 'dropped', reason: 'rule:small' }]]) },
      'left_out rule',
    ],
    [
      'counted with other money says which',
      { found: foundOf('1', seen({ order_id: '1', micros: 29_999_999n })) },
      'differs value',
    ],
    [
      'counted in another currency says so',
      { found: foundOf('1', seen({ order_id: '1', currency: 'USD' })) },
      'differs currency',
    ],
    [
      'that a destination refused says so',
      {
        found: foundOf('1', seen({ order_id: '1' })),
        destinationsOf: () => [{ destination_id: 'd', state: 'refused' }],
      },
      'not_accepted destination',
    ],
    ['counted without its id is found by money and time', { loose: [seen()] }, 'ok unnamed'],
  ])('%s', (_, input, expected) => {
    expect(words(fold({ orders: [order('1')], ...input }))).toEqual([expected])
  })

  it.each(['pending', 'cancelled', 'test', 'renewal'] as const)('%s is no sale', (status) => {
    const orders = [order('1', { status })]
    expect(words(fold({ orders }))).toEqual(['not_sold'])
    const loose = [seen({ order_id: '1' })]
    const named = new Map([['1', order('1', { status })]])
    expect(words(fold({ orders, loose, named }))).toEqual(['not_sold', `extra order_${status}`])
  })
})

it('pairs thousands of sales without an order id in a moment, each once, the nearest first', () => {
  const n = 3000
  const orders = Array.from({ length: n }, (_, at) =>
    order(`o${at}`, { amount: String(10 + at), at_s: NOON_S + (at % 60) }),
  )
  const loose = orders.flatMap(({ amount, at_s }) => {
    const micros = BigInt(amount ?? 0) * 1_000_000n
    return [300, 4].map((laterS) => seen({ micros, at_s: at_s + laterS, people: [] }))
  })
  const rows = fold({ orders, loose })
  const paired = rows.filter(({ reason }) => reason === 'unnamed')
  expect(paired).toHaveLength(n)
  expect(paired.every(({ seen, order }) => seen?.at_s === (order?.at_s ?? 0) + 4)).toBe(true)
  expect(new Set(rows.flatMap(({ seen }) => seen?.seq ?? [])).size).toBe(2 * n)
})

describe('what repeats an order', () => {
  const first = seen({ order_id: '1' })
  it.each<[string, Partial<PurchaseSeen>, string]>([
    ['minutes later, is the page seen again', { at_s: NOON_S + 900 }, 'extra revisited 1'],
    ['within seconds, is a second tag', { at_s: NOON_S + 2 }, 'extra duplicated_tag 1'],
    ['from the other side, is a second id', { browser: false, server: true }, 'extra two_ids 1'],
    [
      'as ingest suspects, is the same',
      { people: [], twinSeq: first.seq },
      'extra duplicated_tag 1',
    ],
    ['of a robot is a robot’s', { isBot: true }, 'extra bot'],
    ['with other money is another', { micros: 5_000_000n }, 'extra no_order'],
    [
      'from the same address by another visitor is another',
      { people: ['aip agent', 'fother'], micros: 30_000_000n },
      'extra no_order',
    ],
    ['of a test is a test', { people: [], isTest: true }, 'extra test_event'],
    ['of an unknown order is that', { people: [], order_id: '77' }, 'extra order_unknown'],
    ['after the book ends is outside', { people: [], at_s: DAY_S + 90_000 }, 'extra outside_book'],
  ])('%s', (_, more, expected) => {
    const shopper = { ...first, people: [`e${JO}`, 'aip agent', 'fjo'] }
    const rows = fold({
      orders: [order('1')],
      found: new Map([['1', [shopper]]]),
      loose: [seen(more)],
    })
    expect(words(rows)).toEqual(['ok', expected])
  })

  it('under the very same order, counted twice, is named by it', () => {
    const twice = [seen({ order_id: '1' }), seen({ order_id: '1', at_s: NOON_S + 900 })]
    const rows = fold({ orders: [order('1')], found: new Map([['1', twice]]) })
    expect(words(rows)).toEqual(['ok', 'extra revisited 1'])
  })
})

describe('a sale in a store or by phone', () => {
  const sale = (more: Partial<PurchaseSeen> = {}): PurchaseSeen =>
    seen({ browser: false, server: true, isElsewhere: true, people: [], ...more })
  it.each<[string, Partial<PurchaseSeen>, string[]]>([
    ['has a class of its own', { order_id: 'R-1' }, ['missing never_reported', ELSEWHERE]],
    ['without a number too', { micros: 5_000_000n }, ['missing never_reported', ELSEWHERE]],
    ['at the same moment for the same sum too', {}, ['missing never_reported', ELSEWHERE]],
    ['is the order, where the shopper is the same', { people: [`e${JO}`] }, ['ok unnamed']],
    ['of a robot is a robot’s', { isBot: true }, ['missing never_reported', 'extra bot']],
  ])('%s', (_, more, expected) => {
    expect(words(fold({ orders: [order('1')], loose: [sale(more)] }))).toEqual(expected)
  })

  it('of somebody who bought the same online that day is no thank-you page seen again', () => {
    const found = foundOf('1', seen({ order_id: '1', server: true }))
    const later = sale({ people: [`e${JO}`], at_s: NOON_S + 7200 })
    expect(words(fold({ orders: [order('1')], found, loose: [later] }))).toEqual(['ok', ELSEWHERE])
    const told = sale({ people: [`e${JO}`], at_s: NOON_S + 60 })
    const rows = fold({ orders: [order('1')], found, loose: [told] })
    expect(words(rows)).toEqual(['ok', 'extra two_ids 1'])
  })

  it('is in no sum but its own', () => {
    const tally = new Tally()
    for (const row of fold({ orders: [order('1')], loose: [sale({ order_id: 'R-1' })] })) {
      tally.add(row)
    }
    expect(tally.sums()).toMatchObject({
      ...{ orders: 1, counted: 0, extra: 0, elsewhere: 1, discrepancy: { missing: 1, of: 1 } },
      money: [{ counted: '0' }],
    })
  })
})

it('adds up: no purchase and no order twice, money exact', () => {
  const rows = fold({
    orders: [order('1', { amount: '0.1' }), order('2', { amount: '0.2' }), order('3')],
    found: new Map([
      ['1', [seen({ order_id: '1', micros: 100_000n, server: true, repeats: 2, ids: 3 })]],
      ['2', [seen({ order_id: '2', micros: 200_000n, received_s: NOON_S + 86_400 })]],
    ]),
    loose: [seen({ isBot: true })],
  })
  const tally = new Tally()
  for (const row of rows) tally.add(row)
  const twice = new Tally()
  twice.addAll(tally)
  twice.addAll(tally)
  expect(tally.sums()).toMatchObject({
    ...{ orders: 3, counted: 3, browser: 2, server: 1, both: 1, missing: 1, extra: 1 },
    ...{ other_day: 1, repeats: 2, discrepancy: { missing: 1, extra: 1, of: 4, share: 0.5 } },
    money: [{ currency: 'EUR', orders: '30.3', counted: '30.3', difference: '0' }],
    browser_alone: { missing: 1, extra: 1 },
    server_alone: { missing: 2, extra: 0 },
    ids_alone: { missing: 1, extra: 3, of: 6 },
  })
  expect(twice.sums()).toMatchObject({ orders: 6, extra: 2, money: [{ orders: '60.6' }] })
})

it('older than the dataset is sent only where a person says so', () => {
  const rows = fold({ orders: [order('1')], startS: NOON_S + 1 })
  const unsent = [false, true].map((older) =>
    planSend(rows, { nowMs: NOON_S * 1000 + 4e6, older, extras: rows }),
  )
  expect(unsent).toMatchObject([[{ unsent: 'before_start' }], [{ unsent: null }]])
})

describe('a missing order', () => {
  const hours = (n: number): number => (NOON_S + n * 3600) * 1000
  it.each<[string, Partial<Order>, Partial<DayInput>, number, string | null]>([
    ['is sent', {}, {}, hours(3), null],
    ['is left to its report for an hour', {}, {}, hours(0.5), 'too_new'],
    ['is not sent after seven days', {}, {}, hours(7 * 24 + 1), 'too_old'],
    ['of a till is sent for longer', { action_source: 'physical_store' }, {}, hours(240), null],
    ['without money stays', { amount: undefined } as never, {}, hours(3), 'no_money'],
    ['of nobody known stays', { user_data: undefined } as never, {}, hours(3), 'no_person'],
    [
      'that was refused stays',
      {},
      { refused: new Map([['1', { verdict: 'rejected', reason: 'invalid_value' }]]) },
      hours(3),
      'refused',
    ],
    [
      'that may be counted elsewhere is sent while a twin is recognised',
      {},
      { loose: [seen({ at_s: NOON_S + 7200, people: [] })] },
      hours(47),
      null,
    ],
    [
      'that may be counted elsewhere is not sent later',
      {},
      { loose: [seen({ at_s: NOON_S + 7200, people: [] })] },
      hours(49),
      'unsure',
    ],
    [
      'is not sent later, whatever its cents',
      { amount: '2.01' },
      { loose: [seen({ at_s: NOON_S + 7200, people: [], micros: 2_010_000n })] },
      hours(49),
      'unsure',
    ],
    [
      'is not sent later where the count knows no currency',
      {},
      { loose: [seen({ at_s: NOON_S + 7200, people: [], currency: undefined })] },
      hours(49),
      'unsure',
    ],
    [
      'is not sent later where it may be a test that counted',
      {},
      { loose: [seen({ people: [], isTest: true })] },
      hours(49),
      'unsure',
    ],
    [
      'that other money was counted beside is sent',
      {},
      { loose: [seen({ at_s: NOON_S + 7200, people: [], micros: 29_990_000n })] },
      hours(49),
      null,
    ],
  ])('%s', (_, more, input, nowMs, unsent) => {
    const rows = fold({ orders: [order('1', more)], ...input })
    expect(planSend(rows, { nowMs, older: false, extras: rows })).toMatchObject([{ unsent }])
  })
})

describe('a shopper who is on every purchase of a large shop', () => {
  const all = (n: number): PurchaseSeen[] =>
    Array.from({ length: n }, (_, at) =>
      seen({ at_s: NOON_S + at, received_s: NOON_S + at, people: ['xguest'] }),
    )

  it('is held against those nearby, and the order that was sold is still found', () => {
    const sold = seen({ order_id: '7', at_s: NOON_S - 3600, people: ['xguest'] })
    const loose = all(2000)
    const named = new Map([['7', order('7')]])
    let compared = 0
    // Whoever looks at a purchase asks for its money.
    const counting = loose.map((one) =>
      Object.defineProperty({ ...one }, 'micros', {
        get: () => {
          compared += 1
          return one.micros
        },
      }),
    )
    const rows = fold({ loose: counting, around: [sold, ...counting], named })
    expect(rows).toHaveLength(2000)
    expect(new Set(words(rows))).toEqual(new Set(['extra revisited 7']))
    expect(compared).toBeLessThan(2000 * 400)
  })

  it('leaves each order the sale near it, where one price is on every purchase', () => {
    const orders = all(50).map(({ at_s }, at) => order(`${at}`, { at_s, user_data: {} }))
    const loose = orders.map(({ at_s }) => seen({ at_s: at_s + 60, people: [] }))
    const late = seen({ at_s: NOON_S + 50 + 31 * 60, people: [] })
    const rows = fold({ orders, loose: [...loose, late] })
    expect(words(rows).filter((one) => one === 'ok unnamed')).toHaveLength(50)
    expect(words(rows)).toContain('extra no_order')
  })
})
