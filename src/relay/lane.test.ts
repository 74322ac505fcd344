/** One lane with several batches of one claim, or several claims under way: what they tell it. */
import { describe, expect, it } from 'vitest'
import type { Sent } from '../destinations/destination.ts'
import { TwofoldError } from '../errors.ts'
import { LEASE_MS, RELAY_STORE_RETRY_MS, SEND_SOFT_MS } from '../limits.ts'
import {
  addDestination,
  all,
  type Bench,
  type BenchOptions,
  DATASET,
  HELD,
  idle,
  openBench,
  RETRY,
  Remote,
} from './relay.fixture.ts'

const DELIVERED = { state: 'delivered' } as const
/** Two events of the scripted remote take about this much, three do not fit. */
const TWO_EVENTS_BYTES = 80

async function open(
  bounds: { bytesMax?: number; inFlightMax?: number; eventsMax?: number },
  seen: BenchOptions['seen'] = {},
) {
  const remote = new Remote()
  const bench = await openBench({ destinations: [remote.destination('remote', bounds)], seen })
  const id = await addDestination(bench)
  await bench.relay.start()
  return { ...bench, remote, id, key: { dataset_id: DATASET, destination_id: id } }
}

const statesOf = async (bench: Bench, id: string): Promise<Record<string, number>> => {
  const counts: Record<string, number> = (await bench.statusOf(id))?.states ?? {}
  return Object.fromEntries(Object.entries(counts).filter(([, n]) => n !== 0))
}

/** Every batch waits until the test answers it. */
function asking(remote: Remote): ((sent: (n: number) => Sent['outcomes'][number]) => void)[] {
  const answers: ((of: (n: number) => Sent['outcomes'][number]) => void)[] = []
  remote.answer = (events) =>
    new Promise((answer) => {
      answers.push((of) => answer({ outcomes: events.map((_, n) => of(n)), exchanges: [] }))
    })
  return answers
}

describe('the batches of one claim', () => {
  it('end with the one that is held: the others go back unsent', async () => {
    const bench = await open({ bytesMax: TWO_EVENTS_BYTES, inFlightMax: 1 })
    bench.remote.answer = (events) => all(events, HELD)
    await bench.receive(8)
    await bench.clock.advance(1000)
    expect(bench.remote.batches).toHaveLength(1)
    expect(await statesOf(bench, bench.id)).toEqual({ held: 2, pending: 6 })
  })

  it('end when the settings change: the others leave under the new ones', async () => {
    const bench = await open({ bytesMax: TWO_EVENTS_BYTES, inFlightMax: 1 })
    const answers = asking(bench.remote)
    await bench.receive(6)
    await bench.clock.advance(1000)
    await bench.configs.update(bench.key, { settings: { token: 'the-new-token' } })
    const tokens: string[] = []
    bench.remote.answer = (events, { settings }) => {
      tokens.push(settings.token)
      return all(events, DELIVERED)
    }
    answers[0]?.(() => DELIVERED)
    await bench.clock.advance(1000)
    expect(tokens).toEqual(['the-new-token', 'the-new-token'])
    expect(await statesOf(bench, bench.id)).toEqual({ delivered: 6 })
  })

  it('end when the server stops: the others go back unsent', async () => {
    const bench = await open({ bytesMax: TWO_EVENTS_BYTES, inFlightMax: 1 })
    const answers = asking(bench.remote)
    await bench.receive(6)
    await bench.clock.advance(1000)
    const stopped = bench.relay.stop()
    answers[0]?.(() => DELIVERED)
    await stopped
    expect(answers).toHaveLength(1)
    expect(await statesOf(bench, bench.id)).toEqual({ delivered: 2, pending: 4 })
  })

  it('are not sent beyond their lease: another process may have them by then', async () => {
    const bounds = { bytesMax: TWO_EVENTS_BYTES, inFlightMax: 1, eventsMax: 20 }
    const bench = await open(bounds)
    bench.remote.answer = async (events) => {
      await bench.clock.sleep(9_000, new AbortController().signal)
      return all(events, DELIVERED)
    }
    await bench.receive(20)
    await bench.clock.advance(1000)
    const other = await openBench({
      destinations: [bench.remote.destination('remote', bounds)],
      store: bench.store,
      clock: bench.clock,
      isAlone: false,
    })
    await other.relay.start()
    await bench.clock.advance(4 * LEASE_MS)
    expect(await statesOf(bench, bench.id)).toEqual({ delivered: 20 })
    expect(bench.remote.took).toHaveLength(20)
  })
})

