/**
 * How long each page of the Events Manager waits for its answers on a large file: every call that
 * its pages make, in turns, against a running server. The log is that of growth.ts; beside it stand
 * four weeks of counters as a real shop has them (those of the demo's past, every day anew), because
 * that is what reports read. Orders are compared on the demo's past itself, a server of its
 * own: only there a book and what was counted tell of the same sales. bench/main.ts calls it.
 */
import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAccess } from '../src/access/access.ts'
import { loadPast } from '../src/demo-load.ts'
import { openSqliteStore } from '../src/store/drivers/sqlite.ts'
import type { CounterDelta, MoneyDelta, Store } from '../src/store/store.ts'
import { DATASET, fillFile } from './growth.ts'
import { ADMIN_TOKEN, startTwofoldProgram } from './program.ts'

export interface PageTime {
  readonly route: string
  /** The very first look at it, after the start. */
  readonly first_ms: number
  readonly p50_ms: number
  readonly p95_ms: number
}

export interface PageTimes {
  readonly rows: number
  readonly slowest_p95_ms: number
  readonly routes: readonly PageTime[]
}

export interface PagesOptions {
  readonly rows: number
  /** Instead of filling one: a file of growth.ts, which is copied. */
  readonly file: string | undefined
}

const ROUNDS = 20
/** A server looks at every dataset right after its start: it is asked as it runs for days. */
const STARTED_MS = 3000
const DAY_S = 86_400
/** What pages look back at most by themselves: habits of an event, setup, trends. */
const COUNTED_DAYS = 28
/** Reconciliation looks at seven by itself, and at purchases of three before them. */
const PAST_DAYS = 10

