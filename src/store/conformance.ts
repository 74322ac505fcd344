/**
 * The store port as an executable contract: every driver calls describeStore in its own test file.
 * What a driver cannot do it must say in its capabilities, with a reason; nothing is skipped.
 */
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Hashed, Leg } from '../event/shape.ts'
import { DEDUP_WINDOW_MS, ORDER_WINDOW_MS } from '../limits.ts'
import {
  describeCatalogBounds,
  describeCatalogs,
  describeMeasuring,
} from './conformance-catalogs.ts'
import {
  describeDeliveryLists,
  describeDeliveryStates,
  describeExchanges,
  describeForgetting,
  describeLettingGo,
  describeRepeats,
} from './conformance-dead-letters.ts'
import { describeHistories } from './conformance-histories.ts'
import { describeHistory } from './conformance-history.ts'
import {
  describeInbox,
  describeInboxRetries,
  describeInboxUpkeep,
  describeInboxWaits,
  describeRecords,
} from './conformance-inbox.ts'
import { describeDeadLeases, describeLeases, describeMaybeSent } from './conformance-leases.ts'
import {
  byText,
  counter,
  EVER,
  euros,
  leg,
  NOTHING,
  type OpenStore,
  paged,
  put,
  putLegs,
  SHOP,
  START_MS,
  type Suite,
  scanned,
  seqsOf,
  tidied,
  windowKey,
} from './conformance-legs.ts'
import { describeOrderBooks, describeOrderEnds, describeOrders } from './conformance-orders.ts'
import {
  describeClaimOrder,
  describeClaimSafety,
  describeClaims,
  describeEndings,
  describeTries,
} from './conformance-outbox.ts'
import { describeOutboxModel } from './conformance-outbox-model.ts'
import {
  describeAsked,
  describeBounds,
  describeCounters,
  describeEvents,
} from './conformance-reads.ts'
import { describeReplays } from './conformance-replays.ts'
import { describeSearch } from './conformance-search.ts'
import type { CommitBatch, KeyRead, Loaded, Store } from './store.ts'
import { eventKey, keyOf } from './store.ts'

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
    describe('search', () => describeSearch(suite))
    describe('counters', () => describeCounters(suite))
    describe('some counters of many', () => describeAsked(suite))
    describe('large sums and many names', () => describeBounds(suite))
    describe('erase and settings', () => describeErase(suite))
    describe('history of changes', () => describeHistory(suite))
    describe('random histories', () => describeHistories(suite))
    describe('inbox', () => describeInbox(suite))
    describe('inbox: retries', () => describeInboxRetries(suite))
    describe('inbox: waits', () => describeInboxWaits(suite))
    describe('inbox: upkeep', () => describeInboxUpkeep(suite))
    describe('inbox: records', () => describeRecords(suite))
    describe('catalogs', () => describeCatalogs(suite))
    describe('catalogs: measuring', () => describeMeasuring(suite))
    describe('catalogs: bounds', () => describeCatalogBounds(suite))
    describe('order book', () => describeOrders(suite))
    describe('order book: as a whole', () => describeOrderBooks(suite))
    describe('order book: endings', () => describeOrderEnds(suite))
    describe('outbox: claims', () => describeClaims(suite))
    describe('outbox: order of claims', () => describeClaimOrder(suite))
    describe('outbox: safety of claims', () => describeClaimSafety(suite))
    describe('outbox: leases', () => describeLeases(suite))
    describe('outbox: leases of the dead', () => describeDeadLeases(suite))
    describe('outbox: what may have arrived', () => describeMaybeSent(suite))
    describe('outbox: endings', () => describeEndings(suite))
    describe('outbox: tries', () => describeTries(suite))
    describe('outbox: lists', () => describeDeliveryLists(suite))
    describe('outbox: states', () => describeDeliveryStates(suite))
    describe('outbox: exchanges', () => describeExchanges(suite))
    describe('outbox: letting go', () => describeLettingGo(suite))
    describe('outbox: sending again', () => describeRepeats(suite))
    describe('outbox: replays', () => describeReplays(suite))
    describe('outbox: forgetting', () => describeForgetting(suite))
    describe('outbox: random lives', () => describeOutboxModel(suite))
    describe('capabilities', () => describeCapabilities(suite))
  })
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
      deliveries: [],
      skips: [],
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
      deliveries: [],
      skips: [],
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
    expect((await store.commit({ ...NOTHING, ...before })).conflict).toBe(true)
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
