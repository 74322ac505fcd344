/**
 * The store port as an executable contract: every driver calls describeStore in its own test file.
 * What a driver cannot do it must say in its capabilities, with a reason; nothing is skipped.
 */
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { idKey } from '../event/dedup-key.ts'
import type { Channel, Hashed, Leg, UserData, Verdict } from '../event/shape.ts'
import { DEDUP_WINDOW_MS, EVENT_NAMES_PER_DATASET_MAX, ORDER_WINDOW_MS } from '../limits.ts'
import type {
  CommitBatch,
  CounterDelta,
  EventQuery,
  KeyRead,
  KeyWrite,
  Loaded,
  MoneyDelta,
  Store,
} from './store.ts'
import { eventKey, keyOf, OTHER_EVENT_NAME } from './store.ts'

export interface OpenStore {
  readonly store: Store
  /** Closes nothing: opens the same data a second time, as another process would. */
  readonly again?: () => Promise<Store>
}

/** `open` makes a fresh store on the given clock; it is closed by the suite. */
export function describeStore(
  name: string,
  open: (nowMs: () => number) => Promise<OpenStore>,
): void {
  describe(`${name} keeps the store's contract`, () => {
    const clock = { nowMs: START_MS }
    const opened: Store[] = []
    const fresh = async (): Promise<OpenStore> => {
      clock.nowMs = START_MS
      const result = await open(() => clock.nowMs)
      opened.push(result.store)
      return result
    }
    const suite: Suite = { clock, fresh, store: async () => (await fresh()).store }
    beforeEach(() => {
      opened.length = 0
    })
    afterEach(async () => {
      for (const store of opened) await store.close()
    })
    describe('commit', () => describeCommit(suite))
    describe('keys', () => describeKeys(suite))
    describe('events', () => describeEvents(suite))
    describe('counters', () => describeCounters(suite))
    describe('erase and settings', () => describeErase(suite))
    describe('random histories', () => describeHistories(suite))
    describe('capabilities', () => describeCapabilities(suite))
  })
}

interface Suite {
  readonly clock: { nowMs: number }
  readonly fresh: () => Promise<OpenStore>
  readonly store: () => Promise<Store>
}

const HOUR_S = 3600
/** A whole hour, so that tests can reckon in hours from it. */
const START_S = 1_760_000_400 - (1_760_000_400 % HOUR_S)
const START_MS = START_S * 1000
const SHOP = '1001'

interface LegOptions {
  readonly dataset?: string
  readonly name?: string
  readonly id?: string
  readonly order?: string
  readonly user?: Record<string, readonly string[] | string>
  readonly channel?: Channel
  readonly verdict?: Verdict
  readonly of?: number
  readonly atS?: number
}

function leg(seq: number, options: LegOptions = {}): Leg {
  const atS = options.atS ?? START_S
  return {
    seq,
    event: {
      event_name: options.name ?? 'PageView',
      event_time: atS,
      event_id: options.id ?? `e-${seq}`,
      action_source: 'website',
      user_data: (options.user ?? {}) as UserData,
      ...(options.order === undefined ? {} : { custom_data: { order_id: options.order } }),
    },
    envelope: {
      dataset_id: options.dataset ?? SHOP,
      channel: options.channel ?? 'browser',
      via: 'pixel',
      received_at_ms: atS * 1000,
    },
    verdict: options.verdict ?? (options.of === undefined ? 'accepted' : 'duplicate'),
    ...(options.of === undefined ? {} : { of_seq: options.of, matched_by: 'event_id' }),
  }
}

/** The key ingest writes for a leg's event_id. */
function idWrite(from: Leg): KeyWrite {
  const key = idKey(from.event) ?? ''
  const { dataset_id, received_at_ms } = from.envelope
  return { dataset_id, family: 'window', key, seqs: [from.seq], at_ms: received_at_ms }
}

const windowKey = (key: string, seqs: number[], atMs = START_MS): KeyWrite => ({
  dataset_id: SHOP,
  family: 'window',
  key,
  seqs,
  at_ms: atMs,
})

