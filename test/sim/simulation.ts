/**
 * Days of a shop in seconds: its traffic through our real parts to the stand-in for Meta, while
 * everything fails that can. At the end all is drained, and what Meta counted is compared with
 * what people did. Called by sim.test.ts (several seeds, short) and main.ts (one seed, long).
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Dice, diceOf } from '../../examples/brewbeans/past/dice.ts'
import { type Dataset, datasetSettingsSchema } from '../../src/event/dataset.ts'
import type { Policy } from '../../src/event/route.ts'
import { type FakeMeta, startFakeMeta } from '../../src/fake-meta/fake-meta.ts'
import type { Store } from '../../src/store/store.ts'
import { VirtualClock } from './clock.ts'
import { type Disk, type DriverName, diskOf } from './disk.ts'
import { type Fault, faultsOf, SETTLING_MS } from './faults.ts'
import { Network } from './network.ts'
import { Server } from './server.ts'
import {
  DAY_MS,
  HOUR_MS,
  onePage,
  POISON_KEY,
  type Report,
  type Traffic,
  trafficOf,
} from './traffic.ts'
import { compare, equationsOf, Notes } from './verdict.ts'

export interface SimulationOptions {
  readonly seed: number
  readonly days: number
  readonly driver: DriverName
  readonly perDay?: number
}

export interface SimulationResult {
  readonly seed: number
  /** What is not as it should be; empty when all is well. */
  readonly problems: readonly string[]
  readonly figures: Readonly<Record<string, number>>
}

export const DATASET_ID = '123456789012345'
const META_ID = '987654321'
const START_MS = Date.UTC(2026, 10, 23)
const POLICIES: readonly (Policy | null)[] = [
  ...[null, null, null],
  { send: 'both', wait_s: 0 },
  { send: 'merged', wait_s: 30 },
  { send: 'server', wait_s: 0 },
  { send: 'browser', wait_s: 0 },
]
const DRAIN_MS_MAX = 12 * HOUR_MS

