import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { TwofoldError } from '../errors.ts'
import { REPLAY_PAGE_EVENTS, REPLAY_SAMPLES_MAX, REPLAYS_MAX } from '../limits.ts'
import type { Store } from '../store/store.ts'
import { addDestination, type Bench, DATASET, idle, openBench, Remote } from './relay.fixture.ts'
import { createReplays, type ReplayJobs } from './replay.ts'
import type { ReplayRequest, ReplayView } from './replay-view.ts'

interface Table {
  readonly bench: Bench
  readonly remote: Remote
  readonly to: string
  readonly replays: ReplayJobs
  readonly troubles: unknown[]
  run(asked?: Partial<ReplayRequest>): Promise<ReplayView>
  ended(replay: ReplayView): Promise<ReplayView>
}

async function setTable(
  n: number,
  changed: (store: Store) => Partial<Store> = () => ({}),
): Promise<Table> {
  const remote = new Remote()
  const bench = await openBench({ destinations: [remote.destination('remote')] })
  await bench.receive(n)
  bench.clock.nowMs += 1000
  const to = await addDestination(bench)
  const troubles: unknown[] = []
  const replays = createReplays({
    store: { ...bench.store, ...changed(bench.store) },
    configs: bench.configs,
    relay: bench.relay,
    rules: {
      versionOf: () => undefined,
      published: () => (leg) => ({ leg }),
      draft: () => (leg) => ({
        leg: { ...leg, event: { ...leg.event, event_name: `New${leg.seq}` } },
      }),
    },
    nowMs: () => bench.clock.nowMs,
    randomBytes,
    onTrouble: (error) => troubles.push(error),
  })
  const ended = async ({ replay_id }: ReplayView): Promise<ReplayView> => {
    for (;;) {
      const view = replays.find(DATASET, replay_id)
      if (view?.state !== 'running') return view as ReplayView
      await idle()
    }
  }
  const asking = (asked: Partial<ReplayRequest>): ReplayRequest => ({
    dataset_id: DATASET,
    destination_id: to,
    from: 0,
    to: 4e9,
    event_names: [],
    states: [],
    rules: 'published',
    again: false,
    dry_run: false,
    ...asked,
  })
  const run = (asked = {}) => replays.start(asking(asked))
  return { bench, remote, to, replays, troubles, run, ended }
}