const seqsOf = (key: string, family: KeyRead['family'] = 'window'): KeyRead => ({
  dataset_id: SHOP,
  family,
  key,
  want: 'seqs',
})

/** One round as ingest does it; the suite has no rival, so a conflict is a fault. */
async function put(store: Store, batch: Partial<CommitBatch>): Promise<void> {
  const { revision } = await store.load([], [])
  const empty: CommitBatch = { revision, legs: [], keys: [], counters: [], money: [] }
  expect(await store.commit({ ...empty, ...batch })).toEqual({ conflict: false })
}

async function putLegs(store: Store, legs: readonly Leg[]): Promise<void> {
  await put(store, { legs, keys: legs.filter(({ of_seq }) => !of_seq).map(idWrite) })
}

async function scanned(store: Store, dataset = SHOP, fromSeq = 1): Promise<Leg[]> {
  const legs: Leg[] = []
  for await (const chunk of store.scan(dataset, fromSeq)) legs.push(...chunk)
  return legs
}

/** All events a query finds, over as many pages as it takes. */
async function paged(store: Store, query: Omit<EventQuery, 'dataset_id'>): Promise<number[][]> {
  const found: number[][] = []
  let before: number | undefined
  for (let pages = 0; pages < 10_000; pages++) {
    const cursor = before === undefined ? {} : { before_seq: before }
    const page = await store.events({ dataset_id: SHOP, ...query, ...cursor })
    expect(page.events.length).toBeLessThanOrEqual(query.limit)
    found.push(...page.events.map(({ legs }) => legs.map(({ seq }) => seq)))
    if (page.next_before_seq === undefined) return found
    expect(page.next_before_seq).toBeLessThan(before ?? Number.POSITIVE_INFINITY)
    before = page.next_before_seq
  }
  throw new Error('the cursor never ended')
}

async function tidied(store: Store, nowMs: number): Promise<void> {
  for (let calls = 0; await store.tidyUp(nowMs); calls++) expect(calls).toBeLessThan(10_000)
}

