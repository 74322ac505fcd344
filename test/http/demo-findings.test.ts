/**
 * What diagnostics found in the demo's past, held against what broke in it and when. The findings are
 * read as they were loaded: a server of today would let go of what closed more than 30 days ago.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Truth } from '../../examples/brewbeans/past/truth.ts'
import { loadPast, type PastOptions } from '../../src/demo-load.ts'
import type { Finding } from '../../src/quality/diagnostics/finding.ts'
import { openSqliteStore } from '../../src/store/drivers/sqlite.ts'
import { createFindingBook } from '../../src/watch/finding-book.ts'
import { DAY_S, END_MS, optionsOf } from './past-fixture.ts'

const HOUR_S = 3600
/** Days enough to know what is usual before the first outage, all of them within 30 days. */
const DAYS = 40

interface Found {
  readonly findings: readonly Finding[]
  readonly truth: Truth
}

async function foundIn(days: number, options: Partial<PastOptions>): Promise<Found> {
  const dataDir = mkdtempSync(join(tmpdir(), 'twofold-past-'))
  try {
    const { dataset_id, truth_file } = await loadPast(optionsOf(dataDir, days, options))
    const nowMs = (): number => END_MS
    const store = await openSqliteStore({ file: join(dataDir, 'twofold.db'), nowMs })
    const { findings } = (await createFindingBook({ store, nowMs })).of(dataset_id)
    await store.close()
    return { findings, truth: JSON.parse(readFileSync(truth_file, 'utf8')) }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

describe('a past with outages', () => {
  let past: Found
  beforeAll(async () => {
    past = await foundIn(DAYS, { sessionsPerDay: 600 })
  }, 300_000)

  const periodOf = (what: string): { readonly from: number; readonly to: number } => {
    const period = past.truth.periods.find((one) => one.what === what)
    if (!period) throw new Error(`the past has no ${what}`)
    return period
  }

  it.each<[string, readonly string[], { opens: number; closes: number }]>([
    ['pixel_gone', ['silence::browser'], { opens: 12, closes: 2 }],
    // Reports that wait in a queue still come while the server is down: first silence, then a drop.
    ['server_down', ['silence::server', 'traffic_drop::server'], { opens: 3, closes: 27 }],
    ['no_currency', ['missing_currency:Purchase'], { opens: 36, closes: 5 * 24 }],
  ])('%s was found while it lasted as %j, and resolved itself after it', (what, ids, hours) => {
    const { from, to } = periodOf(what)
    const found = past.findings.filter(({ id }) => ids.includes(id))
    expect(found.map(({ state }) => state)).toEqual(ids.map(() => 'resolved'))
    const openedS = Math.min(...found.map(({ opened_ms }) => opened_ms / 1000))
    const closedS = Math.max(...found.map(({ resolved_ms = 0 }) => resolved_ms / 1000))
    expect(openedS).toBeGreaterThan(from)
    expect(openedS).toBeLessThanOrEqual(from + hours.opens * HOUR_S)
    expect(closedS).toBeGreaterThanOrEqual(to)
    expect(closedS).toBeLessThanOrEqual(to + hours.closes * HOUR_S)
  })

  it('says that something is silent only while it was, or had not come back yet', () => {
    const silent = past.findings.filter(({ code }) => code === 'silence')
    // What comes a few times a day is still missing in the first hours of the night after.
    const isTrue = ({ opened_ms: ms }: Finding): boolean =>
      past.truth.periods.some(
        ({ what, from, to }) =>
          what !== 'no_currency' && ms > from * 1000 && ms <= (to + 6 * HOUR_S) * 1000,
      )
    expect(silent.filter((one) => !isTrue(one))).toEqual([])
  })

  it('counts no more reports without a currency than there were', () => {
    const found = past.findings.find(({ id }) => id === 'missing_currency:Purchase')
    const { to } = periodOf('no_currency')
    const days = past.truth.by_day.filter(({ day }) => Date.parse(day) / 1000 < to + DAY_S)
    const lacking = days.reduce((n, { findings }) => n + (findings.missing_currency ?? 0), 0)
    expect(found?.affected).toBeGreaterThan(0)
    expect(found?.affected).toBeLessThanOrEqual(lacking)
  })

  it('leaves open what is still true, as seen at the end', () => {
    const open = past.findings.filter(({ state }) => state === 'open')
    expect(open.map(({ code }) => code)).toContain('test_code_live')
    for (const { last_seen_ms } of open) {
      expect(last_seen_ms).toBeGreaterThan(END_MS - DAY_S * 1000)
    }
  })
})

describe('a clean past', () => {
  // In the small one nobody comes for an hour or two now and then, also at busy hours.
  it.each([
    ['of a middling shop', { sessionsPerDay: 400, ordersPerDay: 20 }],
    ['of a small shop', { sessionsPerDay: 120, ordersPerDay: 12 }],
  ])('%s has no finding, open or resolved', async (_, size) => {
    const { findings } = await foundIn(20, { kind: 'clean', ...size })
    expect(findings).toEqual([])
  })
})
