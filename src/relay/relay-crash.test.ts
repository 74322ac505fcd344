import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OutboundEvent, Outcome } from '../destinations/destination.ts'
import { HOLD_PROBE_MS, LEASE_MS } from '../limits.ts'
import { memoryStore } from '../store/drivers/memory.ts'
import type { Store } from '../store/store.ts'
import {
  addDestination,
  all,
  type Bench,
  BOX,
  Clock,
  DATASET,
  HELD,
  idle,
  never,
  openBench,
  RETRY,
  Remote,
} from './relay.fixture.ts'

/** Where a process dies: at its nth await from now. Whatever it awaits then never comes. */
class Fuse {
  left = Number.POSITIVE_INFINITY
  blown = false

  async pass(): Promise<void> {
    if (!this.blown && this.left > 0) {
      this.left -= 1
      return
    }
    this.blown = true
    await never()
  }

  /** Dies before the work is done, or after it and before anybody hears of it. */
  readonly around = async <T>(work: () => Promise<T>): Promise<T> => {
    await this.pass()
    const done = await work()
    await this.pass()
    return done
  }
}

const behind = (fuse: Fuse, store: Store): Partial<Store> => ({
  claim: (request) => fuse.around(() => store.claim(request)),
  settle: (request) => fuse.around(() => store.settle(request)),
  requeue: (request) => fuse.around(() => store.requeue(request)),
  endLeases: (nowMs) => store.endLeases(nowMs),
  dueDeliveries: (nowMs) => fuse.around(() => store.dueDeliveries(nowMs)),
})

const MOODS = ['well', 'failing', 'holding', 'mixed', 'silent', 'broken'] as const
type Mood = (typeof MOODS)[number]

/** Poison is refused in every mood that answers event by event, so that it ends as rejected. */
const isPoison = ({ event }: OutboundEvent): boolean => event.event_id.endsWith('7')
const REFUSED: Outcome = { state: 'rejected', code: '100', detail: 'Not this one.' }
const DELIVERED: Outcome = { state: 'delivered' }
const outcomeOf = (event: OutboundEvent): Outcome => (isPoison(event) ? REFUSED : DELIVERED)

function feel(remote: Remote, mood: Mood): void {
  remote.answer = (events) => {
    if (mood === 'failing') return all(events, RETRY)
    if (mood === 'holding') return all(events, HELD)
    if (mood === 'silent') return never()
    if (mood === 'broken') throw new Error('no connection')
    const outcomes = events.map((event, index) =>
      mood === 'mixed' && index % 3 === 0 ? RETRY : outcomeOf(event),
    )
    return { outcomes, exchanges: [] }
  }
}

const step = fc.oneof(
  fc.record({ do: fc.constant('receive' as const), n: fc.integer({ min: 1, max: 25 }) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 90_000 }) }),
  fc.record({
    do: fc.constant('mood' as const),
    which: fc.integer({ min: 0, max: 1 }),
    mood: fc.constantFrom(...MOODS),
  }),
  fc.record({ do: fc.constant('crash' as const), awaits: fc.integer({ min: 0, max: 30 }) }),
  fc.record({ do: fc.constant('stop' as const) }),
  fc.record({ do: fc.constant('retry' as const), which: fc.integer({ min: 0, max: 1 }) }),
)

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

describe('whatever fails, and wherever the server dies', () => {
  it('nothing is lost, and nothing goes twice but once for each death, under the same key', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        const world = await openWorld()
        for (const one of steps) await take(world, one)
        await end(world)
        await check(world)
      }),
      { numRuns: 60 },
    )
  }, 60_000)
})

it('sends what a killed server had under way as soon as it is started again', async () => {
  const remote = new Remote()
  const destinations = [remote.destination('remote')]
  const killed = await openBench({ destinations })
  const id = await addDestination(killed)
  remote.answer = never
  await killed.relay.start()
  await killed.receive(12)
  await killed.clock.advance(1000)
  expect((await killed.statusOf(id))?.states).toMatchObject({ leased: 12 })
  remote.answer = (events) => all(events, DELIVERED)
  const { store, clock } = killed
  const again = await openBench({ destinations: [remote.destination('remote')], store, clock })
  await again.relay.start()
  await clock.advance(1000)
  expect((await again.statusOf(id))?.states).toMatchObject({ leased: 0, delivered: 12 })
})

