import { describe, expect, it } from 'vitest'
import { START_MS } from '../ingest/shop.fixture.ts'
import {
  BREAKER_FAILURES_MAX,
  HOLD_PROBE_MS,
  PROBE_EVENTS_MAX,
  SEND_HARD_MS,
  SEND_LAST_WORDS_MS,
} from '../limits.ts'
import {
  addDestination,
  all,
  type Bench,
  type BenchOptions,
  DATASET,
  DAY_MS,
  HELD,
  never,
  openBench,
  RETRY,
  Remote,
  TOKEN,
} from './relay.fixture.ts'

async function open(options: Partial<BenchOptions> = {}, settings: Record<string, unknown> = {}) {
  const remote = new Remote()
  const bench = await openBench({ destinations: [remote.destination('remote')], ...options })
  const id = await addDestination(bench, settings)
  await bench.relay.start()
  return { ...bench, remote, id, key: { dataset_id: DATASET, destination_id: id } }
}

const states = async (bench: Bench, id: string): Promise<Record<string, number>> => {
  const counts: Record<string, number> = (await bench.statusOf(id))?.states ?? {}
  return Object.fromEntries(Object.entries(counts).filter(([, n]) => n !== 0))
}

describe('the relay', () => {
  it('delivers what is received, once each, in full batches', async () => {
    const bench = await open()
    await bench.receive(95)
    await bench.clock.advance(1000)
    expect(bench.remote.took).toHaveLength(95)
    expect(new Set(bench.remote.took).size).toBe(95)
    expect(bench.remote.batches.length).toBeLessThanOrEqual(11)
    expect(await states(bench, bench.id)).toEqual({ delivered: 95 })
    await bench.relay.stop()
  })

  it('tries again what failed, with the pause that was asked for, and no event twice', async () => {
    const bench = await open()
    let calls = 0
    bench.remote.answer = (events) => {
      calls += 1
      return calls === 1 ? all(events, { ...RETRY, afterMs: 60_000 }) : all(events, DELIVERED)
    }
    await bench.receive(3)
    await bench.clock.advance(59_000)
    expect(await states(bench, bench.id)).toEqual({ retrying: 3 })
    expect(calls).toBe(1)
    await bench.clock.advance(6_000)
    expect(await states(bench, bench.id)).toEqual({ delivered: 3 })
    expect(bench.remote.took).toHaveLength(3)
  })

  it('settles each event of a batch as its own outcome says', async () => {
    const bench = await open()
    bench.remote.answer = (events) => ({
      outcomes: events.map(({ event }) =>
        event.event_id === 'e2'
          ? { state: 'rejected', code: '2804003', detail: `No ${TOKEN}` }
          : DELIVERED,
      ),
      exchanges: [
        { url: 'https://a', status: 400, ms: 1, events: 3, answer: 'bad' },
        { url: 'https://a', status: 200, ms: 1, events: 2, answer: 'good' },
      ],
      exchangeOf: [1, 0, 1],
    })
    await bench.receive(3)
    await bench.clock.advance(1000)
    expect(await states(bench, bench.id)).toEqual({ delivered: 2, rejected: 1 })
    const query = { dataset_id: DATASET, limit: 10, states: ['rejected' as const] }
    const [row] = (await bench.store.deliveries(query)).deliveries
    expect(row).toMatchObject({ seq: 2, code: '2804003', exchange: { answer: 'bad' } })
  })

  it('never shows a secret that a remote repeats', async () => {
    const bench = await open()
    bench.remote.answer = (events) => all(events, HELD)
    await bench.receive(1)
    await bench.clock.advance(1000)
    const { deliveries } = await bench.store.deliveries({ dataset_id: DATASET, limit: 10 })
    const shown = JSON.stringify([deliveries, bench.relay.alarms(), bench.log])
    expect(shown).toContain('•••• 1234')
    expect(shown).not.toContain(TOKEN)
    expect(JSON.stringify(await bench.store.getSettings('destination'))).not.toContain(TOKEN)
  })

  it('keeps what its destination has no use for, with the reason', async () => {
    const bench = await open()
    await bench.receive(1, { custom_data: { refuse: true } })
    await bench.receive(1)
    await bench.clock.advance(1000)
    expect(await states(bench, bench.id)).toEqual({ delivered: 1, rejected: 1 })
    const query = { dataset_id: DATASET, limit: 10, states: ['rejected' as const] }
    expect((await bench.store.deliveries(query)).deliveries[0]?.code).toBe('no_use')
  })

  it('rejects an event that became too old before it can sink a batch', async () => {
    const bench = await open()
    bench.remote.answer = (events) => all(events, RETRY)
    await bench.receive(2, { event_time: Math.floor((START_MS - 7 * DAY_MS) / 1000) + 60 })
    await bench.receive(1)
    await bench.clock.advance(30_000)
    bench.remote.answer = (events) => all(events, DELIVERED)
    bench.clock.nowMs += 60_000
    await bench.clock.advance(5 * 60_000)
    expect(await states(bench, bench.id)).toEqual({ delivered: 1, rejected: 2 })
    const query = { dataset_id: DATASET, limit: 10, code: 'too_old' }
    expect((await bench.store.deliveries(query)).deliveries).toHaveLength(2)
  })

  it('sends no second copy of an event so late that it would count again', async () => {
    const bench = await open()
    await bench.receive(1, { event_id: 'late' })
    await bench.clock.advance(1000)
    bench.remote.answer = (events) => all(events, RETRY)
    await bench.shop.send('server', { event_name: 'PageView', event_id: 'late', em: 'a@b.c' })
    bench.relay.wake()
    await bench.clock.advance(5000)
    bench.remote.answer = (events) => all(events, DELIVERED)
    bench.clock.nowMs += 2 * DAY_MS
    await bench.clock.advance(5 * 60_000)
    expect(bench.remote.took).toEqual([`${DATASET}:1:1`])
    const query = { dataset_id: DATASET, limit: 10, code: 'copy_too_late' }
    expect((await bench.store.deliveries(query)).deliveries).toMatchObject([{ leg_seq: 2 }])
  })

  it('sends no faster than the owner allows', async () => {
    const bench = await open({}, { events_per_s_max: 20 })
    await bench.receive(100)
    await bench.clock.advance(1000)
    expect(bench.remote.took.length).toBeLessThanOrEqual(40)
    await bench.clock.advance(5000)
    expect(bench.remote.took).toHaveLength(100)
  })

  it('pauses when the usage headers ask for it', async () => {
    const bench = await open()
    bench.remote.answer = (events) => ({ ...all(events, DELIVERED), pauseMs: 30_000 })
    await bench.receive(1)
    await bench.clock.advance(500)
    await bench.receive(1)
    await bench.clock.advance(29_000)
    expect(bench.remote.took).toHaveLength(1)
    expect(bench.relay.lanes(DATASET)[0]).toMatchObject({ state: 'paused' })
    await bench.clock.advance(2000)
    expect(bench.remote.took).toHaveLength(2)
  })
})

