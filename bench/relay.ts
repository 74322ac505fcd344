/**
 * The benches of the way out: how fast a backlog leaves, how long an event takes when nothing else
 * is to do, what one event costs that the destination never takes, and what ingest loses while a
 * destination is dead. Called by bench/main.ts.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { attachMeta } from './attach.ts'
import { capiBatch } from './bodies.ts'
import { run } from './load.ts'
import {
  ADMIN_TOKEN,
  cpuSeconds,
  type Program,
  startProgram,
  startTwofoldProgram,
} from './program.ts'
import { median } from './server.ts'

export interface RelayResult {
  readonly events_per_s: number
  readonly p95_ms: number
  readonly poison_extra_requests: number
  readonly dead_destination_ratio: number
  /** Of the server, for an event that leaves. */
  readonly cpu_us_per_event: number
}

interface Stats {
  readonly requests: number
  readonly events: number
  readonly first_ms: number
  readonly last_ms: number
  readonly latencies: readonly number[]
}

/** A dataset and what its events are sent to. */
interface Stage {
  readonly dataset: { readonly dataset_id: string; readonly access_token: string }
  readonly target: Program
}

type Mood = 'good' | 'poison' | 'dead'

const BATCH = 1000
/** Loopback is where the target stands. */
const ENV = { TWOFOLD_ALLOW_PRIVATE_TARGETS: '127.0.0.1/32' }
const PATIENCE_MS = 120_000

export async function benchRelay(quick: boolean): Promise<RelayResult> {
  const left = await benchLeaving(quick ? 20 : 300, quick ? 12 : 400)
  const dead_destination_ratio = await benchDead(quick ? 0.3 : 3, quick ? 5 : 15)
  return { ...left, dead_destination_ratio }
}

/**
 * What waits leaves as fast as it can; then single events, one after the other; then one request of
 * events of which a destination takes all but one.
 */
function benchLeaving(
  batches: number,
  singles: number,
): Promise<Omit<RelayResult, 'dead_destination_ratio'>> {
  return withTarget('good', (good) =>
    withTarget('poison', (poison) =>
      withFolder(async (dataDir) => {
        const before = await withServer(dataDir, async (server) => {
          const startS = await cpuSeconds(server.url)
          const stages = await Promise.all([stageOn(server, good), stageOn(server, poison)])
          const body = capiBatch(BATCH)
          for (let i = 0; i < batches; i++) await post(stages[0], server, body.next())
          return { stages, startS }
        })
        const [full, empty] = before.stages
        await attach(dataDir, full, true)
        await attach(dataDir, empty, false)
        return withServer(dataDir, async (server) => {
          const drained = await statsAfter(full, batches * BATCH)
          const cpuS = (await cpuSeconds(server.url)) - before.startS
          // The first batch is where the clock starts, so it does not count.
          const seconds = (drained.last_ms - drained.first_ms) / 1000
          const latencies = await sendSingles(full, server, singles)
          return {
            events_per_s: Math.round(((batches - 1) * BATCH) / seconds),
            cpu_us_per_event: (cpuS / (batches * BATCH)) * 1e6,
            p95_ms: latencies[Math.floor(latencies.length * 0.95)] ?? Number.NaN,
            poison_extra_requests: await sendPoison(empty, server),
          }
        })
      }),
    ),
  )
}

async function sendSingles(stage: Stage, server: Program, n: number): Promise<number[]> {
  const { events } = await statsOf(stage)
  for (let i = 0; i < n; i++) {
    await send(stage, server, [eventOf({ custom_data: { sent_ms: Date.now() } })])
    await new Promise((done) => setTimeout(done, 30 + Math.random() * 60))
  }
  const { latencies } = await statsAfter(stage, events + n)
  return [...latencies].sort((a, b) => a - b)
}

/** Requests beyond the one that would have done. */
async function sendPoison(stage: Stage, server: Program): Promise<number> {
  const others = Array.from({ length: BATCH - 1 }, () => eventOf({}))
  await send(stage, server, others.toSpliced(613, 0, eventOf({ custom_data: { poison: true } })))
  return (await statsAfter(stage, BATCH - 1)).requests - 1
}

