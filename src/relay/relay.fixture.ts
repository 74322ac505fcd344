/**
 * A relay for its tests: the real ingest, configurations and memory store, a clock that only moves
 * when told, and a remote that does what the test says and remembers what it took.
 */
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Destination, OutboundEvent, Outcome, Sent } from '../destinations/destination.ts'
import { openShop, type Shop, START_MS } from '../ingest/shop.fixture.ts'
import { createSecretBox, type SecretBox } from '../secret-box.ts'
import { memoryStore } from '../store/drivers/memory.ts'
import type { DestinationStatus } from '../store/outbox.ts'
import type { Store } from '../store/store.ts'
import { type Configs, createConfigs } from './configs.ts'
import { createRelay, type Relay } from './relay.ts'

export const DATASET = '123456789012345'
export const TOKEN = 'secret-token-abcdef-1234'
export const DAY_MS = 86_400_000

/** Moves only by `advance`, stopping wherever somebody sleeps until. */
export class Clock {
  nowMs = START_MS
  /** Events made so far: a server started again goes on counting. */
  made = 0
  readonly #sleepers = new Set<{ atMs: number; wake: () => void }>()

  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((done) => {
      if (signal.aborted) return done()
      const wake = (): void => {
        this.#sleepers.delete(sleeper)
        signal.removeEventListener('abort', wake)
        done()
      }
      const sleeper = { atMs: this.nowMs + ms, wake }
      this.#sleepers.add(sleeper)
      signal.addEventListener('abort', wake)
    })

  async advance(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms
    for (;;) {
      await idle()
      const next = [...this.#sleepers].sort((a, b) => a.atMs - b.atMs)[0]
      if (!next || next.atMs > untilMs) break
      this.nowMs = Math.max(this.nowMs, next.atMs)
      next.wake()
    }
    this.nowMs = untilMs
  }
}

/** Until nothing that is ready has anything left to do. */
export async function idle(): Promise<void> {
  for (let i = 0; i < 12; i++) await new Promise((done) => setImmediate(done))
}

export type Answer = (
  events: readonly OutboundEvent[],
  call: { readonly settings: Settings; readonly signal: AbortSignal; readonly nowMs: number },
) => Sent | Promise<Sent>

export const settingsSchema = z.object({
  token: z.string().min(1).meta({ secret: true }).describe('The access token.'),
  url: z.string().default('https://remote.example/events').describe('Where to send.'),
})
export type Settings = z.infer<typeof settingsSchema>

/** What the far end saw: every key it took, as often as it took it. */
export class Remote {
  answer: Answer = (events) => all(events, { state: 'delivered' })
  readonly batches: (readonly OutboundEvent[])[] = []
  readonly took: string[] = []
  readonly byKey = new Map<string, OutboundEvent>()

  destination(name: string, bounds: Partial<Destination['bounds']> = {}): Destination<Settings> {
    return {
      name,
      title: name,
      about: 'For tests.',
      schema: settingsSchema,
      bounds: {
        eventsMax: 10,
        bytesMax: 1e6,
        inFlightMax: 2,
        ageMsMax: ({ action_source }) => (action_source === 'physical_store' ? 62 : 7) * DAY_MS,
        ...bounds,
      },
      accepts: ({ event }) => event.custom_data?.refuse !== true || 'no_use',
      payloadOf: ({ event }) => ({ name: event.event_name, id: event.event_id }),
      send: async (events, settings, { signal, nowMs }) => {
        this.batches.push(events)
        const sent = await this.answer(events, { settings, signal, nowMs: nowMs() })
        for (const [index, event] of events.entries()) {
          if (sent.outcomes[index]?.state !== 'delivered') continue
          this.took.push(event.key)
          this.byKey.set(event.key, event)
        }
        return sent
      },
      examples: [],
    }
  }
}

export const all = (events: readonly OutboundEvent[], outcome: Outcome): Sent => ({
  outcomes: events.map(() => outcome),
  exchanges: [
    {
      url: `https://remote.example/events?access_token=${TOKEN}`,
      status: outcome.state === 'delivered' ? 200 : 400,
      ms: 3,
      events: events.length,
      answer: `{"echo":"${TOKEN}"}`,
    },
  ],
})

export const RETRY: Extract<Outcome, { state: 'retry' }> = {
  state: 'retry',
  code: 'http_503',
  detail: 'Come back later.',
}
export const HELD: Outcome = { state: 'held', code: '190', detail: `Bad token ${TOKEN}.` }
export const never = (): Promise<never> => new Promise(() => {})

export interface Bench {
  readonly clock: Clock
  readonly store: Store
  readonly shop: Shop
  readonly configs: Configs
  readonly relay: Relay
  readonly log: string[]
  /** Sends n events into ingest, each of its own. */
  receive(n: number, more?: Record<string, unknown>): Promise<void>
  statusOf(destinationId: string): Promise<DestinationStatus | undefined>
}

export interface BenchOptions {
  readonly destinations: readonly Destination[]
  readonly store?: Store
  readonly clock?: Clock
  readonly box?: SecretBox
  /** What the relay sees of the store. */
  readonly seen?: Partial<Store>
  readonly random?: () => number
  /** False: another relay sends from the same store. */
  readonly isAlone?: boolean
}

export const BOX = createSecretBox({ key: new Uint8Array(32).fill(1), randomBytes })

export async function openBench(options: BenchOptions): Promise<Bench> {
  const clock = options.clock ?? new Clock()
  const nowMs = (): number => clock.nowMs
  const store = options.store ?? memoryStore({ nowMs })
  const log: string[] = []
  const configs = await createConfigs({
    store,
    destinations: options.destinations,
    box: options.box ?? BOX,
    hasDataset: () => true,
    nowMs,
    randomBytes,
  })
  const shop = openShop({}, store, { routesOf: configs.routesOf, nowMs })
  const relay = createRelay({
    reform: (leg) => ({ leg }),
    store: { ...store, ...options.seen },
    configs,
    fetch: never,
    nowMs,
    random: options.random ?? (() => 0.5),
    sleep: clock.sleep,
    isAlone: options.isAlone ?? true,
    log: (level, message, fields) => log.push(`${level} ${message} ${JSON.stringify(fields)}`),
  })
  return {
    clock,
    store,
    shop,
    configs,
    relay,
    log,
    receive: async (n, more = {}) => {
      const events = Array.from({ length: n }, () => {
        clock.made += 1
        const { made } = clock
        return { event_name: 'PageView', event_id: `e${made}`, fbp: `fb.1.1.${made}`, ...more }
      })
      await shop.send('browser', ...events)
      relay.wake()
    },
    statusOf: async (destinationId) =>
      (await store.destinationStatus(DATASET)).find(
        ({ destination_id }) => destination_id === destinationId,
      ),
  }
}

/** A destination of a type, in force for what is received from now on. */
export async function addDestination(bench: Bench, more: Record<string, unknown> = {}) {
  const view = await bench.configs.create(DATASET, {
    type: 'remote',
    name: 'Remote',
    settings: { token: TOKEN },
    ...more,
  })
  bench.clock.nowMs += 1
  return view.destination_id
}