export async function benchPages({ rows, file }: PagesOptions): Promise<PageTimes> {
  const dir = mkdtempSync(join(tmpdir(), 'twofold-pages-'))
  try {
    const target = join(dir, 'twofold.db')
    if (file) copyFileSync(file, target)
    else await fillFile(target, rows, Date.now())
    const pastDir = join(dir, 'past')
    const { legs, pastId } = await furnish(target, pastDir)
    const routes = [
      ...(await timesIn(dir, routesOf)),
      ...(await timesIn(pastDir, async () => orderRoutes(pastId))),
    ]
    const slowest_p95_ms = Math.max(...routes.map(({ p95_ms }) => p95_ms))
    return { rows: legs, slowest_p95_ms, routes }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** The dataset's settings and its counters; the number of reports in the file, and the past. */
async function furnish(file: string, pastDir: string): Promise<{ legs: number; pastId: string }> {
  const nowMs = Date.now()
  const store = await openSqliteStore({ file, nowMs: Date.now })
  try {
    const access = await createAccess({
      ...{ store, randomBytes, adminToken: undefined, nowMs: Date.now },
      onDataset: () => undefined,
    })
    await access.createDataset({ name: 'Large shop' })
    const [made] = await store.getSettings('dataset')
    if (!made) throw new Error('pages: a dataset that was made is not there')
    await store.putSettings([{ ...made, id: DATASET }])
    const pastId = await addCounters(store, pastDir, nowMs)
    while (await store.tidyUp(Date.now()));
    return { legs: (await store.stats()).legs, pastId }
  } finally {
    await store.close()
  }
}

/** A day of the demo's past, again for each of the last days. Returns the dataset of the past. */
async function addCounters(store: Store, dataDir: string, nowMs: number): Promise<string> {
  const endMs = Math.floor(nowMs / (1000 * DAY_S)) * 1000 * DAY_S
  const { dataset_id } = await loadPast({
    ...{ dataDir, days: PAST_DAYS, seed: 1, nowMs: endMs, randomBytes, kind: 'usual' },
    onProgress: () => undefined,
  })
  const past = await openSqliteStore({ file: join(dataDir, 'twofold.db'), nowMs: () => endMs })
  const to_s = endMs / 1000
  const day = await past.counters({ dataset_id, from_s: to_s - DAY_S, to_s, by: 'hour' })
  await past.close()
  for (let back = -1; back < COUNTED_DAYS; back++) {
    const shiftS = -back * DAY_S
    const { revision } = await store.load([], [DATASET])
    const at = (hour_s: number) => ({ dataset_id: DATASET, hour_s: hour_s + shiftS })
    const counters: CounterDelta[] = day.counters.map((row) => ({ ...row, ...at(row.hour_s) }))
    const money: MoneyDelta[] = day.money.map(({ units, micros, ...row }) => ({
      ...{ ...row, ...at(row.hour_s), units: Number(units), micros: Number(micros) },
    }))
    await store.commit({
      ...{ revision, counters, money, legs: [], keys: [], deliveries: [], skips: [] },
    })
  }
  return dataset_id
}

type Get = (path: string) => Promise<unknown>
type RoutesOf = (get: Get) => Promise<readonly (readonly [string, string])[]>

async function timesIn(dir: string, routes: RoutesOf): Promise<PageTime[]> {
  const server = await startTwofoldProgram(dir)
  try {
    return await timesOf(server.url, routes)
  } finally {
    await server.stop()
  }
}

async function timesOf(url: string, routesIn: RoutesOf): Promise<PageTime[]> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
  const get: Get = async (path) => {
    const response = await fetch(url + path, { headers })
    const answer: unknown = await response.json()
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`)
    return answer
  }
  await new Promise((done) => setTimeout(done, STARTED_MS))
  const routes = await routesIn(get)
  const spent = new Map<string, number[]>(routes.map(([name]) => [name, []]))
  for (let round = 0; round < 1 + ROUNDS; round++) {
    for (const [name, path] of routes) {
      const startedMs = performance.now()
      await get(path)
      spent.get(name)?.push(performance.now() - startedMs)
    }
  }
  return [...spent].map(([route, [first = 0, ...times]]) => {
    const sorted = times.sort((a, b) => a - b)
    const at = (share: number): number => tenth(sorted[Math.ceil(share * sorted.length) - 1] ?? 0)
    return { route, first_ms: tenth(first), p50_ms: at(0.5), p95_ms: at(0.95) }
  })
}

const tenth = (ms: number): number => Math.round(10 * ms) / 10

interface Found {
  readonly events: readonly {
    readonly id: string
    readonly legs: readonly [
      { readonly received_at: number; readonly event_id: string; readonly user_data: object },
    ]
  }[]
}

/** As the pages ask: by name, the default windows of today beside the hours in which events came. */
async function routesOf(get: Get): Promise<readonly (readonly [string, string])[]> {
  const base = `/api/datasets/${DATASET}`
  const { events } = (await get(`${base}/events?event_name=Purchase&limit=1`)) as Found
  const [sale] = events
  if (!sale) throw new Error('pages: the file has no sale')
  const story = JSON.stringify(await get(`${base}/events/${sale.id}`))
  const eventId = /"event_id":"([^"]+)"/.exec(story)?.[1] ?? ''
  const cookie = /"fbp":"([^"]+)"/.exec(story)?.[1] ?? ''
  const receivedS = Number(/"received_at(?:_ms)?":(\d{10})/.exec(story)?.[1] ?? Date.now() / 1000)
  const window = `from=${receivedS - 7 * DAY_S}&to=${receivedS + 3600}`
  return [
    ['home: datasets', '/api/datasets'],
    ['home: health', `${base}/health`],
    ['overview: summary, 7 days', `${base}/summary?${window}`],
    ['overview: timeline, hours', `${base}/timeline?${window}&step=hour`],
    ['overview: timeline, 28 days', `${base}/timeline?step=day&from=${receivedS - 28 * DAY_S}`],
    ['overview: event names', `${base}/event-names`],
    ['overview: details of PageView', `${base}/event-details?event_name=PageView&${window}`],
    ['overview: details of Purchase', `${base}/event-details?event_name=Purchase&${window}`],
    ['match quality, 48 h', `${base}/quality?window=48h`],
    ['match quality, 7 days', `${base}/quality?window=7d`],
    ['match quality: measured', `${base}/quality/measured?${window}`],
    ['match quality: Meta', `${base}/quality/remote`],
    ['deduplication, 7 days', `${base}/deduplication?${window}`],
    ['deduplication: samples', `${base}/deduplication/unpaired?side=server&limit=10&${window}`],
    ['loss, 7 days', `${base}/loss?${window}`],
    ['diagnostics', `${base}/diagnostics`],
    ['alerts', `${base}/alerts`],
    ['event log: newest', `${base}/events?limit=50`],
    ['event log: Purchase', `${base}/events?event_name=Purchase&limit=50`],
    ['event log: by event id', `${base}/events?event_id=${eventId}&limit=50`],
    ['event log: by person', `${base}/events?person=${cookie}&limit=50`],
    ['event log: seen by both', `${base}/events?seen_by=both&limit=50`],
    ['event log: one story', `${base}/events/${sale.id}`],
    ['destinations', `${base}/destinations`],
    ['deliveries', `${base}/deliveries`],
    ['sources', `${base}/connections`],
    ['rules', `${base}/rules`],
    ['history', `${base}/history`],
  ]
}

/** The whole days before the last, so that every day has its sales. */
function orderRoutes(datasetId: string): readonly (readonly [string, string])[] {
  const base = `/api/datasets/${datasetId}/reconciliation`
  const day = (back: number): string =>
    new Date(Date.now() - back * DAY_S * 1000).toISOString().slice(0, 10)
  return [
    ['reconciliation, 7 days', `${base}?from=${day(7)}&to=${day(1)}`],
    ['reconciliation: today too', base],
    ['reconciliation: orders of a day', `${base}/${day(1)}?show=all`],
  ]
}
