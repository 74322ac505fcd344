/**
 * One life of our server: real pixel door, ingest, settings and relay on the store, until it is
 * stopped or dies. Death comes at an await: what was asked of store or network may or may not have
 * happened, and nobody ever hears of it.
 */
import { hash } from 'node:crypto'
import type { Dice } from '../../examples/brewbeans/past/dice.ts'
import { createPixelDoor } from '../../src/collector/pixel-door.ts'
import type { Destination } from '../../src/destinations/destination.ts'
import { meta } from '../../src/destinations/meta.ts'
import type { Dataset } from '../../src/event/dataset.ts'
import { createIngest } from '../../src/ingest/accept.ts'
import { type Configs, createConfigs } from '../../src/relay/configs.ts'
import { createRelay, type Relay } from '../../src/relay/relay.ts'
import { createSecretBox } from '../../src/secret-box.ts'
import type { Store } from '../../src/store/store.ts'
import type { VirtualClock } from './clock.ts'
import type { Network } from './network.ts'
import type { Report } from './traffic.ts'

const never = (): Promise<never> => new Promise(() => undefined)

export interface ServerPorts {
  readonly clock: VirtualClock
  readonly network: Network
  readonly dice: Dice
  readonly dataset: Dataset
}

export class Server {
  readonly store: Store
  configs!: Configs
  relay!: Relay
  /** Resolves when it has died. */
  readonly died: Promise<void>
  readonly isDead = (): boolean => this.#dead
  #dead = false
  #awaitsLeft = Number.POSITIVE_INFINITY
  #spared = 0
  #die: () => void = () => undefined
  #accept!: ReturnType<typeof createIngest>['accept']
  #answerPixel!: ReturnType<typeof createPixelDoor>
  readonly #ports: ServerPorts

  private constructor(store: Store, ports: ServerPorts) {
    this.store = store
    this.#ports = ports
    this.died = new Promise((done) => {
      this.#die = done
    })
  }

  static async start(store: Store, ports: ServerPorts): Promise<Server> {
    const server = new Server(store, ports)
    const { clock, network, dice, dataset } = ports
    const seen = server.#mortal(store)
    const randomBytes = (n: number): Uint8Array =>
      Uint8Array.from({ length: n }, () => dice.whole(0, 255))
    server.configs = await createConfigs({
      store,
      destinations: [meta as Destination],
      box: createSecretBox({ key: new Uint8Array(32).fill(1), randomBytes }),
      hasDataset: () => true,
      nowMs: clock.now,
      randomBytes,
    })
    const ingest = createIngest({
      store: seen,
      nowMs: clock.now,
      routesOf: server.configs.routesOf,
      clockMs: () => 0,
      soon: queueMicrotask,
      sha256: (text) => hash('sha256', text),
      isBot: (userAgent) => userAgent.includes('Googlebot'),
      rulesOf: () => undefined,
      onCommitted: () => server.relay.wake(),
      onError: (error) => {
        throw error
      },
      onStep: () => undefined,
    })
    server.#accept = ingest.accept
    server.#answerPixel = createPixelDoor({
      accept: ingest.accept,
      findDataset: () => dataset,
      rate: { take: () => 0 },
      publicUrl: undefined,
      trustedProxies: 0,
      nowMs: clock.now,
      random: dice.random,
      logError: (error) => {
        throw error
      },
    })
    server.relay = createRelay({
      reform: (leg) => ({ leg }),
      store: seen,
      configs: server.configs,
      fetch: (input, init) => server.#around(() => network.fetch(input, init)),
      nowMs: clock.now,
      random: dice.random,
      sleep: async (ms, signal) => {
        if (server.#dead) await never()
        await clock.sleep(ms, signal)
        if (server.#dead) await never()
      },
      log: () => undefined,
      isAlone: true,
    })
    await server.relay.start()
    return server
  }

  /** Dies at the nth await from now. */
  dieIn(awaits: number): void {
    this.#awaitsLeft = awaits
  }

  kill(): void {
    this.#dead = true
    this.#die()
  }

  /** True once it is acknowledged; false when the server died meanwhile. */
  async take(report: Report): Promise<boolean> {
    if (report.fragile) this.#spared += 1
    const taken = this.#receive(report).then(() => true)
    const done = await Promise.race([taken, this.died.then(() => false)])
    if (report.fragile) this.#spared -= 1
    return done
  }

  async #receive({ side, events, skewMs, gpc }: Report): Promise<void> {
    const { clock, dataset } = this.#ports
    const list = events(clock.nowMs)
    if (side === 'browser') {
      const { dataset_id } = dataset
      const body = {
        sent_at: clock.nowMs + skewMs,
        events: list.map((event) => ({ dataset_id, ...event })),
      }
      const [event] = list as { user_data: { client_user_agent: string } }[]
      const visit = {
        headers: {
          host: 'shop.example.com',
          'user-agent': event?.user_data.client_user_agent ?? '',
          ...(gpc ? { 'sec-gpc': '1' } : {}),
        },
        socket: { remoteAddress: '198.51.100.7' },
      }
      const answer = await this.#answerPixel(Buffer.from(JSON.stringify(body)), visit)
      if (answer.status !== 200) throw new Error(`the pixel's door said ${answer.text}`)
      return
    }
    const bodies = list.map(({ consent, ...event }) => event)
    const envelope = { channel: 'server', via: 'graph' } as const
    await this.#accept({ dataset, envelope, events: bodies, bytes: 1000 * list.length })
  }

  /** The store as this life sees it. */
  #mortal(store: Store): Store {
    const { busy } = this.#ports.clock
    const names = ['load', 'commit', 'claim', 'settle', 'requeue', 'dueDeliveries'] as const
    const calls = names.map((name) => {
      const call = store[name] as (...args: unknown[]) => Promise<unknown>
      return [name, (...args: unknown[]) => this.#around(() => busy(() => call(...args)))] as const
    })
    return { ...store, ...Object.fromEntries(calls) }
  }

  /** Dies before the work, or after it and before anybody hears of it. */
  async #around<T>(work: () => Promise<T>): Promise<T> {
    await this.#pass()
    try {
      return await work()
    } finally {
      await this.#pass()
    }
  }

  async #pass(): Promise<void> {
    if (this.#dead) await never()
    if (this.#spared > 0) return
    this.#awaitsLeft -= 1
    if (this.#awaitsLeft >= 0) return
    this.kill()
    await never()
  }
}