describe('a destination that hangs', () => {
  it('delays no other destination and no ingest', async () => {
    const [slow, fast] = [new Remote(), new Remote()]
    const bench = await openBench({
      destinations: [slow.destination('slow'), fast.destination('fast')],
    })
    slow.answer = never
    await addDestination(bench, { type: 'slow' })
    const fastId = await addDestination(bench, { type: 'fast' })
    await bench.relay.start()
    for (let i = 1; i <= 20; i++) {
      await bench.receive(5)
      await bench.clock.advance(500)
      expect(fast.took).toHaveLength(5 * i)
    }
    expect(await states(bench, fastId)).toEqual({ delivered: 100 })
    expect(await bench.shop.total('accepted')).toBe(100)
  })

  it('is given up after the hard timeout, tried again, and then left alone for a while', async () => {
    const bench = await open()
    bench.remote.answer = never
    await bench.receive(5)
    await bench.clock.advance(SEND_HARD_MS + SEND_LAST_WORDS_MS + 100)
    expect(await states(bench, bench.id)).toEqual({ retrying: 5 })
    expect(bench.relay.lanes(DATASET)[0]?.last_error?.code).toBe('timeout')
    await bench.clock.advance(5 * 60_000)
    const calls = bench.remote.batches.length
    expect(calls).toBeGreaterThanOrEqual(BREAKER_FAILURES_MAX)
    expect(calls).toBeLessThan(30)
    expect(bench.relay.lanes(DATASET)[0]?.state).toBe('unreachable')
  })

  it('is believed when it says at last which events went through', async () => {
    const bench = await open()
    bench.remote.answer = (events, { signal }) =>
      new Promise((answer) => {
        signal.addEventListener('abort', () =>
          answer({ outcomes: events.map((_, i) => (i === 0 ? DELIVERED : RETRY)), exchanges: [] }),
        )
      })
    await bench.receive(2)
    await bench.clock.advance(SEND_HARD_MS + 100)
    expect(await states(bench, bench.id)).toEqual({ delivered: 1, retrying: 1 })
  })
})