function describeCommit({ store: make, fresh }: Suite): void {
  it('gives back every leg exactly as it was committed, in order', async () => {
    const store = await make()
    const user = { em: ['a'.repeat(64) as Hashed], fbp: 'fb.1.2.3' }
    const rich: Leg = {
      ...leg(2, { user, order: 'o-1', name: 'Purchase ☕ "x"\n', channel: 'server' }),
      reason: 'bot',
      findings: [{ code: 'late', key: 'em', detail: 'line\nbreak \u2028', seq: 1 }],
    }
    const legs = [leg(1), rich, leg(3, { of: 1 })]
    await putLegs(store, legs)
    expect(await scanned(store)).toEqual(legs)
    expect(await scanned(store, SHOP, 3)).toEqual(legs.slice(2))
    expect(await scanned(store, 'nobody')).toEqual([])
  })

  it('numbers each dataset on its own', async () => {
    const store = await make()
    await putLegs(store, [leg(1), leg(2), leg(1, { dataset: 'B' })])
    const { nextSeq } = await store.load([{ ...seqsOf('x'), dataset_id: 'B' }], [SHOP, 'new'])
    expect(nextSeq).toEqual(
      new Map([
        [SHOP, 3],
        ['B', 2],
        ['new', 1],
      ]),
    )
    expect((await scanned(store, 'B')).map(({ seq }) => seq)).toEqual([1])
  })

  it('answers a stale revision with a conflict and keeps nothing of that batch', async () => {
    const store = await make()
    const { revision } = await store.load([], [SHOP])
    const batch = (id: string): CommitBatch => ({
      revision,
      legs: [leg(1, { id })],
      keys: [windowKey(id, [1])],
      counters: [counter({ metric: id })],
      money: [euros({ units: 5 })],
    })
    expect(await store.commit(batch('first'))).toEqual({ conflict: false })
    expect(await store.commit(batch('late'))).toEqual({ conflict: true })
    expect((await scanned(store)).map(({ event }) => event.event_id)).toEqual(['first'])
    expect((await store.load([seqsOf('late')], [])).seqs.size).toBe(0)
    const { counters, money } = await store.counters(EVER)
    expect(counters.map(({ metric }) => metric)).toEqual(['first'])
    expect(money.map(({ units }) => units)).toEqual([5n])
  })

  it('refuses legs that leave a gap or repeat a seq, and keeps nothing of that batch', async () => {
    const store = await make()
    await putLegs(store, [leg(1)])
    for (const legs of [[leg(1)], [leg(3)], [leg(2), leg(2)], [leg(2), leg(4)]]) {
      await expect(put(store, { legs, counters: [counter()] })).rejects.toThrow(/seq/)
    }
    expect(await scanned(store)).toEqual([leg(1)])
    expect((await store.counters(EVER)).counters).toEqual([])
    await putLegs(store, [leg(2)])
    expect((await store.stats()).legs).toBe(2)
  })

  it('lets only one of two who open the same data accept', async () => {
    const { store, again } = await fresh()
    expect(again !== undefined).toBe(store.capabilities.shared)
    const other = (await again?.()) ?? store
    const mine = await store.load([seqsOf('k')], [SHOP])
    const theirs = await other.load([seqsOf('k')], [SHOP])
    const batch = (loaded: Loaded): CommitBatch => ({
      revision: loaded.revision,
      legs: [leg(loaded.nextSeq.get(SHOP) ?? 0)],
      keys: [windowKey('k', [loaded.nextSeq.get(SHOP) ?? 0])],
      counters: [counter()],
      money: [],
    })
    expect(await store.commit(batch(mine))).toEqual({ conflict: false })
    expect(await other.commit(batch(theirs))).toEqual({ conflict: true })
    const now = await other.load([seqsOf('k')], [SHOP])
    expect(now.seqs.get(keyOf(seqsOf('k')))).toEqual([1])
    expect(now.nextSeq.get(SHOP)).toBe(2)
    expect(await other.commit(batch(now))).toEqual({ conflict: false })
    const seen = await store.load([seqsOf('k')], [SHOP])
    expect(seen.seqs.get(keyOf(seqsOf('k')))).toEqual([2])
    expect((await store.counters(EVER)).counters).toMatchObject([{ n: 2 }])
    if (other !== store) await other.close()
  })
}

