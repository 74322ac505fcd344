/**
 * Random lives of an outbox against a model of a few lines: after every step the equation holds and
 * every delivery is in the state the model says. Called by conformance.ts.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  claimAt,
  delivery,
  type Ending,
  endings,
  exchange,
  expectEquation,
  keyOf,
  LEASE_MS,
  listed,
} from './conformance-deliveries.ts'
import { leg, put, SHOP, START_MS, type Suite, tidied } from './conformance-legs.ts'
import { type Claimed, type DeliveryState, scheduled, urgencyOf } from './outbox.ts'
import type { Store } from './store.ts'

interface Known {
  state: DeliveryState
  due_ms: number
  attempts: number
  lease: string
  readonly expires_ms: number
}

type Step =
  | { readonly do: 'put'; readonly n: number; readonly waitMs: number; readonly hours: number }
  | { readonly do: 'claim'; readonly limit: number; readonly second: boolean }
  | { readonly do: 'settle'; readonly pick: number; readonly endings: readonly number[] }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'requeue'; readonly states: readonly ('held' | 'rejected' | 'retrying')[] }
  | { readonly do: 'enqueue'; readonly again: boolean; readonly seqs: readonly number[] }
  | { readonly do: 'tidy' }

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('put' as const),
    n: fc.integer({ min: 1, max: 12 }),
    waitMs: fc.constantFrom(0, 0, 700, 5000),
    hours: fc.nat(3),
  }),
  fc.record({
    do: fc.constant('claim' as const),
    limit: fc.integer({ min: 1, max: 15 }),
    second: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('settle' as const),
    pick: fc.nat(5),
    endings: fc.array(fc.nat(5), { minLength: 1, maxLength: 15 }),
  }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 700, LEASE_MS) }),
  fc.record({
    do: fc.constant('requeue' as const),
    states: fc.subarray(['held', 'rejected', 'retrying'] as const),
  }),
  fc.record({
    do: fc.constant('enqueue' as const),
    again: fc.boolean(),
    seqs: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 10 }),
  }),
  fc.record({ do: fc.constant('tidy' as const) }),
)

export function describeOutboxModel({ clock, fresh }: Suite): void {
  it('is always where a model says, whatever happens in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 30 }), async (all) => {
        const { store, again } = await fresh()
        const other = (await again?.()) ?? store
        const model = new Model(clock)
        for (const step of all) {
          await model.take(step, { store, other })
          await expectEquation(other)
          const rows = await listed(store)
          const states = rows.map(({ seq, state, attempts }) => [seq, state, attempts])
          expect(states).toEqual(model.states())
        }
        await store.close()
        if (other !== store) await other.close()
      }),
      { numRuns: 25 },
    )
  }, 60_000)
}

class Model {
  readonly #clock: Suite['clock']
  readonly #live = new Map<number, Known>()
  /** One line per try that delivered, oldest first. */
  readonly #delivered: { readonly seq: number; readonly attempts: number }[] = []
  readonly #claims: Claimed[] = []
  #seqs = 0

  constructor(clock: Suite['clock']) {
    this.#clock = clock
  }

  /** As listed: highest seq first, what is not delivered before what is, the later before. */
  states(): [number, DeliveryState, number][] {
    const live = [...this.#live].map(
      ([seq, { state, attempts }]): [number, DeliveryState, number] => [seq, state, attempts],
    )
    const gone = this.#delivered
      .map(({ seq, attempts }): [number, DeliveryState, number] => [seq, 'delivered', attempts])
      .reverse()
    return [...live, ...gone].sort(([a], [b]) => b - a)
  }

  async take(step: Step, { store, other }: { store: Store; other: Store }): Promise<void> {
    switch (step.do) {
      case 'put':
        return this.#put(step, store)
      case 'claim':
        return this.#claim(step, step.second ? other : store)
      case 'settle':
        return this.#settle(step, store)
      case 'wait':
        this.#clock.nowMs += step.ms
        return
      case 'requeue':
        return this.#requeue(step, store)
      case 'enqueue':
        return this.#enqueue(step, store)
      case 'tidy':
        return tidied(store, this.#clock.nowMs)
    }
  }

  async #put({ n, waitMs, hours }: Step & { do: 'put' }, store: Store): Promise<void> {
    const seqs = Array.from({ length: n }, (_, i) => this.#seqs + 1 + i)
    const write = {
      due_ms: waitMs === 0 ? 0 : this.#clock.nowMs + waitMs,
      expires_ms: START_MS + (hours + 24) * 3_600_000,
    }
    const deliveries = seqs.map((seq) => delivery(seq, write))
    await put(store, { legs: seqs.map((seq) => leg(seq)), deliveries })
    for (const seq of seqs) this.#create(seq, write)
    this.#seqs += n
  }

  #create(seq: number, write: { due_ms: number; expires_ms: number }): void {
    const times = scheduled(write, this.#clock.nowMs)
    this.#live.set(seq, { ...times, state: 'pending', attempts: 0, lease: '' })
  }

  async #claim({ limit }: Step & { do: 'claim' }, store: Store): Promise<void> {
    const { nowMs } = this.#clock
    const { due } = await store.dueDeliveries(nowMs)
    const claimable = [...this.#live].filter(
      ([, { state, due_ms }]) =>
        (state === 'pending' || state === 'retrying' || state === 'leased') && due_ms <= nowMs,
    )
    expect(due).toHaveLength(claimable.length > 0 ? 1 : 0)
    const claimed = await claimAt(store, this.#clock, { limit })
    const seqs = claimed.deliveries.map(({ seq }) => seq)
    expect(seqs.length).toBe(Math.min(limit, claimable.length))
    expect(new Set(seqs).size).toBe(seqs.length)
    const left = claimable.filter(([seq]) => !seqs.includes(seq))
    for (const { seq, attempts, expires_ms, event } of claimed.deliveries) {
      const known = claimable.find(([one]) => one === seq)?.[1]
      if (!known) throw new Error(`${seq} was not claimable`)
      if (known.state === 'leased') known.attempts += 1
      expect({ attempts, expires_ms, event }).toEqual({
        ...{ attempts: known.attempts, expires_ms: known.expires_ms },
        event: { legs: [leg(seq)] },
      })
      const urgency = urgencyOf(expires_ms)
      for (const [, { expires_ms: later }] of left) {
        expect(urgencyOf(later)).toBeGreaterThanOrEqual(urgency)
      }
      Object.assign(known, { state: 'leased', due_ms: nowMs + LEASE_MS, lease: claimed.lease })
    }
    if (seqs.length > 0) this.#claims.push(claimed)
  }

  async #settle(step: Step & { do: 'settle' }, store: Store): Promise<void> {
    const claimed = this.#claims.at(-1 - (step.pick % (this.#claims.length || 1)))
    if (!claimed) return
    const { nowMs } = this.#clock
    const failure = { code: 'c', detail: 'd', exchange: 0 }
    const kinds: readonly Ending[] = [
      { state: 'delivered', exchange: 0 },
      { state: 'delivered', exchange: 0 },
      { state: 'retrying', due_ms: nowMs + 700, ...failure },
      { state: 'held', ...failure },
      { state: 'rejected', ...failure },
      { state: 'pending', due_ms: nowMs + 1 },
    ]
    const some = claimed.deliveries.slice(0, step.endings.length)
    const chosen = some.map(({ seq }, i) => {
      const ending = kinds[step.endings[i] ?? 0] ?? { state: 'delivered' as const, exchange: 0 }
      return { seq, ending }
    })
    const settlements = chosen.flatMap(({ seq, ending }) => endings([keyOf(seq)], ending))
    const { lease } = claimed
    const exchanges = [exchange({ at_ms: nowMs })]
    const effective = await store.settle({ lease, now_ms: nowMs, settlements, exchanges })
    const mine = chosen.filter(({ seq }) => this.#live.get(seq)?.lease === lease)
    expect(effective).toBe(mine.length)
    for (const { seq, ending } of mine) this.#end(seq, ending)
  }

  #end(seq: number, ending: Ending): void {
    const known = this.#live.get(seq)
    if (!known) return
    const attempts = known.attempts + (ending.state === 'pending' ? 0 : 1)
    if (ending.state === 'delivered') {
      this.#live.delete(seq)
      this.#delivered.push({ seq, attempts })
    } else {
      const due = 'due_ms' in ending ? { due_ms: ending.due_ms } : {}
      Object.assign(known, { ...due, state: ending.state, attempts, lease: '' })
    }
  }

  async #requeue({ states }: Step & { do: 'requeue' }, store: Store): Promise<void> {
    const found = [...this.#live.values()].filter(({ state }) =>
      states.some((one) => one === state),
    )
    const { dataset_id, destination_id } = keyOf(1)
    const now_ms = this.#clock.nowMs
    const done = await store.requeue({ dataset_id, destination_id, states, now_ms })
    expect(done).toBe(found.length)
    for (const known of found) {
      Object.assign(known, { state: 'pending', due_ms: now_ms, attempts: 0 })
    }
  }

  async #enqueue({ seqs, again }: Step & { do: 'enqueue' }, store: Store): Promise<void> {
    const stored = [...new Set(seqs)].filter((seq) => seq <= this.#seqs)
    const wasDelivered = new Set(this.#delivered.map(({ seq }) => seq))
    const fresh = stored.filter((seq) => !this.#live.has(seq) && (again || !wasDelivered.has(seq)))
    const written = await store.enqueue(
      stored.map((seq) => delivery(seq)),
      { again },
    )
    expect(written).toBe(fresh.length)
    for (const seq of fresh) this.#create(seq, delivery(seq))
    const { length } = await listed(store, { dataset_id: SHOP, states: ['delivered'] })
    expect(length).toBe(this.#delivered.length)
  }
}
