/**
 * Looking at deliveries, sending them again and forgetting them, as an executable contract. Called
 * by conformance.ts.
 */
import { expect, it } from 'vitest'
import type { Hashed } from '../event/shape.ts'
import {
  DEAD_LETTER_MS_MAX,
  DEAD_LETTERS_PER_DESTINATION_MAX,
  EXCHANGE_ANSWER_CHARS_MAX,
  EXCHANGE_MS_MAX,
  EXCHANGES_PER_DESTINATION_MAX,
} from '../limits.ts'
import {
  claimAt,
  DELIVERED,
  delivery,
  endings,
  exchange,
  expectEquation,
  keyOf,
  listed,
  putDelivered,
  range,
  seqsIn,
  settleAll,
  statesOf,
  TO,
} from './conformance-deliveries.ts'
import {
  HOUR_S,
  leg,
  put,
  SHOP,
  START_MS,
  START_S,
  type Suite,
  tidied,
} from './conformance-legs.ts'
import type { DeliveryQuery, RequeueRequest } from './outbox.ts'
import type { Store } from './store.ts'

export const AMONG = { dataset_id: SHOP, destination_id: TO, now_ms: START_MS } as const

/** 1-3 held (190), 4-6 rejected (100), 7-9 rejected (200), 10-12 delivered, 13-15 pending. */
export async function putMixed(store: Store, clock: Suite['clock']): Promise<void> {
  await putDelivered(store, [1, 15])
  for (const [state, code] of [
    ['held', '190'],
    ['rejected', '100'],
    ['rejected', '200'],
    ['delivered', ''],
  ] as const) {
    const claimed = await claimAt(store, clock, { limit: 3 })
    const ending =
      state === 'delivered'
        ? { state, exchange: 0 }
        : { state, code, detail: `because of ${code}`, exchange: 0 }
    const exchanges = [exchange({ answer: state + code })]
    await settleAll(store, claimed, { ending, nowMs: clock.nowMs, exchanges })
  }
}

export function describeDeliveryLists({ clock, store: make }: Suite): void {
  it.each<[string, Partial<DeliveryQuery>, number[]]>([
    ['everything, newest first', {}, range(1, 15).reverse()],
    ['a state', { states: ['held'] }, [3, 2, 1]],
    ['several states', { states: ['pending', 'delivered'] }, range(10, 15).reverse()],
    ['a code', { code: '200' }, [9, 8, 7]],
    ['a code in a state that has none', { code: '200', states: ['held'] }, []],
    ['one event, delivered', { seq: 11 }, [11]],
    ['one event, waiting', { seq: 15 }, [15]],
    ['one event, unknown', { seq: 99 }, []],
    ['a destination', { destination_id: TO, states: ['rejected'] }, [9, 8, 7, 6, 5, 4]],
    ['another destination', { destination_id: 'd_two' }, []],
    ['a time', { from_ms: START_MS, to_ms: START_MS + 1, code: '190' }, [3, 2, 1]],
    ['an earlier time', { to_ms: START_MS }, []],
    ['a later time', { from_ms: START_MS + 1 }, []],
    ['another dataset', { dataset_id: 'B' }, []],
  ])('finds deliveries by %s', async (_, query, seqs) => {
    const store = await make()
    await putMixed(store, clock)
    for (const limit of [1, 4, 50]) {
      const rows = await listed(store, { ...query, limit })
      expect(rows.map(({ seq }) => seq)).toEqual(seqs)
    }
  })

  it('shows what was asked and answered for delivered and failed ones', async () => {
    const store = await make()
    await putMixed(store, clock)
    const answers = (await listed(store)).map(({ exchange: one }) => one?.answer)
    const expected = ['delivered', 'rejected200', 'rejected100', 'held190']
    expect(answers).toEqual([
      ...[undefined, undefined, undefined],
      ...expected.flatMap((answer) => [answer, answer, answer]),
    ])
  })
}