interface World {
  readonly remotes: readonly Remote[]
  readonly ids: string[]
  readonly clock: Clock
  readonly store: Store
  bench: Bench
  fuse: Fuse
  deaths: number
}

async function openWorld(): Promise<World> {
  const clock = new Clock()
  const store = memoryStore({ nowMs: () => clock.nowMs })
  const remotes = [new Remote(), new Remote()]
  for (const remote of remotes) feel(remote, 'well')
  const world = { remotes, ids: [], clock, store, deaths: 0 } as unknown as World
  await boot(world)
  for (const which of [0, 1]) {
    const legs = which === 0 ? {} : { default: { send: 'server', wait_s: 0 } }
    world.ids.push(await addDestination(world.bench, { type: `remote${which}`, legs }))
  }
  return world
}

async function boot(world: World): Promise<void> {
  const { clock, store, remotes } = world
  world.fuse = new Fuse()
  const { fuse } = world
  const destinations = remotes.map((remote, which) => {
    const destination = remote.destination(`remote${which}`)
    const send: typeof destination.send = (...args) => fuse.around(() => destination.send(...args))
    return { ...destination, send }
  })
  let dice = 1
  const random = (): number => {
    dice = (dice * 48_271) % 2_147_483_647
    return dice / 2_147_483_647
  }
  world.bench = await openBench({
    destinations,
    store,
    clock,
    box: BOX,
    random,
    seen: behind(fuse, store),
  })
  await world.bench.relay.start()
}

async function take(world: World, one: Step): Promise<void> {
  const { bench, clock } = world
  if (one.do === 'receive') {
    await bench.receive(one.n)
    // Every other event has a twin from the server, so that some leave as two legs.
    const twins = Array.from({ length: Math.ceil(one.n / 2) }, (_, i) => clock.made - i)
    const events = twins.map((n) => ({ event_name: 'PageView', event_id: `e${n}`, em: `${n}@x.y` }))
    await bench.shop.send('server', ...events)
  } else if (one.do === 'wait') await clock.advance(one.ms)
  else if (one.do === 'mood') feel(world.remotes[one.which] ?? new Remote(), one.mood)
  else if (one.do === 'retry') await retry(world, one.which)
  else if (one.do === 'stop') await restart(world)
  else {
    world.fuse.left = one.awaits
    bench.relay.wake()
    await clock.advance(1000)
    world.fuse.blown = true
    world.fuse.left = 0
    world.deaths += 1
    await boot(world)
  }
}

async function retry({ bench, ids }: World, which: number): Promise<void> {
  await bench.relay.retry({ dataset_id: DATASET, destination_id: ids[which] ?? '' })
}

async function restart(world: World): Promise<void> {
  const stopped = world.bench.relay.stop()
  await world.clock.advance(5000)
  await stopped
  await boot(world)
}

/** Everybody is well again, and there is time for everything. */
async function end(world: World): Promise<void> {
  for (const remote of world.remotes) feel(remote, 'well')
  await world.clock.advance(LEASE_MS + 5 * 60_000)
  await world.clock.advance(HOLD_PROBE_MS)
  await world.clock.advance(10 * 60_000)
  await world.bench.relay.stop()
  await idle()
}

async function check({ bench, store, remotes, ids, deaths }: World): Promise<void> {
  const accepted = await bench.shop.total('accepted')
  for (const [which, id] of ids.entries()) {
    const status = await bench.statusOf(id)
    if (!status) {
      expect(accepted).toBe(0)
      continue
    }
    const { delivered, rejected, ...open } = status.states
    expect(open).toEqual({ pending: 0, leased: 0, retrying: 0, held: 0 })
    expect(delivered + rejected).toBe(status.created + status.created_further)
    const skipped = Object.values(status.skipped).reduce((sum, n) => sum + n, 0)
    expect(status.created + skipped).toBe(accepted)
    const { took = [] } = remotes[which] ?? {}
    expect(new Set(took).size).toBe(delivered)
    for (const times of Map.groupBy(took, (key) => key).values()) {
      expect(times.length).toBeLessThanOrEqual(1 + deaths)
    }
    const query = { dataset_id: DATASET, destination_id: id, states: ['rejected' as const] }
    const { deliveries } = await store.deliveries({ ...query, limit: 1000 })
    expect(deliveries.every(({ code }) => code === '100')).toBe(true)
  }
}
