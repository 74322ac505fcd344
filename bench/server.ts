/** The two benches of the running server: Conversions API batches and single pixel hits. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { capiBatch, pixelHit } from './bodies.ts'
import { type Measured, run } from './load.ts'
import {
  ADMIN_TOKEN,
  cpuSeconds,
  type Program,
  peakMemoryMb,
  startProgram,
  startTwofoldProgram,
} from './program.ts'

export interface ServerResult extends Measured {
  readonly eventsPerS: number
  /** Events or requests per second of what it is compared with. */
  readonly baselinePerS: number
  /** Median of the rounds: each is compared with its neighbour, however the machine drifts. */
  readonly ratio: number
  /** Ratio to the same loop without a unique index, which would count repeats twice. */
  readonly ratioToAppend?: number
  /** Processor time of the server per event. */
  readonly cpuUsPerEvent: number
  readonly rssMbMax: number
  readonly bytesPerEvent: number
}

const BATCH = 1000

/** Rounds of ours and of the bare loop in turn, so that a machine that drifts drifts for both. */
export async function benchCapi(quick: boolean): Promise<ServerResult> {
  const rounds = 3
  const roundS = quick ? 0.6 : 10

  return withServer(async (server, dataset, dataDir) => {
    const { dataset_id, access_token } = dataset
    const body = capiBatch(BATCH)
    const load = (s: number): Promise<Measured> =>
      run({
        url: server.url,
        path: `/v24.0/${dataset_id}/events?access_token=${access_token}`,
        contentType: 'application/json',
        body,
        connections: 4,
        seconds: s,
      })
    await load(1)
    const ours: Measured[] = []
    const floors: number[] = []
    const appends: number[] = []
    let cpu = 0
    for (let round = 0; round < rounds; round++) {
      const started = await cpuSeconds(server.url)
      ours.push(await load(roundS))
      cpu += (await cpuSeconds(server.url)) - started
      floors.push(bareLoop('insert', roundS))
      if (!quick) appends.push(bareLoop('append', roundS))
    }
    const measured = result({ server, ours, floors, cpu, eventsPerRequest: BATCH, dataDir })
    if (quick) return measured
    return { ...measured, ratioToAppend: measured.eventsPerS / median(appends) }
  })
}

export async function benchPixel(quick: boolean): Promise<ServerResult> {
  // Short rounds: which of two processors a thread runs on, and how fast that one is, changes often.
  const rounds = quick ? 6 : 30
  const roundS = quick ? 0.4 : 1
  const empty = await startProgram({
    command: [process.execPath, 'bench/floor.ts'],
    args: (port) => ['empty', String(port)],
    ready: '/readyz',
  })
  try {
    return await withServer(async (server, { dataset_id }, dataDir) => {
      const body = pixelHit(dataset_id)
      const load = (url: string, s: number): Promise<Measured> =>
        run({ url, path: '/e', contentType: 'text/plain', body, connections: 256, seconds: s })
      // Both as they run for days, not as they start: compiled.
      await load(server.url, quick ? 1 : 2)
      await load(empty.url, quick ? 1 : 2)
      const ours: Measured[] = []
      const floors: number[] = []
      let cpu = 0
      for (let round = 0; round < rounds; round++) {
        const started = await cpuSeconds(server.url)
        ours.push(await load(server.url, roundS))
        cpu += (await cpuSeconds(server.url)) - started
        floors.push((await load(empty.url, roundS)).requestsPerS)
      }
      return result({ server, ours, floors, cpu, eventsPerRequest: 1, dataDir })
    })
  } finally {
    await empty.stop()
  }
}

async function withServer<T>(
  bench: (
    server: Program,
    dataset: { dataset_id: string; access_token: string },
    dataDir: string,
  ) => Promise<T>,
): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'twofold-bench-'))
  const server = await startTwofoldProgram(dataDir)
  try {
    const response = await fetch(`${server.url}/api/datasets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Bench', events_per_minute_max: 60_000_000 }),
    })
    if (!response.ok) throw new Error(`could not create a dataset: ${await response.text()}`)
    const dataset = (await response.json()) as { dataset_id: string; access_token: string }
    return await bench(server, dataset, dataDir)
  } finally {
    await server.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

function result(measured: {
  server: Program
  ours: readonly Measured[]
  floors: readonly number[]
  cpu: number
  eventsPerRequest: number
  dataDir: string
}): ServerResult {
  const { ours, floors, eventsPerRequest } = measured
  const events = ours.reduce((sum, { requests }) => sum + requests, 0) * eventsPerRequest
  const eventsPerS = median(ours.map(({ requestsPerS }) => requestsPerS * eventsPerRequest))
  return {
    requests: ours.reduce((sum, { requests }) => sum + requests, 0),
    requestsPerS: eventsPerS / eventsPerRequest,
    p50Ms: median(ours.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(ours.map(({ p99Ms }) => p99Ms)),
    eventsPerS,
    baselinePerS: median(floors),
    ratio: median(ours.map((m, at) => (m.requestsPerS * eventsPerRequest) / (floors[at] ?? 0))),
    cpuUsPerEvent: (measured.cpu / events) * 1e6,
    rssMbMax: peakMemoryMb(measured.server.pid),
    bytesPerEvent: folderBytes(measured.dataDir) / events,
  }
}

function bareLoop(kind: 'insert' | 'append', seconds: number): number {
  const script = join(import.meta.dirname, 'floor.ts')
  const { stdout } = spawnSync(process.execPath, [script, kind, String(seconds)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return Number(stdout)
}

function folderBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const high = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? high : (high + (sorted[middle - 1] ?? high)) / 2
}