function describeKeys({ clock, store: make }: Suite): void {
  it('finds what stands under a key, per family and dataset', async () => {
    const store = await make()
    await put(store, {
      keys: [
        windowKey('a', [1]),
        { ...windowKey('a', [2, 3]), family: 'order' },
        { ...windowKey('a', [4]), dataset_id: 'B' },
      ],
    })
    const reads: KeyRead[] = [
      seqsOf('a'),
      seqsOf('a', 'order'),
      { ...seqsOf('a'), dataset_id: 'B' },
      seqsOf('b'),
    ]
    const { seqs } = await store.load(reads, [])
    expect(reads.map((read) => seqs.get(keyOf(read)))).toEqual([[1], [2, 3], [4], undefined])
  })

  it('lets a later write replace an earlier one, and an empty one clear it', async () => {
    const store = await make()
    const found = async () => (await store.load([seqsOf('a')], [])).seqs.get(keyOf(seqsOf('a')))
    await put(store, { keys: [windowKey('a', [1])] })
    await put(store, { keys: [windowKey('a', [1]), windowKey('a', [7, 9])] })
    expect(await found()).toEqual([7, 9])
    await put(store, { keys: [windowKey('a', [])] })
    expect((await found()) ?? []).toEqual([])
    await put(store, { keys: [windowKey('a', [3])] })
    await tidied(store, clock.nowMs)
    expect(await found()).toEqual([3])
  })

  it.each([
    ['window', DEDUP_WINDOW_MS],
    ['order', ORDER_WINDOW_MS],
  ] as const)('finds a %s key for exactly its time', async (family, windowMs) => {
    const store = await make()
    const read = seqsOf('a', family)
    const found = async () => (await store.load([read], [])).seqs.has(keyOf(read))
    await put(store, { keys: [{ ...windowKey('a', [1]), family }] })
    clock.nowMs = START_MS + windowMs
    await tidied(store, clock.nowMs)
    expect(await found()).toBe(true)
    clock.nowMs += 1
    expect(await found()).toBe(false)
    await tidied(store, clock.nowMs)
    expect(await found()).toBe(false)
    await put(store, { keys: [{ ...windowKey('a', [2], clock.nowMs), family }] })
    expect(await found()).toBe(true)
  })

  it('loads the events under a key with every leg merged into them', async () => {
    const store = await make()
    await putLegs(store, [leg(1), leg(2)])
    await putLegs(store, [leg(3, { of: 1 }), leg(4)])
    await putLegs(store, [leg(5, { of: 1 })])
    await put(store, { keys: [windowKey('pair', [1, 2])] })
    const { events } = await store.load([{ ...seqsOf('pair'), want: 'events' }], [])
    expect(events.get(eventKey(SHOP, 1))).toEqual({
      legs: [leg(1), leg(3, { of: 1 }), leg(5, { of: 1 })],
    })
    expect(events.get(eventKey(SHOP, 2))).toEqual({ legs: [leg(2)] })
    expect((await store.load([seqsOf('pair')], [])).events.size).toBe(0)
  })
}

function describeEvents({ clock, store: make }: Suite): void {
  it('pages through the merged events newest first, without gaps or repeats', async () => {
    const store = await make()
    for (let first = 1; first <= 241; first += 60) {
      const legs = Array.from({ length: 60 }, (_, i) =>
        i % 3 === 2 ? leg(first + i, { of: first + i - 1 }) : leg(first + i),
      )
      await putLegs(store, legs)
    }
    const expected = (await scanned(store))
      .filter(({ verdict }) => verdict === 'accepted')
      .map(({ seq }) => (seq % 3 === 2 ? [seq, seq + 1] : [seq]))
      .reverse()
    for (const limit of [1, 7, 200, 1000]) expect(await paged(store, { limit })).toEqual(expected)
    await tidied(store, clock.nowMs)
    expect(await paged(store, { limit: 7 })).toEqual(expected)
    expect(await paged(store, { limit: 100, before_seq: 4 })).toEqual([[2, 3], [1]])
  })

  const history = (): Leg[] => [
    leg(1, { id: 'a', atS: START_S }),
    leg(2, { id: 'buy', name: 'Purchase', order: 'o-1', atS: START_S + 10 }),
    leg(3, { id: 'buy', name: 'Purchase', order: 'o-1', of: 2, atS: START_S + 20 }),
    leg(4, { id: 'bot', verdict: 'dropped', atS: START_S + 30 }),
    leg(5, { id: 'other-id', name: 'Purchase', order: 'o-1', of: 2, atS: START_S + 40 }),
    leg(6, { id: 'b', name: 'Lead', atS: START_S + HOUR_S }),
    leg(7, { id: 'o-1', name: 'Purchase', order: 'o-7', atS: START_S + 3 * HOUR_S }),
    leg(8, { id: 'a', name: 'ViewContent', atS: START_S + 3 * HOUR_S + 1 }),
    leg(9, { id: 'bad', name: 'Purchase', verdict: 'rejected', atS: START_S + 4 * HOUR_S }),
  ]

  it.each<[string, Omit<EventQuery, 'dataset_id' | 'limit'>, number[][]]>([
    ['all', {}, [[8], [7], [6], [2, 3, 5], [1]]],
    ['by name', { event_name: 'Purchase' }, [[7], [2, 3, 5]]],
    ['by a browsing name', { event_name: 'PageView' }, [[1]]],
    ['by an unknown name', { event_name: 'Nothing' }, []],
    ['by event_id', { event_id: 'buy' }, [[2, 3, 5]]],
    ['by a later leg’s event_id', { event_id: 'other-id' }, [[2, 3, 5]]],
    ['by an event_id of two names', { event_id: 'a' }, [[8], [1]]],
    ['by event_id and name', { event_id: 'a', event_name: 'PageView' }, [[1]]],
    ['by an unknown event_id', { event_id: 'none' }, []],
    ['by order', { order_id: 'o-1' }, [[2, 3, 5]]],
    ['by order and name', { order_id: 'o-1', event_name: 'Lead' }, []],
    ['by time', { from_s: START_S + 10, to_s: START_S + 3 * HOUR_S }, [[6], [2, 3, 5]]],
    ['by name and time', { event_name: 'Purchase', from_s: START_S + 11 }, [[7]]],
    ['by event_id and time', { event_id: 'a', to_s: START_S + 60 }, [[1]]],
    ['rejected', { verdicts: ['rejected'] }, [[9]]],
    ['duplicates on their own', { verdicts: ['duplicate'] }, [[5], [3]]],
    [
      'everything received',
      { verdicts: ['accepted', 'dropped', 'rejected'] },
      [[9], [8], [7], [6], [4], [2, 3, 5], [1]],
    ],
    ['rejected by name', { verdicts: ['rejected'], event_name: 'Purchase' }, [[9]]],
    ['dropped by event_id', { verdicts: ['dropped'], event_id: 'bot' }, [[4]]],
  ])('finds %s', async (_, query, expected) => {
    const store = await make()
    for (const one of history()) await putLegs(store, [one])
    expect(await paged(store, { ...query, limit: 2 })).toEqual(expected)
    clock.nowMs = START_MS + 40 * ORDER_WINDOW_MS
    await tidied(store, clock.nowMs)
    expect(await paged(store, { ...query, limit: 100 })).toEqual(expected)
  })
}