export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const folder = mkdtempSync(join(tmpdir(), 'twofold-sim-'))
  const world = await World.open(options, folder)
  try {
    return await world.run()
  } finally {
    await world.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

class World {
  readonly options: SimulationOptions
  readonly clock = new VirtualClock(START_MS)
  readonly dice: Dice
  readonly traffic: Traffic
  readonly faults: Fault[]
  readonly network: Network
  readonly meta: FakeMeta
  readonly notes = new Notes()
  /** null: what is set without asking. */
  readonly policy: Policy | null
  readonly #disk: Disk
  readonly #dataset: Dataset
  store!: Store
  server: Server | undefined
  destinationId = ''
  #token = 'EAABsim0'
  #unsent: Report[] = []
  #upAtMs = 0
  #restarts = 0
  #crashes = 0

  static async open(options: SimulationOptions, folder: string): Promise<World> {
    const skewMs = diceOf(options.seed, 'skew').whole(-120_000, 120_000)
    const clock: { now: () => number } = { now: () => START_MS }
    const meta = await startFakeMeta({
      port: 0,
      datasetId: META_ID,
      token: 'EAABsim0',
      nowMs: () => clock.now() + skewMs,
      random: diceOf(options.seed, 'meta').random,
      sleep: async () => undefined,
    })
    meta.fail({ fail: 'poison', custom_data_key: POISON_KEY })
    const world = new World(options, folder, meta)
    clock.now = world.clock.now
    await world.#start()
    const { destination_id } = await world.#alive().configs.create(DATASET_ID, {
      type: 'meta',
      name: 'Meta',
      settings: { dataset_id: META_ID, access_token: world.#token, base_url: meta.url },
      legs: { default: world.policy },
    })
    world.destinationId = destination_id
    world.clock.nowMs += 1
    return world
  }

  private constructor(options: SimulationOptions, folder: string, meta: FakeMeta) {
    const { seed, days, perDay = 1000, driver } = options
    this.options = options
    this.dice = diceOf(seed)
    this.meta = meta
    const span = { startMs: START_MS + HOUR_MS, days }
    this.traffic = trafficOf(this.dice.split('traffic'), { ...span, perDay })
    this.policy = this.dice.split('policy').one(POLICIES)
    const longHolds = this.dice.split('long').chance(0.3)
    this.faults = faultsOf(this.dice.split('faults'), { ...span, longHolds })
    this.network = new Network(this.clock, this.dice.split('network'))
    this.#disk = diskOf(driver, folder, this.clock.now)
    this.#dataset = {
      ...datasetSettingsSchema.parse({
        name: 'Shop',
        denied_consent: this.dice.split('consent').one(['drop', 'anonymous']),
      }),
      dataset_id: DATASET_ID,
      created_at_ms: START_MS,
    }
  }

  async run(): Promise<SimulationResult> {
    const endMs = START_MS + HOUR_MS + this.options.days * DAY_MS
    const moments = this.#momentsUntil(endMs + SETTLING_MS)
    for (const { atMs, what } of moments) {
      await this.clock.advanceTo(Math.max(atMs, this.clock.nowMs))
      await what()
    }
    await this.#settleDown()
    await this.#drain()
    await this.#alive().relay.stop()
    await this.clock.quiet()
    await this.#check()
    this.notes.add(await compare(this))
    return { seed: this.options.seed, problems: this.notes.problems, figures: this.figures() }
  }

  figures(): Record<string, number> {
    const { copies, counted } = this.meta.counted()
    return {
      actions: this.traffic.actions.length,
      reports: this.traffic.reports.length,
      faults: this.faults.length,
      crashes: this.#crashes,
      restarts: this.#restarts,
      requests: this.network.requests,
      copies,
      counted,
    }
  }

  async close(): Promise<void> {
    await this.store.close()
    await this.meta.close()
  }

  #momentsUntil(endMs: number): { atMs: number; what: () => Promise<void> }[] {
    const moments = [
      ...this.traffic.reports.map((report) => ({
        atMs: report.atMs,
        what: () => this.#send(report),
      })),
      ...this.faults.map((fault) => ({ atMs: fault.atMs, what: () => this.#strike(fault) })),
    ]
    for (let atMs = START_MS + HOUR_MS; atMs < endMs; atMs += HOUR_MS) {
      moments.push({ atMs, what: () => this.#check() })
    }
    return moments.sort((a, b) => a.atMs - b.atMs)
  }

  #alive(): Server {
    if (!this.server) throw new Error('no server is up')
    return this.server
  }

  async #start(): Promise<void> {
    this.store = await this.#disk()
    const { clock, network } = this
    const dice = this.dice.split(`life${this.#restarts + this.#crashes}`)
    const server = await Server.start(this.store, { clock, network, dice, dataset: this.#dataset })
    this.server = server
    void server.died.then(() => this.#buried(server))
  }

  async #buried(server: Server): Promise<void> {
    if (this.server !== server) return
    this.server = undefined
    this.#crashes += 1
    await this.clock.sleep(this.#upAtMs)
    await this.#revive()
  }

  async #revive(): Promise<void> {
    if (this.server) return
    await this.clock.busy(() => this.#start())
    for (const report of this.#unsent.splice(0)) await this.#send(report)
  }

  async #send(report: Report): Promise<void> {
    const taken = this.server ? await this.server.take(report) : false
    if (!taken) this.#unsent.push(report)
  }

  async #strike(fault: Fault): Promise<void> {
    const { meta, network, clock } = this
    switch (fault.do) {
      case 'fail':
        meta.fail(fault.rule)
        return
      case 'weather':
        network.weather = fault.weather
        void clock.sleep(fault.ms).then(() => {
          network.weather = 'fair'
        })
        return
      case 'expire':
        meta.setToken({ state: 'token_expired' })
        void clock.sleep(fault.ms).then(() => this.#mend(fault.renew))
        return
      case 'crash':
        this.#upAtMs = fault.downMs
        this.server?.dieIn(fault.awaits)
        return
      case 'restart':
        await this.#restart()
    }
  }

  async #restart(): Promise<void> {
    const { server, clock } = this
    if (!server) return
    const stopping = Promise.race([server.relay.stop(), server.died])
    await clock.advanceTo(clock.nowMs + 3000)
    await stopping
    if (server.isDead()) return
    this.server = undefined
    this.#restarts += 1
    await this.#revive()
  }

  /** With a new token the owner has to tell us; the old one, made valid again, is found by itself. */
  async #mend(renew: boolean): Promise<void> {
    if (!renew) return this.meta.setToken({ state: 'valid' })
    this.#token = `EAABsim${this.clock.nowMs}`
    this.meta.setToken({ token: this.#token, state: 'valid' })
    await this.#tellToken()
  }

  async #tellToken(): Promise<void> {
    if (!this.server) return void this.clock.sleep(60_000).then(() => this.#tellToken())
    const key = { dataset_id: DATASET_ID, destination_id: this.destinationId }
    await this.server.configs.update(key, { settings: { access_token: this.#token } })
  }

  async #check(): Promise<void> {
    this.notes.look(this.meta)
    const problems = await equationsOf(this.store, DATASET_ID)
    this.notes.add(
      problems.map((problem) => `${new Date(this.clock.nowMs).toISOString()} ${problem}`),
    )
    while (await this.store.tidyUp(this.clock.nowMs));
  }

  /** Nothing fails any more, and everything that was not sent is. */
  async #settleDown(): Promise<void> {
    this.meta.clearFailures()
    this.meta.fail({ fail: 'poison', custom_data_key: POISON_KEY })
    this.network.weather = 'fair'
    this.server?.dieIn(Number.POSITIVE_INFINITY)
    this.#upAtMs = 1000
    for (let i = 0; i < 100 && !this.server; i++) {
      await this.clock.advanceTo(this.clock.nowMs + HOUR_MS)
    }
    await this.#mend(true)
  }

  async #drain(): Promise<void> {
    const untilMs = this.clock.nowMs + DRAIN_MS_MAX
    let waiting = await this.#waiting()
    while (waiting > 0 && this.clock.nowMs < untilMs) {
      // A shop goes on selling: an event that is alone in doubt is found out beside another.
      const more = { atMs: this.clock.nowMs, tag: `more${this.clock.nowMs}-` }
      const { actions, reports } = onePage(this.dice.split(more.tag), more)
      this.traffic.actions.push(...actions)
      for (const report of reports) await this.#send(report)
      await this.clock.advanceTo(this.clock.nowMs + 600_000)
      waiting = await this.#waiting()
    }
    if (waiting > 0) this.notes.add([`${waiting} deliveries still wait at the end`])
  }

  async #waiting(): Promise<number> {
    const statuses = await this.store.destinationStatus(DATASET_ID)
    return statuses.reduce(
      (sum, { states }) => sum + states.pending + states.leased + states.retrying + states.held,
      0,
    )
  }
}

export type { World }
