/**
 * Random histories against the two folds that need no store: counters from the legs, events from
 * the legs grouped. Called by conformance.ts.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Channel, Leg, Verdict } from '../event/shape.ts'
import {
  EVER,
  HOUR_S,
  idWrite,
  leg,
  paged,
  put,
  SHOP,
  START_S,
  type Suite,
  scanned,
  tidied,
} from './conformance-legs.ts'
import type { CounterDelta } from './store.ts'

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

export function describeHistories({ clock, store: make }: Suite): void {
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