const EVER = { dataset_id: SHOP, from_s: 0, to_s: START_S + 1000 * HOUR_S, by: 'total' } as const

function counter(delta: Partial<CounterDelta> = {}): CounterDelta {
  const base = { dataset_id: SHOP, hour_s: START_S, event_name: 'PageView' } as const
  return { ...base, channel: 'browser', metric: 'received', n: 1, ...delta }
}

function euros(delta: Partial<MoneyDelta> = {}): MoneyDelta {
  const base = { dataset_id: SHOP, hour_s: START_S, event_name: 'Purchase' } as const
  return { ...base, currency: 'EUR', units: 0, micros: 0, n: 1, ...delta }
}

function describeCounters({ store: make }: Suite): void {
  it('adds up per hour, name, channel and metric, and over hours', async () => {
    const store = await make()
    const next = START_S + HOUR_S
    await put(store, {
      counters: [counter({ n: 2 }), counter({ n: 3 }), counter({ channel: 'server' })],
    })
    await put(store, {
      counters: [counter({ hour_s: next, n: 5 }), counter({ metric: 'pair:browser', n: -1 })],
    })
    const row = (hour_s: number, metric: string, n: number, channel: Channel = 'browser') => ({
      hour_s,
      event_name: 'PageView',
      channel,
      metric,
      n,
    })
    const read = async (query: object) => (await store.counters({ ...EVER, ...query })).counters
    expect(byText(await read({ by: 'hour' }))).toEqual(
      byText([
        row(START_S, 'received', 5),
        row(START_S, 'received', 1, 'server'),
        row(START_S, 'pair:browser', -1),
        row(next, 'received', 5),
      ]),
    )
    expect(byText(await read({}))).toEqual(
      byText([row(0, 'received', 10), row(0, 'received', 1, 'server'), row(0, 'pair:browser', -1)]),
    )
    expect(await read({ from_s: next, to_s: next + 1 })).toEqual([row(0, 'received', 5)])
    expect(await read({ from_s: next - 1, to_s: next })).toHaveLength(3)
    expect(await read({ from_s: next + HOUR_S })).toEqual([])
    expect(await read({ dataset_id: 'nobody' })).toEqual([])
  })

  it('reads whole days, months and odd hours alike', async () => {
    const store = await make()
    const hours = Array.from({ length: 100 }, (_, i) => START_S + i * 7 * HOUR_S)
    for (const hour_s of hours) {
      await put(store, { counters: [counter({ hour_s })], money: [euros({ hour_s, units: 2 })] })
    }
    for (const [from, to] of [
      [0, 100],
      [3, 90],
      [10, 11],
      [50, 50],
    ] as const) {
      const range = { from_s: START_S + from * 7 * HOUR_S, to_s: START_S + to * 7 * HOUR_S }
      const { counters, money } = await store.counters({ ...EVER, ...range })
      expect(counters.reduce((sum, { n }) => sum + n, 0)).toBe(to - from)
      expect(money.reduce((sum, { units }) => sum + units, 0n)).toBe(BigInt(2 * (to - from)))
    }
  })

  it('sums money exactly, far beyond what a double holds', async () => {
    const store = await make()
    const large = 999_999_999_999_999
    const deltas = Array.from({ length: 20_000 }, () => euros({ units: large, micros: 999_999 }))
    await put(store, { money: deltas })
    await put(store, { money: [euros({ units: -large, micros: 1, n: -1 })] })
    const { money } = await store.counters(EVER)
    expect(money).toEqual([
      {
        hour_s: 0,
        event_name: 'Purchase',
        currency: 'EUR',
        units: BigInt(large) * 19_999n,
        micros: 999_999n * 20_000n + 1n,
        n: 19_999,
      },
    ])
  })

  it('gives counters of their own to a bounded number of names, and loses none', async () => {
    const store = await make()
    const names = Array.from({ length: EVENT_NAMES_PER_DATASET_MAX + 5 }, (_, i) => `Name${i}`)
    await put(store, { counters: names.map((event_name) => counter({ event_name })) })
    await put(store, { counters: names.map((event_name) => counter({ event_name })) })
    const { counters } = await store.counters(EVER)
    expect(counters).toHaveLength(EVENT_NAMES_PER_DATASET_MAX + 1)
    expect(counters.find(({ event_name }) => event_name === 'Name0')?.n).toBe(2)
    expect(counters.find(({ event_name }) => event_name === OTHER_EVENT_NAME)?.n).toBe(10)
    const extra = names.length - 1
    await put(store, { legs: [leg(1, { name: `Name${extra}` }), leg(2, { name: 'Name1' })] })
    expect(await paged(store, { event_name: `Name${extra}`, limit: 5 })).toEqual([[1]])
    expect(await paged(store, { event_name: 'Name1', limit: 5 })).toEqual([[2]])
  })
}

