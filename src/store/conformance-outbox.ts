/**
 * The outbox as an executable contract: creating, claiming, leasing and settling deliveries.
 * Looking at them, sending again and forgetting stand in conformance-dead-letters.ts. Called by
 * conformance.ts.
 */
import { expect, it } from 'vitest'
import { DELIVERY_DETAIL_CHARS_MAX, DELIVERY_DUE_STEP_MS } from '../limits.ts'
import {
  claimAt,
  DELIVERED,
  delivery,
  type Ending,
  endings,
  exchange,
  expectEquation,
  keyOf,
  LEASE_MS,
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
  NOTHING,
  put,
  SHOP,
  START_MS,
  START_S,
  type Suite,
} from './conformance-legs.ts'

export function describeClaims({ clock, store: make }: Suite): void {
  it('hands out each delivery with its event and every leg known by then', async () => {
    const store = await make()
    await putDelivered(store, [1, 2])
    await put(store, {
      legs: [leg(3, { of: 1 })],
      deliveries: [delivery(1, { leg_seq: 3, first: false })],
    })
    clock.nowMs += 10
    const { lease, deliveries } = await claimAt(store, clock)
    expect(lease).not.toBe('')
    const given = { attempts: 0, created_ms: START_MS, expires_ms: delivery(1).expires_ms }
    const pair = { legs: [leg(1), leg(3, { of: 1 })] }
    expect(deliveries).toEqual([
      { ...keyOf(1), ...given, event: pair },
      { ...keyOf(2), ...given, event: { legs: [leg(2)] } },
      { ...keyOf(1, 3), ...given, event: pair },
    ])
    expect(await claimAt(store, clock)).toEqual({ lease: '', deliveries: [] })
    expect(await statesOf(store)).toEqual({ leased: 3 })
    expect(await store.destinationStatus(SHOP)).toMatchObject([{ created: 2, created_further: 1 }])
    await expectEquation(store)
  })

  it('hands out nothing before it is due, and says when that will be', async () => {
    const store = await make()
    const wait = 5000
    await putDelivered(store, [1, 1], { due_ms: START_MS + wait - 1 })
    expect(seqsIn(await claimAt(store, clock))).toEqual([])
    const { due, next_due_ms = 0 } = await store.dueDeliveries(clock.nowMs)
    expect(due).toEqual([])
    expect(next_due_ms).toBeGreaterThanOrEqual(START_MS + wait - 1)
    expect(next_due_ms).toBeLessThan(START_MS + wait + DELIVERY_DUE_STEP_MS)
    clock.nowMs = next_due_ms - 1
    expect(seqsIn(await claimAt(store, clock))).toEqual([])
    clock.nowMs = next_due_ms
    const here = { dataset_id: SHOP, destination_id: TO }
    expect((await store.dueDeliveries(clock.nowMs)).due).toEqual([here])
    expect(seqsIn(await claimAt(store, clock))).toEqual([1])
    expect(await store.dueDeliveries(clock.nowMs)).toEqual({
      due: [],
      next_due_ms: next_due_ms + LEASE_MS,
    })
  })
}