describe('the breaker', () => {
  it('asks a dead destination little, with few events, and sends everything once it is back', async () => {
    const bench = await open()
    bench.remote.answer = (events) => all(events, RETRY)
    await bench.receive(200)
    await bench.clock.advance(10 * 60_000)
    const whileDead = bench.remote.batches.length
    expect(whileDead).toBeLessThan(60)
    expect(bench.log.join('\n')).toContain('does not answer')
    bench.remote.answer = (events) => all(events, DELIVERED)
    await bench.clock.advance(10 * 60_000)
    expect(await states(bench, bench.id)).toEqual({ delivered: 200 })
    expect(bench.relay.lanes(DATASET)[0]?.state).toBe('running')
  })

  it('counts a destination whose code throws as failed, and loses nothing', async () => {
    const bench = await open()
    bench.remote.answer = () => {
      throw new Error(`a defect that names ${TOKEN}`)
    }
    await bench.receive(3)
    await bench.clock.advance(1000)
    expect(await states(bench, bench.id)).toEqual({ retrying: 3 })
    expect(JSON.stringify(bench.relay.lanes(DATASET))).not.toContain(TOKEN)
    bench.remote.answer = (events) => all(events, DELIVERED)
    await bench.clock.advance(10 * 60_000)
    expect(await states(bench, bench.id)).toEqual({ delivered: 3 })
  })
})