/** Rows come in no particular order. */
const byText = (rows: readonly object[]): string[] =>
  rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort()

function describeErase({ store: make }: Suite): void {
  it('removes a dataset with everything and leaves the others alone', async () => {
    const store = await make()
    const other = { dataset: 'B' }
    await put(store, {
      legs: [leg(1), leg(2, { name: 'Lead', id: 'l' }), leg(3, { of: 1 }), leg(1, other)],
      keys: [windowKey('a', [1]), { ...windowKey('a', [1]), dataset_id: 'B' }],
      counters: [counter(), counter({ dataset_id: 'B' })],
      money: [euros(), euros({ dataset_id: 'B' })],
    })
    const before = await store.load([], [])
    expect(await store.erase(SHOP)).toBe(3)
    expect(
      (await store.commit({ ...before, legs: [], keys: [], counters: [], money: [] })).conflict,
    ).toBe(true)
    expect(await store.erase(SHOP)).toBe(0)
    expect(await scanned(store)).toEqual([])
    expect(await paged(store, { limit: 10, event_id: 'l' })).toEqual([])
    expect(await store.counters(EVER)).toEqual({ counters: [], money: [] })
    const loaded = await store.load([seqsOf('a')], [])
    expect([loaded.nextSeq.get(SHOP), loaded.seqs.size]).toEqual([1, 0])
    expect(await scanned(store, 'B')).toEqual([leg(1, other)])
    expect((await store.counters({ ...EVER, dataset_id: 'B' })).money).toHaveLength(1)
    await putLegs(store, [leg(1, { id: 'new' })])
    expect((await scanned(store)).map(({ event }) => event.event_id)).toEqual(['new'])
  })

  it('empties the user_data of every leg of a person’s events, and of no others', async () => {
    const store = await make()
    const ann = 'a'.repeat(64)
    const bob = 'b'.repeat(64)
    await putLegs(store, [leg(1, { user: { em: [bob, ann], fbp: 'fb.1.1.1' } }), leg(2)])
    await putLegs(store, [
      leg(3, { user: { fbc: 'fb.1.1.click' }, of: 1 }),
      leg(4, { user: { em: [bob] } }),
      leg(5, { user: { external_id: [ann] }, of: 2 }),
    ])
    const before = await store.counters(EVER)
    expect(await store.erase(SHOP, [ann, 'unknown'])).toBe(4)
    expect((await scanned(store)).map(({ event }) => event.user_data)).toEqual([
      {},
      {},
      {},
      { em: [bob] },
      {},
    ])
    expect(await paged(store, { limit: 10 })).toEqual([[4], [2, 5], [1, 3]])
    expect(await store.erase(SHOP, [ann])).toBe(0)
    expect(await store.counters(EVER)).toEqual(before)
  })

  it('keeps settings by kind and id, replaces and deletes them', async () => {
    const store = await make()
    const value = { name: 'Café', list: [1, null, { deep: true }] }
    await store.putSettings([
      { kind: 'dataset', id: '1', value },
      { kind: 'token', id: '1', value: 'x' },
    ])
    value.name = 'changed by the caller'
    expect(await store.getSettings('dataset')).toEqual([
      { kind: 'dataset', id: '1', value: { ...value, name: 'Café' } },
    ])
    await store.putSettings([
      { kind: 'dataset', id: '1', value: 2 },
      { kind: 'dataset', id: '2', value: null },
    ])
    expect(byText(await store.getSettings('dataset'))).toEqual(
      byText([
        { kind: 'dataset', id: '1', value: 2 },
        { kind: 'dataset', id: '2', value: null },
      ]),
    )
    await store.putSettings([{ kind: 'dataset', id: '1', value: undefined }])
    expect(await store.getSettings('dataset')).toEqual([{ kind: 'dataset', id: '2', value: null }])
    expect(await store.getSettings('token')).toHaveLength(1)
    expect(await store.getSettings('nothing')).toEqual([])
  })
}