export function describeClaimOrder({ clock, store: make }: Suite): void {
  it('hands out the most urgent first, whole commits or parts of them', async () => {
    const store = await make()
    const day = 86_400_000
    await putDelivered(store, [1, 10], { expires_ms: START_MS + 6 * day })
    await putDelivered(store, [11, 20], { expires_ms: START_MS + day })
    await putDelivered(store, [21, 30], { expires_ms: Number.POSITIVE_INFINITY })
    await putDelivered(store, [31, 31], { expires_ms: START_MS + 2 * day })
    const claims: number[][] = []
    for (let i = 0; i < 6; i++) claims.push(seqsIn(await claimAt(store, clock, { limit: 7 })))
    expect(claims).toEqual([
      range(11, 17),
      [...range(1, 3), ...range(18, 20), 31],
      range(4, 10),
      range(21, 27),
      range(28, 30),
      [],
    ])
    await expectEquation(store)
  })

  it('hands out the older of two that are as urgent, a failed one too', async () => {
    const store = await make()
    await putDelivered(store, [1, 4])
    clock.nowMs += 10
    await putDelivered(store, [5, 8])
    const claimed = await claimAt(store, clock, { limit: 2 })
    const ending: Ending = { state: 'retrying', due_ms: clock.nowMs + 1, code: 'c', detail: 'd' }
    await settleAll(store, claimed, { ending, nowMs: clock.nowMs })
    clock.nowMs += 1
    expect(seqsIn(await claimAt(store, clock, { limit: 4 }))).toEqual([1, 2, 3, 4])
    expect(seqsIn(await claimAt(store, clock, { limit: 4 }))).toEqual([5, 6, 7, 8])
  })

  it('keeps destinations and datasets apart', async () => {
    const store = await make()
    const other = { destination_id: 'd_two' }
    await put(store, {
      legs: [leg(1), leg(1, { dataset: 'B' })],
      deliveries: [delivery(1), delivery(1, other), delivery(1, { dataset_id: 'B' })],
    })
    const { due } = await store.dueDeliveries(clock.nowMs)
    expect(due).toHaveLength(3)
    expect(await claimAt(store, clock, { destination_id: 'nobody' })).toMatchObject({ lease: '' })
    expect(await claimAt(store, clock, { dataset_id: 'nobody' })).toMatchObject({ lease: '' })
    const mine = await claimAt(store, clock)
    expect(mine.deliveries).toMatchObject([keyOf(1)])
    const theirs = await claimAt(store, clock, { ...other, limit: 5 })
    expect(theirs.deliveries).toMatchObject([{ ...keyOf(1), ...other }])
    // A lease of one destination says nothing about another's.
    const settlements = endings(theirs.deliveries, DELIVERED)
    const asked = { now_ms: clock.nowMs, settlements, exchanges: [] }
    expect(await store.settle({ ...asked, lease: mine.lease })).toBe(0)
    expect(await store.settle({ ...asked, lease: theirs.lease })).toBe(1)
    expect(await statesOf(store, 'd_two')).toEqual({ delivered: 1 })
    expect(await statesOf(store)).toEqual({ leased: 1 })
    await expectEquation(store, 'B')
  })
}

export function describeClaimSafety({ clock, fresh, store: make }: Suite): void {
  it('writes no delivery of a commit that was refused', async () => {
    const store = await make()
    const { revision } = await store.load([], [])
    await putDelivered(store, [1, 1])
    const skips = [{ dataset_id: SHOP, destination_id: TO, reason: 'rule', n: 1 }]
    const late = { ...NOTHING, revision, legs: [leg(1)], deliveries: [delivery(1)], skips }
    expect(await store.commit(late)).toEqual({ conflict: true })
    const gap = put(store, { legs: [leg(3)], deliveries: [delivery(3)], skips })
    await expect(gap).rejects.toThrow(/seq/)
    expect(seqsIn(await claimAt(store, clock))).toEqual([1])
    expect(await store.destinationStatus(SHOP)).toMatchObject([{ created: 1, skipped: {} }])
  })

  it('never hands one delivery to two who open the same data', async () => {
    const { store, again } = await fresh()
    const other = (await again?.()) ?? store
    await putDelivered(store, [1, 500])
    await putDelivered(store, [501, 600])
    const seen: number[] = []
    for (let i = 0; i < 20; i++) {
      const [mine, theirs] = await Promise.all([
        claimAt(store, clock, { limit: 17 }),
        claimAt(other, clock, { limit: 23 }),
      ])
      seen.push(...seqsIn(mine), ...seqsIn(theirs))
      await settleAll(store, mine, { ending: DELIVERED, nowMs: clock.nowMs })
    }
    expect(seen.sort((a, b) => a - b)).toEqual(range(1, 600))
    await expectEquation(store)
    await expectEquation(other)
    if (other !== store) await other.close()
  })

  it('works off a hundred thousand deliveries in bounded claims', async () => {
    const store = await make()
    const [total, limit] = [100_000, 20_000]
    for (let first = 1; first <= total; first += 5000) {
      const seqs = range(first, first + 4999)
      await put(store, { deliveries: seqs.map((seq) => delivery(seq)) })
    }
    expect(await statesOf(store)).toEqual({ pending: total })
    const seen = new Uint8Array(total + 1)
    for (let left = total; left > 0; left -= limit) {
      const claimed = await claimAt(store, clock, { limit })
      expect(claimed.deliveries.length).toBe(Math.min(left, limit))
      for (const { seq, event } of claimed.deliveries) {
        seen[seq] = (seen[seq] ?? 0) + 1
        expect(event).toBeUndefined()
      }
      await settleAll(store, claimed, { ending: DELIVERED, nowMs: clock.nowMs })
    }
    expect(seen.subarray(1).every((times) => times === 1)).toBe(true)
    expect(await statesOf(store)).toEqual({ delivered: total })
    await expectEquation(store)
  }, 60_000)
}

