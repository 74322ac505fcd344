/**
 * The seeded shop through the public door: what the API says of its past is the truth behind it, to
 * the last event and the last cent. The truth is worked out without our ingest and our store.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { NameTruth, SpanTruth, Truth } from '../../examples/brewbeans/past/truth.ts'
import type { Summary, Timeline } from '../../src/api/types.ts'
import { type LoadedPast, loadPast, type PastOptions } from '../../src/demo-load.ts'
import { startTwofold, type TestServer } from '../start.ts'

const DAY_S = 86_400
/** Ends in the middle of a day, long before the clock of the server that opens it. */
const END_MS = Date.UTC(2026, 9, 23, 15, 20)

interface Loaded {
  readonly dataDir: string
  readonly past: LoadedPast
  readonly truth: Truth
  readonly server: TestServer
}

const open: Loaded[] = []

async function load(days: number, options: Partial<PastOptions> = {}): Promise<Loaded> {
  const dataDir = mkdtempSync(join(tmpdir(), 'twofold-past-'))
  const past = await loadPast(optionsOf(dataDir, days, options))
  const truth = JSON.parse(readFileSync(past.truth_file, 'utf8')) as Truth
  const loaded = { dataDir, past, truth, server: await startTwofold({ dataDir }) }
  open.push(loaded)
  return loaded
}

function optionsOf(dataDir: string, days: number, options: Partial<PastOptions>): PastOptions {
  return {
    ...{ dataDir, days, seed: 7, nowMs: END_MS, randomBytes, kind: 'usual' },
    onProgress: () => undefined,
    ...options,
  }
}