/** What a batch of random legs is made of: [name, channel, how the leg relates to earlier ones]. */
const histories = fc.array(
  fc.array(
    fc.record({
      name: fc.constantFrom('PageView', 'ViewContent', 'Purchase', 'Lead', 'Mine'),
      channel: fc.constantFrom<Channel>('browser', 'server', 'other'),
      verdict: fc.constantFrom<Verdict>('accepted', 'accepted', 'duplicate', 'dropped', 'rejected'),
      pick: fc.nat(1000),
      hour: fc.nat(30),
      dataset: fc.constantFrom(SHOP, 'B'),
    }),
    { maxLength: 40 },
  ),
  { maxLength: 12 },
)

function describeHistories({ clock, store: make }: Suite): void {
  it('has counters equal to a fold over scan, and events equal to the legs grouped', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (batches) => {
        const store = await make()
        const all: Leg[] = []
        for (const drafts of batches) {
          const legs: Leg[] = []
          for (const draft of drafts) legs.push(legOf(draft, [...all, ...legs]))
          await put(store, { legs, keys: legs.map(idWrite), counters: legs.flatMap(countersOf) })
          all.push(...legs)
          if (drafts.length % 2) await tidied(store, clock.nowMs)
        }
        for (const dataset_id of [SHOP, 'B']) {
          const legs = await scanned(store, dataset_id)
          expect(legs).toEqual(all.filter(({ envelope }) => envelope.dataset_id === dataset_id))
          const { counters } = await store.counters({ ...EVER, dataset_id, by: 'hour' })
          expect(totals(counters)).toEqual(totals(legs.flatMap(countersOf)))
        }
        const shop = all.filter(({ envelope }) => envelope.dataset_id === SHOP)
        expect(await paged(store, { limit: 9 })).toEqual(grouped(shop))
        const buys = grouped(shop.filter(({ event }) => event.event_name === 'Purchase'))
        expect(await paged(store, { limit: 3, event_name: 'Purchase' })).toEqual(buys)
        await store.close()
      }),
      { numRuns: 25 },
    )
  })
}

