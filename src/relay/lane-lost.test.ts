/** Tries of which nobody heard: whether and how long the same event is sent again. */
import { expect, it } from 'vitest'
import { DEDUP_WINDOW_MS, HOLD_PROBE_MS } from '../limits.ts'
import { addDestination, all, DATASET, HELD, openBench, RETRY, Remote } from './relay.fixture.ts'

const DELIVERED = { state: 'delivered' } as const
const LOST = { ...RETRY, code: 'network', lost: true } as const

async function open(repeatMsMax?: number) {
  const remote = new Remote()
  const bounds = repeatMsMax === undefined ? {} : { repeatMsMax }
  const bench = await openBench({ destinations: [remote.destination('remote', bounds)] })
  const id = await addDestination(bench)
  await bench.relay.start()
  remote.answer = (events) => all(events, LOST)
  await bench.receive(3)
  await bench.clock.advance(100)
  // Then the token expires, for two days and more.
  remote.answer = (events) => all(events, HELD)
  await bench.clock.advance(DEDUP_WINDOW_MS - 2 * HOLD_PROBE_MS)
  await bench.receive(2)
  const statuses = async () => (await bench.statusOf(id))?.states
  return { ...bench, remote, id, statuses }
}

it('is sent again as long as copies are recognised', async () => {
  const bench = await open()
  bench.remote.answer = (events) => all(events, DELIVERED)
  await bench.clock.advance(HOLD_PROBE_MS)
  expect(await bench.statuses()).toMatchObject({ delivered: 5, rejected: 0 })
})

it('is left to a person when it may count twice; what never left is sent', async () => {
  const bench = await open()
  await bench.clock.advance(3 * HOLD_PROBE_MS)
  bench.remote.answer = (events) => all(events, DELIVERED)
  await bench.clock.advance(2 * HOLD_PROBE_MS)
  expect(await bench.statuses()).toMatchObject({ delivered: 2, rejected: 3, held: 0 })
  const query = { dataset_id: DATASET, states: ['rejected' as const], limit: 10 }
  const { deliveries } = await bench.store.deliveries(query)
  for (const row of deliveries) {
    expect(row).toMatchObject({
      code: 'may_have_arrived',
      detail: expect.stringMatching(/the answer was lost.* send it again\.$/),
    })
  }
  // Knowingly: it leaves at once, under the id it has.
  const again = { dataset_id: DATASET, destination_id: bench.id, now_ms: bench.clock.nowMs }
  expect(await bench.store.requeue({ ...again, states: ['rejected'] })).toBe(3)
  bench.relay.wake()
  await bench.clock.advance(1000)
  expect(await bench.statuses()).toMatchObject({ delivered: 5, rejected: 0 })
})

it('is sent again at any time where the receiver knows every id for ever', async () => {
  const bench = await open(Number.POSITIVE_INFINITY)
  await bench.clock.advance(3 * HOLD_PROBE_MS)
  bench.remote.answer = (events) => all(events, DELIVERED)
  await bench.clock.advance(2 * HOLD_PROBE_MS)
  expect(await bench.statuses()).toMatchObject({ delivered: 5, rejected: 0 })
})