afterAll(async () => {
  for (const { server, dataDir } of open) {
    await server.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
})

const sum = (counts: { readonly [key: string]: number }): number =>
  Object.values(counts).reduce((all, n) => all + n, 0)

/** The summary of one name, in the words of the truth. */
function shownOf(event: Summary['by_event'][number]) {
  const { received, counted, duplicates, dropped, rejected, pairs, value } = event
  return {
    received: { browser: received.browser, server: received.server },
    ...{ counted, duplicates, dropped, rejected },
    pairs: { both: pairs.both, browser_only: pairs.browser_only, server_only: pairs.server_only },
    value_minor: Object.fromEntries(
      value.map(({ currency, sum_exact }) => [currency, minorOf(sum_exact)]),
    ),
  }
}

function expectedOf(name: NameTruth): ReturnType<typeof shownOf> {
  const { received, counted, duplicates, dropped, rejected, pairs, value_minor } = name
  const sums = { dropped: sum(dropped), rejected: sum(rejected) }
  return { received, counted, duplicates, ...sums, pairs, value_minor }
}

/** "59.9" is 5990 hundredths; digits beyond would not fit. */
function minorOf(exact: string): number {
  const [, whole = '', fraction = ''] = /^(\d+)(?:\.(\d{1,2}))?$/.exec(exact) ?? []
  return Number(whole + fraction.padEnd(2, '0'))
}

const shownByName = (events: Summary['by_event']): object =>
  Object.fromEntries(events.map((event) => [event.event_name, shownOf(event)]))

/** Of what nobody reported no page can know. */
const expectedByName = (events: SpanTruth['events']): object =>
  Object.fromEntries(
    Object.entries(events)
      .filter(([, { received }]) => sum(received) > 0)
      .map(([name, one]) => [name, expectedOf(one)]),
  )

async function summary({ server, past, truth }: Loaded, from = truth.from, to = truth.to) {
  return server.api<Summary>(
    'GET',
    `/api/datasets/${past.dataset_id}/summary?from=${from}&to=${to}`,
  )
}

describe('fourteen days of the shop', () => {
  let shop: Loaded
  beforeAll(async () => {
    shop = await load(14)
  }, 300_000)

  it('shows of every event what was received, counted, and what it is worth', async () => {
    const { by_event } = await summary(shop)
    expect(shownByName(by_event)).toEqual(expectedByName(shop.truth.total.events))
  })

  it('shows every day by itself', async () => {
    const { truth } = shop
    for (const [index, { day, events }] of truth.by_day.entries()) {
      const from = truth.from + index * DAY_S
      const { by_event } = await summary(shop, from, Math.min(from + DAY_S, truth.to))
      expect([day, shownByName(by_event)]).toEqual([day, expectedByName(events)])
    }
  })

  it('draws the sales of every day', async () => {
    const { server, past, truth } = shop
    const window = `from=${truth.from}&to=${truth.to}&step=day&event_name=Purchase`
    const path = `/api/datasets/${past.dataset_id}/timeline?${window}`
    const { points } = await server.api<Timeline>('GET', path)
    const shown = points.map(({ counted, duplicates }) => [counted, duplicates])
    const meant = truth.by_day.map(({ events: { Purchase: sales } }) => [
      sales?.counted ?? 0,
      sales?.duplicates ?? 0,
    ])
    expect(shown).toEqual(meant)
  })

  it('names the reasons and the findings', async () => {
    const { reasons, findings } = await summary(shop)
    const { total } = shop.truth
    const meant: Record<string, number> = {}
    for (const { dropped, rejected } of Object.values(total.events)) {
      for (const [code, n] of Object.entries({ ...dropped, ...rejected })) {
        meant[code] = (meant[code] ?? 0) + n
      }
    }
    expect(Object.fromEntries(reasons.map(({ code, total: n }) => [code, n]))).toEqual(meant)
    const shown = new Map(findings.map(({ code, count }) => [code, count]))
    const compared = Object.keys(total.findings).map((code) => [code, shown.get(code) ?? 0])
    expect(Object.fromEntries(compared)).toEqual(total.findings)
  })

  it('holds its own equations', async () => {
    const report = await shop.server.api<{ ok: boolean }>('GET', '/api/doctor?deep=true')
    expect(report).toMatchObject({ ok: true })
  })
})

describe('a clean shop', () => {
  it('has nothing to find, nothing lost and nothing counted wrong', async () => {
    const shop = await load(2, { kind: 'clean', sessionsPerDay: 400, ordersPerDay: 20 })
    const { by_event, reasons, findings, dropped, rejected } = await summary(shop)
    expect({ reasons, findings, dropped, rejected }).toEqual({
      ...{ reasons: [], findings: [], dropped: 0, rejected: 0 },
    })
    expect(shownByName(by_event)).toEqual(expectedByName(shop.truth.total.events))
    const sales = by_event.find(({ event_name }) => event_name === 'Purchase')
    expect(sales?.counted).toBe(shop.truth.total.orders)
  })
})

describe('loading', () => {
  const small = { sessionsPerDay: 40, ordersPerDay: 4 }

  it('happens once: the same past again is there already, another one is refused', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'twofold-past-'))
    try {
      const first = await loadPast(optionsOf(dataDir, 2, small))
      expect(first.events).toBeGreaterThan(50)
      const again = await loadPast(optionsOf(dataDir, 2, { ...small, nowMs: END_MS + 9e7 }))
      expect(again).toEqual({ dataset_id: first.dataset_id, truth_file: first.truth_file })
      await expect(loadPast(optionsOf(dataDir, 3, small))).rejects.toThrow(
        /past of 2 days \(seed 7\)/,
      )
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  })

  it('begins anew when it was stopped on the way', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'twofold-past-'))
    const stop = (): never => {
      throw new Error('stopped')
    }
    try {
      await expect(loadPast(optionsOf(dataDir, 2, { ...small, onProgress: stop }))).rejects.toThrow(
        'stopped',
      )
      const { events } = await loadPast(optionsOf(dataDir, 2, small))
      const server = await startTwofold({ dataDir })
      const { datasets } = await server.api<{ datasets: { dataset_id: string }[] }>(
        ...(['GET', '/api/datasets'] as const),
      )
      expect(datasets).toHaveLength(1)
      const id = datasets[0]?.dataset_id
      const path = `/api/datasets/${id}/summary?from=${END_MS / 1000 - 30 * DAY_S}&to=${END_MS / 1000}`
      const { received } = await server.api<Summary>('GET', path)
      await server.close()
      expect(received.browser + received.server).toBe(events)
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  })

  it('leaves nothing to send to a destination that is added later', async () => {
    const { server, past } = await load(2, small)
    const base = `/api/datasets/${past.dataset_id}`
    await server.api('POST', `${base}/destinations`, {
      ...{ type: 'webhook', name: 'Later' },
      settings: { url: 'http://127.0.0.1:9/', secret: `whsec_${'A'.repeat(43)}=` },
    })
    const { deliveries } = await server.api<{ deliveries: unknown[] }>('GET', `${base}/deliveries`)
    expect(deliveries).toEqual([])
    const report = await server.api<{ ok: boolean }>('GET', '/api/doctor?deep=true')
    expect(report).toMatchObject({ ok: true })
  })
})
