/**
 * Leases as an executable contract: what becomes of those that run out or whose holder died, and
 * what is remembered of tries that nobody heard of. Called by conformance.ts.
 */
import { expect, it } from 'vitest'
import {
  claimAt,
  DELIVERED,
  delivery,
  type Ending,
  exchange,
  expectEquation,
  keyOf,
  LEASE_MS,
  listed,
  putDelivered,
  seqsIn,
  settleAll,
  statesOf,
  TO,
} from './conformance-deliveries.ts'
import { HOUR_S, put, SHOP, START_MS, START_S, type Suite } from './conformance-legs.ts'
import type { Store } from './store.ts'

export function describeLeases({ clock, store: make }: Suite): void {
  it('hands out again what was not settled when its lease ran out', async () => {
    const store = await make()
    await putDelivered(store, [1, 3])
    const first = await claimAt(store, clock)
    clock.nowMs += LEASE_MS - 1
    expect(seqsIn(await claimAt(store, clock))).toEqual([])
    expect((await store.dueDeliveries(clock.nowMs)).due).toEqual([])
    clock.nowMs += 1
    expect((await store.dueDeliveries(clock.nowMs)).due).toHaveLength(1)
    const second = await claimAt(store, clock, { limit: 2 })
    expect(second.deliveries.map(({ attempts }) => attempts)).toEqual([1, 1])
    expect(second.lease).not.toBe(first.lease)
    // The first owner comes back late: only what nobody claimed anew is still theirs.
    const late = { ending: DELIVERED, nowMs: clock.nowMs, exchanges: [exchange()] }
    expect(await settleAll(store, first, late)).toBe(1)
    expect(await statesOf(store)).toEqual({ leased: 2, delivered: 1 })
    expect(await settleAll(store, second, late)).toBe(2)
    expect(await settleAll(store, second, late)).toBe(0)
    expect(await statesOf(store)).toEqual({ delivered: 3 })
    await expectEquation(store)
  })

  it('changes nothing for a lease that is lost or made up', async () => {
    const store = await make()
    await putDelivered(store, [1, 2])
    const lost = await claimAt(store, clock)
    clock.nowMs += LEASE_MS
    await claimAt(store, clock)
    const before = [await store.destinationStatus(SHOP), await listed(store)]
    const ending: Ending = { state: 'rejected', code: 'no', detail: 'no', exchange: 0 }
    const failure = { ending, nowMs: clock.nowMs, exchanges: [exchange()] }
    for (const lease of [lost.lease, '', 'x', '0', '1.1.1', '999.999']) {
      expect(await settleAll(store, { ...lost, lease }, failure)).toBe(0)
    }
    expect([await store.destinationStatus(SHOP), await listed(store)]).toEqual(before)
    expect(await store.deliveryHours(SHOP, 0, START_S + HOUR_S)).toEqual([])
  })

  it('leaves leased what a settlement leaves out', async () => {
    const store = await make()
    await putDelivered(store, [1, 5])
    const claimed = await claimAt(store, clock)
    const some = { ...claimed, deliveries: claimed.deliveries.filter(({ seq }) => seq % 2 === 0) }
    const twice = { ...some, deliveries: [...some.deliveries, ...some.deliveries] }
    expect(await settleAll(store, twice, { ending: DELIVERED, nowMs: clock.nowMs })).toBe(2)
    expect(await statesOf(store)).toEqual({ leased: 3, delivered: 2 })
    clock.nowMs += LEASE_MS
    expect(seqsIn(await claimAt(store, clock))).toEqual([1, 3, 5])
  })
}

export function describeDeadLeases({ clock, store: make }: Suite): void {
  it('ends every lease at once when a relay starts anew', async () => {
    const store = await make()
    await putDelivered(store, [1, 5])
    const other = { destination_id: 'd_two' }
    await put(store, { deliveries: [delivery(1, other), delivery(2, { ...other, due_ms: 1e15 })] })
    const dead = await claimAt(store, clock, { limit: 3 })
    await claimAt(store, clock, other)
    clock.nowMs += 5
    expect(await store.endLeases(clock.nowMs + 0.5)).toBe(4)
    expect(await store.endLeases(clock.nowMs)).toBe(0)
    const { due } = await store.dueDeliveries(clock.nowMs)
    expect(due.map(({ destination_id }) => destination_id).sort()).toEqual(['d_one', 'd_two'])
    const again = await claimAt(store, clock)
    expect(again.deliveries.map(({ seq, attempts }) => [seq, attempts]).sort()).toEqual([
      ...[1, 2, 3].map((seq) => [seq, 1]),
      ...[4, 5].map((seq) => [seq, 0]),
    ])
    expect(seqsIn(await claimAt(store, clock, other))).toEqual([1])
    expect(await settleAll(store, dead, { ending: DELIVERED, nowMs: clock.nowMs })).toBe(0)
    expect(await statesOf(store, 'd_two')).toEqual({ leased: 1, pending: 1 })
    await expectEquation(store)
  })
}

export function describeMaybeSent({ clock, store: make }: Suite): void {
  const seen = async (store: Store): Promise<(number | undefined)[]> =>
    (await claimAt(store, clock)).deliveries.map(({ maybe_sent_ms }) => maybe_sent_ms)
  const settleNext = async (store: Store, ending: Ending & { maybe_sent_ms?: number }) =>
    settleAll(store, await claimAt(store, clock), { ending, nowMs: clock.nowMs })

  it('remembers the first try that may have arrived, over every failure', async () => {
    const store = await make()
    await putDelivered(store, [1, 1])
    const failure = { code: 'timeout', detail: 'd', due_ms: START_MS } as const
    await settleNext(store, { state: 'retrying', ...failure })
    await settleNext(store, { state: 'retrying', ...failure, maybe_sent_ms: START_MS - 9.5 })
    await settleNext(store, { state: 'pending', due_ms: START_MS, maybe_sent_ms: START_MS })
    await settleNext(store, { state: 'held', code: '190', detail: 'd' })
    const asked = { dataset_id: SHOP, destination_id: TO, now_ms: START_MS }
    await store.requeue({ ...asked, states: ['held'] })
    await settleNext(store, { state: 'rejected', code: '100', detail: 'd' })
    // Who sends a dead letter again means it.
    await store.requeue({ ...asked, states: ['rejected'] })
    expect(await seen(store)).toEqual([undefined])
    clock.nowMs += LEASE_MS
    expect(await seen(store)).toEqual([clock.nowMs])
  })

  it('keeps it for those it is about only', async () => {
    const store = await make()
    await putDelivered(store, [1, 3])
    const { lease, deliveries } = await claimAt(store, clock)
    const back = { state: 'pending', due_ms: START_MS } as const
    const settlements = deliveries.map(({ seq }) => ({
      ...keyOf(seq),
      ...back,
      ...(seq === 2 ? { maybe_sent_ms: START_MS - 7 } : {}),
    }))
    await store.settle({ lease, now_ms: clock.nowMs, settlements, exchanges: [] })
    const again = (await claimAt(store, clock)).deliveries
    const found = again.map(({ seq, maybe_sent_ms }) => [seq, maybe_sent_ms])
    expect(found.sort()).toEqual([
      [1, undefined],
      [2, START_MS - 7],
      [3, undefined],
    ])
  })
}
