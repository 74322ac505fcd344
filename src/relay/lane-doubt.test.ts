/** Refusals that may mean a setting or the event: one bad event must not hold up all others. */
import { describe, expect, it } from 'vitest'
import type { OutboundEvent, Outcome } from '../destinations/destination.ts'
import { BACKOFF_MS_MAX, HOLD_PROBE_MS } from '../limits.ts'
import { addDestination, type Bench, DATASET, openBench, Remote } from './relay.fixture.ts'

const DELIVERED: Outcome = { state: 'delivered' }
const IN_DOUBT: Outcome = { state: 'held', code: '100', detail: 'Bad.', doubt: 'alone' }
const CONVICTED: Outcome = { state: 'rejected', code: '100', detail: 'Bad.' }
const BAD = { event_id: 'bad' }

/** As settleBatch tells it: with another event taken, the bad one is rejected at once. */
const judge = (isBad: (event: OutboundEvent) => boolean) => (events: readonly OutboundEvent[]) => {
  const isProven = events.some((event) => !isBad(event))
  const doubt = events.length > 20 ? 'among' : 'alone'
  const refused = isProven ? CONVICTED : { ...IN_DOUBT, doubt }
  const outcomes = events.map((event) => (isBad(event) ? refused : DELIVERED)) as Outcome[]
  return { outcomes, exchanges: [] }
}

async function open() {
  const remote = new Remote()
  remote.answer = judge(({ event }) => event.event_id.startsWith('bad'))
  const bench = await openBench({ destinations: [remote.destination('remote', { eventsMax: 50 })] })
  const id = await addDestination(bench)
  await bench.relay.start()
  return { ...bench, remote, id, key: { dataset_id: DATASET, destination_id: id } }
}

const statesOf = async (bench: Bench, id: string): Promise<Record<string, number>> => {
  const counts: Record<string, number> = (await bench.statusOf(id))?.states ?? {}
  return Object.fromEntries(Object.entries(counts).filter(([, n]) => n !== 0))
}

describe('an event that is refused alone, in doubt', () => {
  it('is tried again, raises an alarm, and holds nothing that comes later', async () => {
    const bench = await open()
    await bench.receive(1, BAD)
    await bench.clock.advance(200)
    expect(await statesOf(bench, bench.id)).toEqual({ held: 1 })
    expect(bench.relay.alarms()).toMatchObject([{ code: '100' }])
    expect(bench.relay.lanes(DATASET)[0]?.state).toBe('held')
    // Long after the event's first pauses: it waits for its next try, what is new does not.
    await bench.clock.advance(HOLD_PROBE_MS / 3)
    await bench.receive(3)
    await bench.clock.advance(1000)
    expect((await statesOf(bench, bench.id)).delivered).toBe(3)
    expect(bench.relay.alarms()).toEqual([])
    await bench.clock.advance(1000)
    expect(await statesOf(bench, bench.id)).toEqual({ delivered: 3, rejected: 1 })
    const query = { dataset_id: DATASET, states: ['rejected' as const], limit: 1 }
    const { deliveries } = await bench.store.deliveries(query)
    expect(deliveries).toMatchObject([{ code: '100', detail: expect.stringMatching(/this event/) }])
    expect(bench.relay.alarms()).toEqual([])
  })

  it('is not called bad while nothing else was taken, and little is asked meanwhile', async () => {
    const bench = await open()
    bench.remote.answer = judge(() => true)
    await bench.receive(1, BAD)
    for (let minute = 0; minute < 120; minute++) {
      await bench.receive(1)
      await bench.clock.advance(60_000)
    }
    expect(await statesOf(bench, bench.id)).toMatchObject({ held: expect.any(Number) })
    expect(bench.remote.batches.length).toBeLessThan(2 * 120)
    expect(bench.relay.alarms()).toMatchObject([{ code: '100' }])
    bench.remote.answer = judge(() => false)
    await bench.configs.update(bench.key, { settings: { token: 'the-right-token' } })
    await bench.clock.advance(10_000)
    expect(await statesOf(bench, bench.id)).toEqual({ delivered: 121 })
    expect(bench.relay.alarms()).toEqual([])
  })
})

it('many bad events do not stand before the good ones for ever', async () => {
  const bench = await open()
  for (let n = 0; n < 60; n++) await bench.receive(1, { event_id: `bad-${n}` })
  await bench.clock.advance(60_000)
  await bench.receive(5)
  await bench.clock.advance(BACKOFF_MS_MAX)
  expect((await statesOf(bench, bench.id)).delivered).toBe(5)
  await bench.clock.advance(2 * HOLD_PROBE_MS)
  await bench.receive(1)
  await bench.clock.advance(2 * HOLD_PROBE_MS)
  expect(await statesOf(bench, bench.id)).toEqual({ delivered: 6, rejected: 60 })
})