export function describeDeliveryStates({ clock, store: make }: Suite): void {
  it('finds the deliveries of all legs of an event, over several destinations', async () => {
    const store = await make()
    const other = { destination_id: 'd_two' }
    await put(store, {
      legs: [leg(1), leg(2), leg(3, { of: 1 })],
      deliveries: [
        delivery(1, { leg_seq: 1 }),
        delivery(1, other),
        delivery(2),
        delivery(1, { leg_seq: 3, first: false }),
      ],
    })
    await settleAll(store, await claimAt(store, clock, { limit: 1 }), {
      ending: { state: 'delivered', exchange: 0 },
      nowMs: clock.nowMs,
      exchanges: [exchange()],
    })
    for (const limit of [1, 2, 9]) {
      expect(await listed(store, { seq: 1, limit })).toMatchObject([
        { ...keyOf(1, 3), state: 'pending' },
        { ...keyOf(1, 1), state: 'delivered' },
        { ...keyOf(1), ...other, state: 'pending' },
      ])
    }
  })

  it('finds a few dead letters under a long backlog, and ends where there is nothing', async () => {
    const store = await make()
    await putMixed(store, clock)
    const total = 60_000
    await store.enqueue(range(16, total).map((seq) => delivery(seq)))
    const limit = 1000
    expect(await listed(store, { limit, code: '100' })).toHaveLength(3)
    expect(await listed(store, { limit, states: ['held'] })).toHaveLength(3)
    expect(await listed(store, { limit, to_ms: START_MS })).toEqual([])
    const first = await store.deliveries({ dataset_id: SHOP, limit: 3 })
    expect(first.deliveries.map(({ seq }) => seq)).toEqual([total, total - 1, total - 2])
  }, 30_000)

  it('refuses a cursor it did not make', async () => {
    const store = await make()
    const asked = { dataset_id: SHOP, limit: 1, cursor: 'tomorrow' }
    await expect(store.deliveries(asked)).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('tells the state of a destination: counts, skips, the oldest that waits', async () => {
    const store = await make()
    await putDelivered(store, [1, 2])
    clock.nowMs += 5000
    const skip = { dataset_id: SHOP, destination_id: TO, reason: 'rule', n: 2 }
    await put(store, { skips: [skip, { ...skip, destination_id: 'd_two', reason: 'bot', n: 1 }] })
    await put(store, { skips: [skip, { ...skip, reason: 'not_consented', n: 1 }] })
    await putDelivered(store, [3, 3])
    const none = { pending: 0, leased: 0, retrying: 0, held: 0, delivered: 0, rejected: 0 }
    const status = {
      destination_id: TO,
      ...{ created: 3, created_further: 0, let_go: 0, states: { ...none, pending: 3 } },
      skipped: { rule: 4, not_consented: 1 },
      oldest_waiting_ms: START_MS,
    }
    const counts = { created: 0, created_further: 0, let_go: 0 }
    const other = { destination_id: 'd_two', ...counts, skipped: { bot: 1 } }
    expect(await store.destinationStatus(SHOP)).toEqual([status, { ...other, states: none }])
    const claimed = await claimAt(store, clock, { limit: 2 })
    expect(await store.destinationStatus(SHOP)).toMatchObject([{ oldest_waiting_ms: START_MS }, {}])
    await settleAll(store, claimed, { ending: DELIVERED, nowMs: clock.nowMs })
    expect(await store.destinationStatus(SHOP)).toMatchObject([
      { oldest_waiting_ms: START_MS + 5000, states: { ...none, pending: 1, delivered: 2 } },
      {},
    ])
    expect(await store.destinationStatus('nobody')).toEqual([])
    await expectEquation(store)
  })
}

export function describeExchanges({ clock, store: make }: Suite): void {
  it('keeps exchanges for a bounded time, and the last of each destination', async () => {
    const store = await make()
    const total = EXCHANGES_PER_DESTINATION_MAX + 30
    const seqs = range(1, total)
    await put(store, { deliveries: seqs.map((seq) => delivery(seq)) })
    const { lease, deliveries } = await claimAt(store, clock, { limit: total })
    const settlements = deliveries.map(
      ({ attempts, created_ms, expires_ms, event, ...key }, i) => ({
        ...key,
        state: 'delivered' as const,
        exchange: i,
      }),
    )
    const exchanges = seqs.map((seq) =>
      exchange({ answer: String(seq).padEnd(EXCHANGE_ANSWER_CHARS_MAX + 1, '.') }),
    )
    await store.settle({ lease, now_ms: clock.nowMs, settlements, exchanges })
    await tidied(store, clock.nowMs)
    expect(await listed(store, { seq: 30 })).toEqual([])
    const [oldest] = await listed(store, { seq: 31 })
    expect(oldest?.exchange?.answer).toMatch(/^31\.+$/)
    expect(oldest?.exchange?.answer).toHaveLength(EXCHANGE_ANSWER_CHARS_MAX)
    await tidied(store, START_MS + EXCHANGE_MS_MAX)
    expect(await listed(store, { seq: total })).toHaveLength(1)
    await tidied(store, START_MS + EXCHANGE_MS_MAX + 1)
    expect(await listed(store, { seq: total })).toEqual([])
    expect(await statesOf(store)).toEqual({ delivered: total })
    await expectEquation(store)
  }, 30_000)
}

export function describeLettingGo({ clock, store: make }: Suite): void {
  it('keeps dead letters for a bounded time, and counts those it lets go', async () => {
    const store = await make()
    await putMixed(store, clock)
    clock.nowMs += 1000
    const later = await claimAt(store, clock, { limit: 1 })
    const ending = { state: 'rejected', code: '300', detail: 'd' } as const
    await settleAll(store, later, { ending, nowMs: clock.nowMs })
    const counts = { created: 15, created_further: 0 }
    await tidied(store, START_MS + DEAD_LETTER_MS_MAX)
    expect(await store.destinationStatus(SHOP)).toMatchObject([{ ...counts, let_go: 0 }])
    await tidied(store, START_MS + DEAD_LETTER_MS_MAX + 1)
    expect(await statesOf(store)).toEqual({ held: 3, rejected: 1, delivered: 3, pending: 2 })
    expect(await store.destinationStatus(SHOP)).toMatchObject([{ ...counts, let_go: 6 }])
    expect(await listed(store, { states: ['rejected'] })).toMatchObject([{ code: '300' }])
    expect(await store.requeue({ ...AMONG, states: ['rejected'], code: '100' })).toBe(0)
    await expectEquation(store)
    // A replay may still send one: it is a delivery of its own.
    expect(await store.enqueue([delivery(4)])).toBe(1)
    await expectEquation(store)
  })

  it('keeps the last of each destination', async () => {
    const store = await make()
    const total = DEAD_LETTERS_PER_DESTINATION_MAX + 20
    await put(store, { legs: [leg(1)], deliveries: [delivery(1, { destination_id: 'd_two' })] })
    await store.enqueue(range(1, total).map((seq) => delivery(seq)))
    const ending = { state: 'rejected', code: '100', detail: 'd' } as const
    for (let left = total; left > 0; left -= 10_000) {
      const claimed = await claimAt(store, clock, { limit: 10_000 })
      await settleAll(store, claimed, { ending, nowMs: clock.nowMs })
      clock.nowMs += 1
    }
    const other = await claimAt(store, clock, { destination_id: 'd_two' })
    await settleAll(store, other, { ending, nowMs: clock.nowMs })
    await tidied(store, clock.nowMs)
    expect(await statesOf(store)).toEqual({ rejected: DEAD_LETTERS_PER_DESTINATION_MAX })
    expect(await statesOf(store, 'd_two')).toEqual({ rejected: 1 })
    expect(await listed(store, { seq: 20, destination_id: TO })).toEqual([])
    expect(await listed(store, { seq: 21, destination_id: TO })).toHaveLength(1)
    await expectEquation(store)
  }, 60_000)
}

export function describeRepeats({ clock, store: make }: Suite): void {
  it.each<[string, Omit<RequeueRequest, keyof typeof AMONG>, number[]]>([
    ['state', { states: ['held'] }, [1, 2, 3]],
    ['states', { states: ['rejected', 'held', 'retrying'] }, range(1, 9)],
    ['code', { states: ['rejected', 'held'], code: '100' }, [4, 5, 6]],
    ['key', { states: ['rejected'], keys: [keyOf(8), keyOf(1), keyOf(99), keyOf(8, 8)] }, [8]],
    ['nothing that fits', { states: ['retrying'] }, []],
    ['no key at all', { states: ['rejected'], keys: [] }, []],
  ])('makes dead letters pending again by %s', async (_, request, seqs) => {
    const store = await make()
    await putMixed(store, clock)
    await claimAt(store, clock)
    const before = new Map((await listed(store)).map((row) => [row.seq, row]))
    expect(await store.requeue({ ...AMONG, ...request })).toBe(seqs.length)
    const again = await listed(store, { states: ['pending'] })
    expect(again.map(({ seq }) => seq).reverse()).toEqual(seqs)
    for (const row of again) {
      // Why it failed stays known: settled_ms, code, detail and the exchange.
      expect(row).toEqual({
        ...before.get(row.seq),
        ...keyOf(row.seq),
        ...{ state: 'pending', attempts: 0, created_ms: START_MS, due_ms: START_MS },
      })
      expect(row).toMatchObject({
        code: expect.any(String),
        exchange: { answer: expect.any(String) },
      })
    }
    await expectEquation(store)
    expect(seqsIn(await claimAt(store, clock))).toEqual(seqs)
    expect(await store.requeue({ ...AMONG, ...request })).toBe(0)
  })

  it('requeues nothing of another destination', async () => {
    const store = await make()
    await putMixed(store, clock)
    for (const where of [{ destination_id: 'd_two' }, { dataset_id: 'B' }]) {
      expect(await store.requeue({ ...AMONG, states: ['held'], ...where })).toBe(0)
    }
  })

  it('writes stored events into the outbox once, however often it is asked', async () => {
    const store = await make()
    await put(store, { legs: range(1, 20).map((seq) => leg(seq)) })
    await putDelivered(store, [21, 22])
    const writes = range(1, 22).map((seq) => delivery(seq))
    expect(await store.enqueue([...writes, ...writes])).toBe(20)
    expect(await store.enqueue(writes)).toBe(0)
    expect(await store.enqueue([delivery(1, { leg_seq: 1 })])).toBe(1)
    expect(await store.destinationStatus(SHOP)).toMatchObject([{ created: 2, created_further: 21 }])
    const claimed = await claimAt(store, clock)
    expect(claimed.deliveries).toHaveLength(23)
    expect(claimed.deliveries.find(({ seq }) => seq === 7)?.event).toEqual({ legs: [leg(7)] })
    await expectEquation(store)
  })

  it('sends a delivered one once more only when a replay says so', async () => {
    const store = await make()
    await putMixed(store, clock)
    const writes = range(1, 15).map((seq) => delivery(seq))
    expect(await store.enqueue(writes)).toBe(0)
    expect(await store.enqueue(writes, { again: true })).toBe(3)
    expect(await store.enqueue(writes, { again: true })).toBe(0)
    expect(await statesOf(store)).toEqual({ held: 3, rejected: 6, delivered: 3, pending: 6 })
    await expectEquation(store)
    const claimed = await claimAt(store, clock)
    expect(seqsIn(claimed)).toEqual(range(10, 15))
    await settleAll(store, claimed, { ending: DELIVERED, nowMs: clock.nowMs })
    expect(await store.enqueue(writes)).toBe(0)
    expect(await statesOf(store)).toEqual({ held: 3, rejected: 6, delivered: 9 })
    await expectEquation(store)
  })
}

export function describeForgetting({ clock, store: make }: Suite): void {
  it('forgets the deliveries of a dataset, and of no other', async () => {
    const store = await make()
    await putMixed(store, clock)
    const there = { dataset_id: 'B' }
    await put(store, { legs: [leg(1, { dataset: 'B' })], deliveries: [delivery(1, there)] })
    const { lease, deliveries } = await claimAt(store, clock)
    await store.erase(SHOP)
    expect(await listed(store)).toEqual([])
    expect(await store.destinationStatus(SHOP)).toEqual([])
    expect(await store.deliveryHours(SHOP, 0, START_S + HOUR_S)).toEqual([])
    const settlements = endings(deliveries, DELIVERED)
    const late = { lease, now_ms: clock.nowMs, settlements, exchanges: [] }
    expect(await store.settle(late)).toBe(0)
    const { due } = await store.dueDeliveries(clock.nowMs)
    expect(due).toEqual([{ ...there, destination_id: TO }])
    await putDelivered(store, [1, 1])
    expect(await store.settle(late)).toBe(0)
    expect(await statesOf(store)).toEqual({ pending: 1 })
    expect(await listed(store, there)).toHaveLength(1)
    expect(await store.enqueue([delivery(10)])).toBe(1)
  })

  it('forgets one destination and leaves the events', async () => {
    const store = await make()
    await putMixed(store, clock)
    const other = { destination_id: 'd_two' }
    await put(store, { legs: [leg(16)], deliveries: [delivery(16), delivery(16, other)] })
    expect(await store.eraseDestination(SHOP, TO)).toBe(7)
    expect(await store.eraseDestination(SHOP, TO)).toBe(0)
    expect(await listed(store)).toMatchObject([{ ...keyOf(16), ...other }])
    expect((await store.destinationStatus(SHOP)).map((row) => row.destination_id)).toEqual([
      'd_two',
    ])
    expect((await store.stats()).legs).toBe(16)
    expect(await store.enqueue([delivery(10)])).toBe(1)
    await expectEquation(store)
  })

  it('sends nothing more of an erased person, and empties what was answered about them', async () => {
    const store = await make()
    const ann = 'a'.repeat(64) as Hashed
    const legs = range(1, 5).map((seq) => leg(seq, seq < 5 ? { user: { em: [ann] } } : {}))
    await put(store, { legs, deliveries: legs.map(({ seq }) => delivery(seq)) })
    const told = { detail: 'no such ann', exchange: 0 }
    for (const ending of [
      { state: 'delivered', exchange: 0 },
      { state: 'rejected', code: '100', ...told },
      { state: 'retrying', due_ms: START_MS, code: '2', ...told },
    ] as const) {
      const claimed = await claimAt(store, clock, { limit: 1 })
      await settleAll(store, claimed, { ending, nowMs: clock.nowMs, exchanges: [exchange()] })
    }
    const leased = await claimAt(store, clock, { limit: 3 })
    expect(await store.erase(SHOP, [ann])).toBe(4)
    expect(await statesOf(store)).toEqual({ delivered: 1, rejected: 3, leased: 1 })
    await expectEquation(store)
    const rows = await listed(store)
    expect(JSON.stringify(rows)).not.toContain('ann')
    expect(rows.map(({ state, code, exchange: one }) => [state, code, one?.answer])).toEqual([
      ['leased', undefined, undefined],
      ['rejected', 'erased', undefined],
      ['rejected', 'erased', ''],
      ['rejected', '100', ''],
      ['delivered', undefined, ''],
    ])
    expect(await settleAll(store, leased, { ending: DELIVERED, nowMs: clock.nowMs })).toBe(1)
    expect(await statesOf(store)).toEqual({ delivered: 2, rejected: 3 })
    await expectEquation(store)
  })
}
