import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { copyOf } from './copies.ts'
import { Counter, type Side } from './count.ts'
import { Kept } from './kept.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const ANN = { external_id: 'Ann' }
const FBP = { fbp: 'fb.1.1596403881668.1116446470' }

interface Given {
  readonly at: number
  readonly side: Side
  readonly id?: string
  readonly user?: object
  readonly value?: number
  readonly name?: string
}

function countAll(copies: readonly Given[]) {
  const counter = new Counter()
  const decisions = copies.map(({ at, side, id, user = {}, value = 1, name = 'Purchase' }) => {
    const event = {
      event_name: name,
      event_id: id,
      user_data: user,
      custom_data: { value, currency: 'eur' },
    }
    return counter.take(copyOf(event, side), at)
  })
  return { counter, decisions, totals: counter.totals() }
}

const browser = (at: number, more: Omit<Given, 'at' | 'side'> = {}): Given => ({
  at,
  side: 'browser',
  ...more,
})
const server = (at: number, more: Omit<Given, 'at' | 'side'> = {}): Given => ({
  at,
  side: 'server',
  ...more,
})

describe('copies of one action', () => {
  it.each<[what: string, copies: Given[], counted: number, by?: string]>([
    ['by id, browser first', [browser(0, { id: 'a' }), server(HOUR, { id: 'a' })], 1, 'event_id'],
    ['by id, server first', [server(0, { id: 'a' }), browser(HOUR, { id: 'a' })], 1, 'event_id'],
    ['by id, one side twice', [server(0, { id: 'a' }), server(1, { id: 'a' })], 1, 'event_id'],
    ['48 h later still', [browser(0, { id: 'a' }), server(48 * HOUR, { id: 'a' })], 1, 'event_id'],
    ['after 48 h no more', [browser(0, { id: 'a' }), server(48 * HOUR + 1, { id: 'a' })], 2],
    ['other names are others', [browser(0, { id: 'a' }), server(1, { id: 'a', name: 'Lead' })], 2],
    ['other ids are others', [browser(0, { id: 'a' }), server(1, { id: 'b' })], 2],
    ['no id, nothing shared', [browser(0), server(1)], 2],
    ['external_id', [browser(0, { user: ANN }), server(1, { user: ANN })], 1, 'external_id'],
    [
      'external_id, hashed by the browser',
      [browser(0, { user: { external_id: hash('sha256', 'ann') } }), server(1, { user: ANN })],
      1,
      'external_id',
    ],
    ['fbp', [browser(0, { user: FBP }), server(1, { user: FBP })], 1, 'fbp'],
    [
      'fbp with a suffix',
      [browser(0, { user: FBP }), server(1, { user: { fbp: `${FBP.fbp}.AQQCAQMC` } })],
      1,
      'fbp',
    ],
    [
      'fbp does not speak against external_id',
      [browser(0, { user: { ...FBP, ...ANN } }), server(1, { user: { ...FBP, external_id: 'B' } })],
      2,
    ],
    ['not server first', [server(0, { user: FBP }), browser(1, { user: FBP })], 2],
    ['not within one side', [browser(0, { user: FBP }), browser(1, { user: FBP })], 2],
    ['not after 48 h', [browser(0, { user: FBP }), server(48 * HOUR + 1, { user: FBP })], 2],
    [
      'only one side has an id',
      [browser(0, { user: FBP }), server(1, { id: 'a', user: FBP })],
      1,
      'fbp',
    ],
    [
      'two ids are two actions',
      [browser(0, { id: 'a', user: FBP }), server(1, { id: 'b', user: FBP })],
      2,
    ],
  ])('%s', (_what, copies, counted, by) => {
    const { totals, decisions } = countAll(copies)
    expect(totals.counted).toBe(counted)
    expect(totals.copies).toBe(copies.length)
    expect(decisions.at(-1)).toMatchObject(by ? { counted: false, by, n: 1 } : { counted: true })
  })

  it('a browser event absorbs one server copy, not two', () => {
    const { totals } = countAll([
      browser(0, { user: FBP }),
      server(1, { user: FBP }),
      server(2, { user: FBP }),
    ])
    expect(totals).toMatchObject({ counted: 2, discarded: { by_fbp: 1 } })
  })

  it('a server copy absorbed by fbp is known by its id from then on', () => {
    const copy = server(1, { id: 'a', user: FBP })
    const { totals } = countAll([browser(0, { user: FBP }), copy, copy])
    expect(totals).toMatchObject({ counted: 1, discarded: { by_fbp: 1, by_event_id: 1 } })
  })
})

describe('which copy is kept', () => {
  it.each<[what: string, copies: Given[], value: string, side: Side]>([
    [
      'the first',
      [browser(0, { id: 'a', value: 10 }), server(1, { id: 'a', value: 20 })],
      '10',
      'browser',
    ],
    [
      "the browser's within five minutes",
      [server(0, { id: 'a', value: 10 }), browser(5 * MINUTE, { id: 'a', value: 20 })],
      '20',
      'browser',
    ],
    [
      'the first after that',
      [server(0, { id: 'a', value: 10 }), browser(5 * MINUTE + 1, { id: 'a', value: 20 })],
      '10',
      'server',
    ],
  ])('%s', (_what, copies, value, side) => {
    const { totals } = countAll(copies)
    expect(totals.by_name.Purchase).toMatchObject({ count: 1, [side]: 1, values: { EUR: value } })
  })
})

it('one person’s waiting events are bounded, and what is forgotten is counted', () => {
  const visits = Array.from({ length: 103 }, (_, n) => browser(n, { name: 'PageView', user: FBP }))
  expect(countAll(visits).totals).toMatchObject({ counted: 103, forgotten: 3 })
})

it('sums are exact', () => {
  const { totals } = countAll([0.1, 0.2, 59.9, -0.000001].map((value) => server(0, { value })))
  expect(totals.by_name.Purchase?.values).toEqual({ EUR: '60.199999' })
})

it('counted events are found by id', () => {
  const { counter } = countAll([
    server(0, { id: 'a' }),
    server(0, { id: 'b' }),
    browser(9, { id: 'b' }),
  ])
  expect(counter.page({ event_id: 'b' }).items).toEqual([
    expect.objectContaining({ n: 2, event_id: 'b', side: 'browser', copies: 1 }),
  ])
})

it('a list forgets its oldest, counts them, and keeps its numbers', () => {
  const kept = new Kept<number>(3000)
  for (let n = 1; n <= 10_000; n++) kept.add(n)
  expect(kept.page({ limit: 2 }, () => true)).toEqual({
    items: [7001, 7002],
    next_after: 7002,
    dropped: 7000,
  })
  expect(kept.page({ after: 9999 }, () => true)).toEqual({ items: [10_000], dropped: 7000 })
  const heavy = new Kept<string>(100, 10)
  for (const text of ['a', 'b', 'c']) heavy.add(text, 4)
  expect(heavy.page({}, () => true)).toEqual({ items: ['b', 'c'], dropped: 1 })
})
