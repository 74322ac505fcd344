/**
 * What a replay needs of the outbox, as an executable contract: how deliveries stand, and the form
 * in which they leave. Called by conformance.ts.
 */
import { expect, it } from 'vitest'
import { EXCHANGE_MS_MAX } from '../limits.ts'
import { AMONG, putMixed } from './conformance-dead-letters.ts'
import {
  claimAt,
  delivery,
  expectEquation,
  keyOf,
  listed,
  range,
  settleAll,
  TO,
} from './conformance-deliveries.ts'
import { leg, put, SHOP, START_MS, type Suite, tidied } from './conformance-legs.ts'

export function describeReplays({ clock, store: make }: Suite): void {
  it('tells how a delivery stands, also one that was delivered long ago', async () => {
    const store = await make()
    await putMixed(store, clock)
    await tidied(store, START_MS + EXCHANGE_MS_MAX + 1)
    const keys = [12, 1, 4, 13, 99, 12].map((seq) => keyOf(seq))
    const elsewhere = { ...keyOf(12), destination_id: 'd_two' }
    const never = { delivered: false }
    const asked = [...keys, keyOf(12, 12), elsewhere, { ...keyOf(12), dataset_id: 'B' }]
    expect(await store.standings(asked)).toEqual([
      { delivered: true },
      { state: 'held', delivered: false },
      { state: 'rejected', delivered: false },
      { state: 'pending', delivered: false },
      never,
      { delivered: true },
      ...[never, never, never],
    ])
    await store.enqueue([delivery(12)], { again: true })
    expect(await store.standings([keyOf(12)])).toEqual([{ state: 'pending', delivered: true }])
    await store.eraseDestination(SHOP, TO)
    expect(await store.standings([keyOf(12)])).toEqual([never])
    expect(await store.standings([])).toEqual([])
  })

  it('remembers through every failure that an event leaves under the rules in force', async () => {
    const store = await make()
    const seqs = range(1, 6)
    await put(store, { legs: range(1, 7).map((seq) => leg(seq)), deliveries: [delivery(7)] })
    expect(
      await store.enqueue(
        seqs.map((seq) => delivery(seq)),
        { under_rules: true },
      ),
    ).toBe(6)
    const failures = [
      { state: 'held', code: '190', detail: '' },
      { state: 'retrying', due_ms: START_MS, code: '2', detail: '' },
      { state: 'pending', due_ms: START_MS },
      { state: 'rejected', code: '100', detail: '' },
    ] as const
    const under = async (): Promise<(true | undefined)[]> => {
      clock.nowMs += 1
      const claimed = await claimAt(store, clock)
      const inOrder = [...claimed.deliveries].sort((a, b) => a.seq - b.seq)
      for (const ending of failures) {
        const one = { ...claimed, deliveries: inOrder.splice(0, 2) }
        await settleAll(store, one, { ending, nowMs: clock.nowMs })
      }
      await store.requeue({ ...AMONG, states: ['held', 'rejected', 'retrying'] })
      return [...claimed.deliveries]
        .sort((a, b) => a.seq - b.seq)
        .map(({ under_rules }) => under_rules)
    }
    const marked = [...seqs.map(() => true), undefined]
    expect(await under()).toEqual(marked)
    const rows = [...(await listed(store))].reverse()
    expect(rows.map(({ under_rules }) => under_rules)).toEqual(marked)
    expect(await under()).toEqual(marked)
  })

  it('lets a dead letter leave in another form when it is sent again', async () => {
    const store = await make()
    await putMixed(store, clock)
    const asked = { ...AMONG, states: ['rejected', 'held'] as const }
    await store.requeue({ ...asked, keys: [keyOf(4), keyOf(1)], under_rules: true })
    await store.requeue({ ...asked, keys: [keyOf(5)] })
    const ofSeqs = async (): Promise<Record<number, boolean>> => {
      const { deliveries, lease } = await claimAt(store, clock)
      const some = deliveries.filter(({ seq }) => seq < 6)
      const ending = { state: 'rejected', code: '100', detail: '' } as const
      await settleAll(store, { lease, deliveries: some }, { ending, nowMs: clock.nowMs })
      return Object.fromEntries(some.map(({ seq, under_rules = false }) => [seq, under_rules]))
    }
    expect(await ofSeqs()).toEqual({ 1: true, 4: true, 5: false })
    await store.requeue({ ...asked, code: '100', keys: [keyOf(1), keyOf(5)], under_rules: false })
    expect(await ofSeqs()).toEqual({ 1: false, 5: false })
    await expectEquation(store)
  })
}