describe('batches under way together', () => {
  it('do not lift the hold that one of them brought', async () => {
    const bench = await open({ eventsMax: 2, inFlightMax: 2 })
    const answers = asking(bench.remote)
    await bench.receive(8)
    await bench.clock.advance(1000)
    expect(answers).toHaveLength(2)
    answers[0]?.(() => HELD)
    await idle()
    answers[1]?.(() => DELIVERED)
    await bench.clock.advance(60_000)
    expect(answers).toHaveLength(2)
    expect(bench.relay.alarms()).toMatchObject([{ code: '190' }])
    bench.remote.answer = (events) => all(events, DELIVERED)
    await bench.relay.retry(bench.key)
    await bench.clock.advance(1000)
    expect(await statesOf(bench, bench.id)).toEqual({ delivered: 8 })
  })

  it('become fewer when the remote is slow, and more when it is well', async () => {
    const bench = await open({ eventsMax: 1, inFlightMax: 4 })
    const answers = asking(bench.remote)
    await bench.receive(40)
    await bench.clock.advance(SEND_SOFT_MS + 100)
    expect(answers).toHaveLength(4)
    for (const answer of answers.splice(0)) answer(() => DELIVERED)
    await bench.clock.advance(500)
    expect(answers).toHaveLength(1)
    expect(bench.log.some((line) => line.includes('slow'))).toBe(true)
    for (let i = 0; i < 8; i++) {
      for (const answer of answers.splice(0)) answer(() => DELIVERED)
      await bench.clock.advance(200)
    }
    expect(answers).toHaveLength(4)
  })
})

describe('a hold that meets an outage', () => {
  it('stays, and is asked about again within the minute', async () => {
    const bench = await open({})
    bench.remote.answer = (events) => all(events, HELD)
    await bench.receive(3)
    await bench.clock.advance(1000)
    bench.remote.answer = (events) => all(events, RETRY)
    await bench.configs.update(bench.key, { settings: { token: 'the-new-token' } })
    await bench.clock.advance(1000)
    expect(bench.relay.alarms()).toHaveLength(1)
    bench.remote.answer = (events) => all(events, DELIVERED)
    await bench.clock.advance(3 * 60_000)
    expect(bench.relay.alarms()).toEqual([])
    expect(await statesOf(bench, bench.id)).toEqual({ delivered: 3 })
  })
})

describe('a store that refuses', () => {
  it('to settle is asked again, so that nothing goes twice', async () => {
    let refusals = 3
    const bench = await open(
      {},
      {
        settle: (request) => {
          refusals -= 1
          if (refusals >= 0) return Promise.reject(new TwofoldError('store_full'))
          return bench.store.settle(request)
        },
      },
    )
    await bench.receive(3)
    await bench.clock.advance(5 * RELAY_STORE_RETRY_MS)
    expect(await statesOf(bench, bench.id)).toEqual({ delivered: 3 })
    expect(bench.remote.took).toHaveLength(3)
    expect(bench.log.join()).toContain('The disk is full')
  })

  it('to say what is due, or to lease it, is asked again after a while', async () => {
    let refusals = 4
    const refuse = <T>(work: () => Promise<T>): Promise<T> => {
      refusals -= 1
      return refusals >= 0 ? Promise.reject(new TwofoldError('store_locked')) : work()
    }
    const bench = await open(
      {},
      {
        claim: (request) => refuse(() => bench.store.claim(request)),
        dueDeliveries: (nowMs) => refuse(() => bench.store.dueDeliveries(nowMs)),
      },
    )
    await bench.receive(3)
    await bench.clock.advance(10 * RELAY_STORE_RETRY_MS)
    expect(await statesOf(bench, bench.id)).toEqual({ delivered: 3 })
  })
})