/** Ingest beside a destination that never answers, over ingest without any, in turn. */
function benchDead(seconds: number, rounds: number): Promise<number> {
  return withTarget('dead', (target) =>
    withFolder((deadDir) =>
      withFolder(async (noneDir) => {
        const servers = Promise.all([deadDir, noneDir].map((dir) => startTwofoldProgram(dir, ENV)))
        const [deadServer, noneServer] = (await servers) as [Program, Program]
        try {
          const dead = { ...(await stageOn(deadServer, target)), server: deadServer }
          const none = { ...(await stageOn(noneServer, target)), server: noneServer }
          await ask(deadServer, `/api/datasets/${dead.dataset.dataset_id}/destinations`, {
            ...{ type: 'meta', name: 'Meta', settings: settingsOf(target) },
            legs: { default: { send: 'both', wait_s: 0 } },
          })
          await load(dead, 2 * seconds)
          await load(none, 2 * seconds)
          const ratios: number[] = []
          for (let round = 0; round < rounds; round++) {
            // Between two of the other, so that a machine that drifts drifts for both.
            const before = await load(none, seconds / 2)
            const withDead = await load(dead, seconds)
            const after = await load(none, seconds / 2)
            ratios.push((2 * withDead) / (before + after))
          }
          return median(ratios)
        } finally {
          // One that stops would first wait for the destination that does not answer.
          await Promise.all([deadServer.stop('SIGKILL'), noneServer.stop('SIGKILL')])
        }
      }),
    ),
  )
}

async function load(
  { dataset, server: { url } }: Stage & { readonly server: Program },
  seconds: number,
): Promise<number> {
  const path = `/v24.0/${dataset.dataset_id}/events?access_token=${dataset.access_token}`
  const contentType = 'application/json'
  const body = capiBatch(BATCH)
  const measured = await run({ url, path, contentType, body, connections: 4, seconds })
  return measured.requestsPerS
}

async function withFolder<T>(bench: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'twofold-bench-'))
  try {
    return await bench(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function withTarget<T>(mood: Mood, bench: (target: Program) => Promise<T>): Promise<T> {
  const target = await startProgram({
    command: [process.execPath, 'bench/target.ts'],
    args: (port) => [String(port), mood],
    ready: '/stats',
  })
  try {
    return await bench(target)
  } finally {
    await target.stop()
  }
}

async function withServer<T>(dataDir: string, work: (server: Program) => Promise<T>): Promise<T> {
  const server = await startTwofoldProgram(dataDir, ENV)
  try {
    return await work(server)
  } finally {
    await server.stop()
  }
}

async function stageOn(server: Program, target: Program): Promise<Stage> {
  const settings = { name: 'Bench', events_per_minute_max: 60_000_000 }
  return { dataset: (await ask(server, '/api/datasets', settings)) as Stage['dataset'], target }
}

async function ask({ url }: Program, path: string, body: object): Promise<unknown> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${path} answered ${await response.text()}`)
  return response.json()
}

function attach(dataDir: string, { dataset, target }: Stage, backlog: boolean): Promise<string> {
  const settings = settingsOf(target)
  return attachMeta({ dataDir, datasetId: dataset.dataset_id, settings, backlog })
}

const settingsOf = ({ url }: Program) => ({
  dataset_id: '1234567890',
  access_token: 'EAABbench',
  base_url: url,
})

let made = 0

function eventOf(more: object): object {
  made += 1
  return {
    event_name: 'ViewContent',
    event_time: Math.floor(Date.now() / 1000),
    event_id: `bench-${process.pid}-${made}`,
    action_source: 'website',
    event_source_url: 'https://shop.example.com/coffee',
    user_data: { fbp: `fb.1.1700000000000.${made}`, client_user_agent: 'Mozilla/5.0 Chrome/140' },
    ...more,
  }
}

function send(stage: Stage, server: Program, events: readonly object[]): Promise<void> {
  return post(stage, server, JSON.stringify({ data: events }))
}

async function post(
  { dataset: { dataset_id, access_token } }: Stage,
  { url }: Program,
  body: string | Buffer,
): Promise<void> {
  const response = await fetch(`${url}/v24.0/${dataset_id}/events?access_token=${access_token}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  })
  if (!response.ok) throw new Error(`answered ${response.status} ${await response.text()}`)
  await response.arrayBuffer()
}

async function statsOf({ target }: Stage): Promise<Stats> {
  return (await (await fetch(`${target.url}/stats`)).json()) as Stats
}

async function statsAfter(stage: Stage, events: number): Promise<Stats> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const stats = await statsOf(stage)
    if (stats.events >= events) return stats
    if (Date.now() > deadline) throw new Error(`only ${stats.events} of ${events} events left`)
    await new Promise((done) => setTimeout(done, 50))
  }
}