interface Draft {
  readonly name: string
  readonly channel: Channel
  readonly verdict: Verdict
  readonly pick: number
  readonly hour: number
  readonly dataset: string
}

/** A duplicate needs something to be a duplicate of: an accepted leg of the same name. */
function legOf(draft: Draft, earlier: readonly Leg[]): Leg {
  const { name, channel, dataset } = draft
  const own = earlier.filter(({ envelope }) => envelope.dataset_id === dataset)
  const kept = own.filter(
    ({ event, verdict }) => event.event_name === name && verdict === 'accepted',
  )
  const of = draft.verdict === 'duplicate' ? kept[draft.pick % kept.length]?.seq : undefined
  const verdict = draft.verdict === 'duplicate' && of === undefined ? 'accepted' : draft.verdict
  const atS = START_S + draft.hour * HOUR_S
  return leg(own.length + 1, {
    ...{ name, channel, dataset, verdict, atS },
    ...(of === undefined ? {} : { of }),
  })
}

function countersOf({ event, envelope, verdict }: Leg): CounterDelta[] {
  const { dataset_id, channel, received_at_ms } = envelope
  const hour_s = Math.floor(received_at_ms / 1000 / HOUR_S) * HOUR_S
  return ['received', verdict].map((metric) => ({
    dataset_id,
    hour_s,
    event_name: event.event_name,
    channel,
    metric,
    n: 1,
  }))
}

function totals(rows: readonly Omit<CounterDelta, 'dataset_id'>[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const { hour_s, event_name, channel, metric, n } of rows) {
    const key = [hour_s, event_name, channel, metric].join(' ')
    sums[key] = (sums[key] ?? 0) + n
  }
  return sums
}

function grouped(legs: readonly Leg[]): number[][] {
  return legs
    .filter(({ verdict }) => verdict === 'accepted')
    .map(({ seq }) => [seq, ...legs.filter((later) => later.of_seq === seq).map((l) => l.seq)])
    .reverse()
}

function describeCapabilities({ fresh }: Suite): void {
  it('says why it lacks what it lacks', async () => {
    const { store } = await fresh()
    const { durable, shared, backup, why } = store.capabilities
    if (durable && shared && backup) expect(why).toBeUndefined()
    else expect(why).toMatch(/\w+ .*\./)
  })

  it('copies itself where it can, but never over a file, or says it cannot', async () => {
    const { store } = await fresh()
    await putLegs(store, [leg(1)])
    const folder = await mkdtemp(join(tmpdir(), 'twofold-store-'))
    try {
      const taken = join(folder, 'taken')
      await writeFile(taken, 'precious')
      await expect(store.backup(taken)).rejects.toThrow()
      await expect(store.backup('relative.db')).rejects.toThrow()
      const copy = join(folder, 'copy')
      if (!store.capabilities.backup) await expect(store.backup(copy)).rejects.toThrow()
      else await store.backup(copy)
      const exists = await access(copy).then(
        () => true,
        () => false,
      )
      expect(exists).toBe(store.capabilities.backup)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
}
