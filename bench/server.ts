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

/** Both on one server, which is then as warm for the second as one that has run for a while. */
export function benchServer(
  quick: boolean,
  wanted: { readonly capi: boolean; readonly pixel: boolean },
): Promise<{ capi: ServerResult | undefined; pixel: ServerResult | undefined }> {
  return withServer(async (subject) => ({
    capi: wanted.capi ? await benchCapi(subject, quick) : undefined,
    pixel: wanted.pixel ? await benchPixel(subject, quick) : undefined,
  }))
}

interface Subject {
  readonly server: Program
  readonly dataset: { readonly dataset_id: string; readonly access_token: string }
  readonly dataDir: string
}

/** Rounds of ours and of the bare loop in turn, so that a machine that drifts drifts for both. */
async function benchCapi(subject: Subject, quick: boolean): Promise<ServerResult> {
  const { dataset_id, access_token } = subject.dataset
  const body = capiBatch(BATCH)
  const load = (seconds: number): Promise<Measured> =>
    run({
      url: subject.server.url,
      path: `/v24.0/${dataset_id}/events?access_token=${access_token}`,
      contentType: 'application/json',
      ...{ body, connections: 4, seconds },
    })
  await load(1)
  const roundS = quick ? 0.6 : 10
  const appends: number[] = []
  const floor = async (): Promise<number> => {
    if (!quick) appends.push(bareLoop('append', roundS))
    return bareLoop('insert', roundS)
  }
  const rounds = 3
  const measured = await compare(subject, {
    ...{ rounds, floor, ours: () => load(roundS), eventsPerRequest: BATCH },
  })
  if (quick) return measured
  return { ...measured, ratioToAppend: measured.eventsPerS / median(appends) }
}

async function benchPixel(subject: Subject, quick: boolean): Promise<ServerResult> {
  const empty = await startProgram({
    command: [process.execPath, 'bench/floor.ts'],
    args: (port) => ['empty', String(port)],
    ready: '/readyz',
  })
  const body = pixelHit(subject.dataset.dataset_id)
  const load = ({ url }: Program, seconds: number): Promise<Measured> =>
    run({ url, path: '/e', contentType: 'text/plain', body, connections: 256, seconds })
  try {
    // Both as they run for days, not as they start: compiled.
    await load(subject.server, 2)
    await load(empty, quick ? 0.7 : 2)
    // Short rounds: which of two processors a thread runs on, and how fast that one is, changes
    // often.
    const roundS = quick ? 0.4 : 1
    return await compare(subject, {
      rounds: quick ? 7 : 30,
      ours: () => load(subject.server, roundS),
      floor: async () => (await load(empty, roundS)).requestsPerS,
      eventsPerRequest: 1,
    })
  } finally {
    await empty.stop()
  }
}

async function compare(
  { server, dataDir }: Subject,
  comparison: {
    readonly rounds: number
    readonly ours: () => Promise<Measured>
    /** Events per second. */
    readonly floor: () => Promise<number>
    readonly eventsPerRequest: number
  },
): Promise<ServerResult> {
  const { eventsPerRequest } = comparison
  const ours: Measured[] = []
  const floors: number[] = []
  const before = folderBytes(dataDir)
  let cpu = 0
  for (let round = 0; round < comparison.rounds; round++) {
    const started = await cpuSeconds(server.url)
    ours.push(await comparison.ours())
    cpu += (await cpuSeconds(server.url)) - started
    floors.push(await comparison.floor())
  }
  const requests = ours.reduce((sum, one) => sum + one.requests, 0)
  const events = requests * eventsPerRequest
  const eventsPerS = median(ours.map(({ requestsPerS }) => requestsPerS * eventsPerRequest))
  return {
    requests,
    requestsPerS: eventsPerS / eventsPerRequest,
    p50Ms: median(ours.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(ours.map(({ p99Ms }) => p99Ms)),
    eventsPerS,
    baselinePerS: median(floors),
    ratio: median(ours.map((m, at) => (m.requestsPerS * eventsPerRequest) / (floors[at] ?? 0))),
    cpuUsPerEvent: (cpu / events) * 1e6,
    rssMbMax: peakMemoryMb(server.pid),
    bytesPerEvent: (folderBytes(dataDir) - before) / events,
  }
}

async function withServer<T>(bench: (subject: Subject) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'twofold-bench-'))
  const server = await startTwofoldProgram(dataDir)
  try {
    const response = await fetch(`${server.url}/api/datasets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Bench', events_per_minute_max: 60_000_000 }),
    })
    if (!response.ok) throw new Error(`could not create a dataset: ${await response.text()}`)
    const dataset = (await response.json()) as Subject['dataset']
    return await bench({ server, dataset, dataDir })
  } finally {
    await server.stop()
    rmSync(dataDir, { recursive: true, force: true })
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