describe('a replay', () => {
  it('goes through many pages and hands over each event once', async () => {
    const total = 2 * REPLAY_PAGE_EVENTS + 7
    const { bench, run, ended, to } = await setTable(total)
    const view = await ended(await run())
    expect(view).toMatchObject({ state: 'done', enqueued: total, expected: total })
    expect(view.counts).toMatchObject({ scanned: total, would_send: total, unchanged: total })
    expect(await ended(await run())).toMatchObject({ enqueued: 0, counts: { waiting: total } })
    expect(await bench.statusOf(to)).toMatchObject({ created: 0, created_further: total })
  })

  it('shows a bounded number of differences, and counts them all', async () => {
    const total = 60
    const { run, ended, bench, to } = await setTable(total)
    const view = await ended(await run({ rules: [{}], dry_run: true }))
    expect(view.by_field).toEqual([{ field: 'name', changed: total }])
    expect(view.samples.length).toBeGreaterThan(0)
    expect(view.samples.length).toBeLessThanOrEqual(REPLAY_SAMPLES_MAX)
    expect([view.enqueued, await bench.statusOf(to)]).toEqual([0, undefined])
  })

  it('leaves alone what comes in meanwhile', async () => {
    const { bench, run, ended } = await setTable(3)
    const view = await run()
    await bench.receive(4)
    expect((await ended(view)).counts.scanned).toBe(3)
  })

  it('takes an event for delivered when a copy of it was, whatever became of the other', async () => {
    const { bench, remote, run, ended } = await setTable(0)
    remote.answer = (events) => ({
      outcomes: events.map(({ envelope }) =>
        envelope.channel === 'browser'
          ? { state: 'delivered' }
          : { state: 'rejected', code: '100', detail: '' },
      ),
      exchanges: [],
    })
    await bench.relay.start()
    for (const side of ['browser', 'server'] as const) {
      await bench.shop.send(side, { event_name: 'PageView', event_id: 'one', fbp: 'fb.1.1.1' })
    }
    bench.relay.wake()
    await bench.clock.advance(5000)
    const view = await ended(await run())
    expect(view).toMatchObject({ enqueued: 0, counts: { already_delivered: 1 } })
    expect((await ended(await run({ states: ['rejected'] }))).counts.matching).toBe(0)
    expect(await ended(await run({ again: true }))).toMatchObject({ enqueued: 1 })
    await bench.clock.advance(5000)
    expect(remote.took).toHaveLength(2)
    await bench.relay.stop()
  })

  it('is one at a time for a dataset, and can be stopped', async () => {
    const { run, ended, replays } = await setTable(3 * REPLAY_PAGE_EVENTS)
    const first = await run()
    await expect(run()).rejects.toMatchObject({ code: 'busy' })
    replays.cancel('another', first.replay_id)
    replays.cancel(DATASET, first.replay_id)
    const view = await ended(first)
    expect(view).toMatchObject({ state: 'cancelled', error: null })
    expect(view.ended_ms).not.toBe(null)
    expect(await ended(await run())).toMatchObject({ state: 'done' })
  })

  it('is remembered as long as there is room', async () => {
    const { run, ended, replays } = await setTable(1)
    const first = await ended(await run({ dry_run: true }))
    for (let i = 0; i < REPLAYS_MAX; i++) await ended(await run({ dry_run: true }))
    expect(replays.list(DATASET)).toHaveLength(REPLAYS_MAX)
    expect(replays.find(DATASET, first.replay_id)).toBeUndefined()
    expect(replays.list('another')).toEqual([])
  })

  it('ends with the server', async () => {
    const { run, replays } = await setTable(3 * REPLAY_PAGE_EVENTS)
    const view = await run()
    await replays.stop()
    expect(replays.find(DATASET, view.replay_id)?.state).toBe('cancelled')
  })
})

describe('trouble', () => {
  it('of the store ends it in plain words, and a second try sends the rest', async () => {
    let pages = 0
    const table = await setTable(REPLAY_PAGE_EVENTS + 5, (store) => ({
      enqueue: (...args) => {
        pages += 1
        if (pages === 2) throw new TwofoldError('store_full', 'twofold.db')
        return store.enqueue(...args)
      },
    }))
    const failed = await table.ended(await table.run())
    expect(failed).toMatchObject({ state: 'failed', enqueued: REPLAY_PAGE_EVENTS })
    expect(failed.error).toEqual({ code: 'store_full', detail: 'The disk is full. twofold.db' })
    expect(await table.ended(await table.run())).toMatchObject({ state: 'done', enqueued: 5 })
    expect(table.troubles).toEqual([])
  })

  it('that nobody expected is told to the log, not to whoever asked', async () => {
    const table = await setTable(1, () => ({
      standings: () => Promise.reject(new Error('ann@example.com')),
    }))
    const failed = await table.ended(await table.run())
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'internal' } })
    expect(JSON.stringify(failed)).not.toContain('ann@')
    expect(table.troubles).toHaveLength(1)
  })

  it('of a destination that is removed meanwhile leaves nothing that waits for ever', async () => {
    const table = await setTable(REPLAY_PAGE_EVENTS + 5, (store) => ({
      standings: async (keys) => {
        const found = await store.standings(keys)
        const key = { dataset_id: DATASET, destination_id: table.to }
        if (table.bench.configs.find(key)) await table.bench.configs.remove(key)
        return found
      },
    }))
    const failed = await table.ended(await table.run())
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'destination_not_found' } })
    expect(await table.bench.statusOf(table.to)).toBeUndefined()
  })
})