describe('a hold', () => {
  const goodToken = 'another-token-that-works'
  const checking = (bench: { remote: Remote }): void => {
    bench.remote.answer = (events, { settings }) =>
      all(events, settings.token === goodToken ? DELIVERED : HELD)
  }

  it('keeps everything until the owner mends the settings, then sends everything', async () => {
    const bench = await open()
    checking(bench)
    await bench.receive(200)
    await bench.clock.advance(1000)
    await bench.receive(50)
    await bench.clock.advance(5 * 60_000)
    expect(bench.remote.batches.length).toBeLessThanOrEqual(2)
    expect(bench.relay.alarms(DATASET)).toEqual([
      {
        ...bench.key,
        code: '190',
        detail: 'Bad token •••• 1234.',
        since_ms: expect.any(Number),
        next_try_ms: expect.any(Number),
      },
    ])
    expect(bench.relay.lanes(DATASET)[0]?.state).toBe('held')
    await bench.configs.update(bench.key, { settings: { token: goodToken } })
    await bench.clock.advance(2000)
    expect(await states(bench, bench.id)).toEqual({ delivered: 250 })
    expect(bench.relay.alarms()).toEqual([])
  })

  it('asks by itself now and then, with a few events', async () => {
    const bench = await open()
    checking(bench)
    await bench.receive(200)
    await bench.clock.advance(1000)
    const [alarm] = bench.relay.alarms()
    const before = bench.remote.batches.length
    await bench.clock.advance(2 * HOLD_PROBE_MS)
    const probes = bench.remote.batches.slice(before)
    expect(probes).toHaveLength(2)
    for (const probe of probes) expect(probe.length).toBeLessThanOrEqual(PROBE_EVENTS_MAX)
    expect(bench.relay.alarms()[0]?.since_ms).toBe(alarm?.since_ms)
    bench.remote.answer = (events) => all(events, DELIVERED)
    await bench.clock.advance(HOLD_PROBE_MS)
    expect(await states(bench, bench.id)).toEqual({ delivered: 200 })
  })

  it('ends at once when the owner asks for a try and it succeeds', async () => {
    const bench = await open()
    checking(bench)
    await bench.receive(30)
    await bench.clock.advance(1000)
    bench.remote.answer = (events) => all(events, DELIVERED)
    expect(await bench.relay.retry(bench.key)).toBeGreaterThan(0)
    await bench.clock.advance(1000)
    expect(await states(bench, bench.id)).toEqual({ delivered: 30 })
  })

  it('outlives a restart, with its reason, and is asked about at once', async () => {
    const bench = await open()
    checking(bench)
    await bench.receive(30)
    await bench.clock.advance(1000)
    await bench.relay.stop()
    const remote = new Remote()
    const again = await openBench({
      destinations: [remote.destination('remote')],
      store: bench.store,
      clock: bench.clock,
    })
    remote.answer = never
    await again.relay.start()
    expect(again.relay.alarms()[0]).toMatchObject({ code: '190', detail: 'Bad token •••• 1234.' })
    await again.clock.advance(100)
    expect(remote.batches).toHaveLength(1)
    remote.answer = (events) => all(events, DELIVERED)
    await again.clock.advance(5 * 60_000)
    expect(await states(again, bench.id)).toEqual({ delivered: 30 })
    expect(again.relay.alarms()).toEqual([])
  })

  it('does not hold again what was under way with the old settings', async () => {
    const bench = await open()
    let answerOld = (): void => {}
    bench.remote.answer = (events, { settings }) =>
      settings.token === goodToken
        ? all(events, DELIVERED)
        : new Promise((answer) => {
            answerOld = () => answer(all(events, HELD))
          })
    await bench.receive(5)
    await bench.clock.advance(1000)
    await bench.configs.update(bench.key, { settings: { token: goodToken } })
    answerOld()
    await bench.clock.advance(1000)
    expect(bench.relay.alarms()).toEqual([])
    expect(await states(bench, bench.id)).toEqual({ delivered: 5 })
  })
})

describe('a disabled destination', () => {
  it('gets nothing, what waited waits, and what comes is counted as not meant for it', async () => {
    const bench = await open()
    bench.remote.answer = (events) => all(events, RETRY)
    await bench.receive(3)
    await bench.clock.advance(200)
    await bench.configs.update(bench.key, { enabled: false })
    const calls = bench.remote.batches.length
    await bench.receive(4)
    await bench.clock.advance(60_000)
    expect(bench.remote.batches.length).toBe(calls)
    expect((await bench.statusOf(bench.id))?.skipped).toEqual({ disabled: 4 })
    bench.remote.answer = (events) => all(events, DELIVERED)
    await bench.configs.update(bench.key, { enabled: true })
    await bench.clock.advance(1000)
    expect(await states(bench, bench.id)).toEqual({ delivered: 3 })
  })
})

describe('a stop', () => {
  it('gives back what was not sent and lets what was sent end', async () => {
    const running = await open()
    let finish = (): void => {}
    running.remote.answer = (events) =>
      new Promise((answer) => {
        finish = () => answer(all(events, DELIVERED))
      })
    await running.receive(4)
    await running.clock.advance(1000)
    const stopped = running.relay.stop()
    finish()
    await stopped
    expect(await states(running, running.id)).toEqual({ delivered: 4 })
  })

  it('cuts off what does not end, and gives it back', async () => {
    const bench = await open()
    bench.remote.answer = never
    await bench.receive(30)
    await bench.clock.advance(1000)
    const stopped = bench.relay.stop()
    await bench.clock.advance(5000)
    await stopped
    expect(await states(bench, bench.id)).toEqual({ pending: 30 })
    const { deliveries } = await bench.store.deliveries({ dataset_id: DATASET, limit: 100 })
    expect(deliveries.every(({ attempts }) => attempts === 0)).toBe(true)
  })
})

const DELIVERED = { state: 'delivered' } as const