export function describeEndings({ clock, store: make }: Suite): void {
  it.each<[string, Ending, object]>([
    ['delivered', { state: 'delivered', exchange: 0 }, { attempts: 1 }],
    [
      'retrying',
      {
        state: 'retrying',
        due_ms: START_MS + 7000.5,
        code: 'timeout',
        detail: 'no answer in 10 s',
      },
      { attempts: 1, due_ms: START_MS + 7001, code: 'timeout', detail: 'no answer in 10 s' },
    ],
    ['held', { state: 'held', code: '190', detail: 'token', exchange: 0 }, { code: '190' }],
    [
      'rejected',
      { state: 'rejected', code: '100', detail: 'x'.repeat(9999), exchange: 0 },
      { code: '100', detail: 'x'.repeat(DELIVERY_DETAIL_CHARS_MAX), attempts: 1 },
    ],
    [
      'pending',
      { state: 'pending', due_ms: START_MS + 50 },
      { attempts: 0, due_ms: START_MS + 50 },
    ],
  ])('ends a delivery as %s, counted and kept with what is known', async (state, ending, row) => {
    const store = await make()
    await putDelivered(store, [1, 2])
    clock.nowMs += 40
    const claimed = await claimAt(store, clock, { limit: 1 })
    expect(
      await settleAll(store, claimed, { ending, nowMs: clock.nowMs, exchanges: [exchange()] }),
    ).toBe(1)
    expect(await statesOf(store)).toEqual(
      state === 'pending' ? { pending: 2 } : { pending: 1, [state]: 1 },
    )
    const known = 'exchange' in ending ? { exchange: exchange() } : {}
    const settled = state === 'pending' ? {} : { settled_ms: clock.nowMs }
    const [one, ...more] = await listed(store, { seq: 1 })
    expect(more).toEqual([])
    expect(one).toMatchObject({ ...keyOf(1), created_ms: START_MS, state, ...settled, ...row })
    expect(one?.exchange).toEqual(known.exchange)
    const hours = await store.deliveryHours(SHOP, START_S, START_S + HOUR_S)
    const none = { destination_id: TO, hour_s: START_S, delivered: 0, rejected: 0, retried: 0 }
    const counted = { delivered: 'delivered', rejected: 'rejected', retrying: 'retried' }[state]
    expect(
      hours.filter(({ delivered, rejected, retried }) => delivered + rejected + retried),
    ).toEqual(counted === undefined ? [] : [{ ...none, [counted]: 1 }])
    await expectEquation(store)
  })
}

export function describeTries({ clock, store: make }: Suite): void {
  it('counts tries over failures, but not what is given back unsent', async () => {
    const store = await make()
    await putDelivered(store, [1, 1])
    const tries: number[] = []
    const retry: Ending = { state: 'retrying', due_ms: START_MS + 1, code: 'busy', detail: '503' }
    const back: Ending = { state: 'pending', due_ms: START_MS + 1 }
    for (const ending of [retry, back, retry, back, DELIVERED]) {
      clock.nowMs += 1
      const claimed = await claimAt(store, clock)
      tries.push(...claimed.deliveries.map(({ attempts }) => attempts))
      await settleAll(store, claimed, { ending, nowMs: clock.nowMs })
      const code = ending === DELIVERED ? [] : [{ state: ending.state, code: 'busy' }]
      expect(await listed(store)).toMatchObject(code)
    }
    expect(tries).toEqual([0, 1, 1, 2, 2])
    expect(await statesOf(store)).toEqual({ delivered: 1 })
    await expectEquation(store)
  })

  it('hands out a retry when it is due, held and rejected ones never', async () => {
    const store = await make()
    await putDelivered(store, [1, 9])
    const failure = { code: 'c', detail: 'd' }
    for (const ending of [
      { state: 'held', ...failure },
      { state: 'rejected', ...failure },
      { state: 'retrying', due_ms: START_MS + 1000, ...failure },
    ] as const) {
      const claimed = await claimAt(store, clock, { limit: 3 })
      await settleAll(store, claimed, { ending, nowMs: clock.nowMs })
    }
    expect(await store.dueDeliveries(clock.nowMs)).toEqual({
      due: [],
      next_due_ms: START_MS + 1000,
    })
    clock.nowMs += 999
    expect(seqsIn(await claimAt(store, clock))).toEqual([])
    clock.nowMs += 1
    expect(seqsIn(await claimAt(store, clock))).toEqual([7, 8, 9])
    expect(await statesOf(store)).toEqual({ leased: 3, held: 3, rejected: 3 })
    await expectEquation(store)
  })
}
