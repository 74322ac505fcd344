/**
 * The seeded shop with all its faults switched on, against its own books: what a pixel alone, and
 * what both sides told apart by event ids alone, would have been off by, and what is left once
 * Twofold counts, and has sent what nobody reported.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Truth } from '../../examples/brewbeans/past/truth.ts'
import type { DayRowsAnswer, ReconciliationAnswer, SentAnswer } from '../../src/api/types.ts'
import { loadPast } from '../../src/demo-load.ts'
import { startTwofold, type TestServer } from '../start.ts'

const DAYS = 5
/** Younger orders are left to their own reports. */
const GRACE_MS = 2 * 3_600_000
const dataDir = mkdtempSync(join(tmpdir(), 'twofold-books-'))
let server: TestServer
let path: string
let truth: Truth

beforeAll(async () => {
  const past = await loadPast({
    ...{ dataDir, days: DAYS, seed: 11, nowMs: Date.now() - GRACE_MS, randomBytes, kind: 'broken' },
    ...{ sessionsPerDay: 1200, ordersPerDay: 240, onProgress: () => undefined },
    // Twins without a shared id are one sale, and tests are none, where a shop wants that.
    settings: { repair: 'merge', test_events: 'sandbox' },
  })
  truth = JSON.parse(readFileSync(past.truth_file, 'utf8')) as Truth
  server = await startTwofold({ dataDir })
  path = `/api/datasets/${past.dataset_id}`
}, 300_000)
afterAll(async () => {
  await server.close()
  rmSync(dataDir, { recursive: true, force: true })
})

const window = (): { from: string; to: string } => ({
  from: truth.by_day[0]?.day ?? '',
  to: truth.by_day.at(-1)?.day ?? '',
})
const compared = (): Promise<ReconciliationAnswer> =>
  server.api('GET', `${path}/reconciliation?${new URLSearchParams(window())}`)

it('accounts for every order of the books, and is off by less than a thousandth after', async () => {
  const before = await compared()
  const { total } = before
  expect(total.orders).toBe(truth.total.orders)
  expect(before.days.map(({ orders }) => orders).reverse()).toEqual(
    truth.by_day.map(({ orders }) => orders),
  )
  // Consent that was refused is no discrepancy: those sales are left out on purpose.
  expect(total.left_out).toBeGreaterThan(0)
  expect(total.browser_alone.share).toBeGreaterThan(0.3)
  expect(total.ids_alone.share).toBeGreaterThan(0.15)
  expect(total.discrepancy.share).toBeLessThan(total.server_alone.share ?? 0)
  const sent = await server.api<SentAnswer>('POST', `${path}/reconciliation/send`, {
    ...window(),
    dry_run: false,
  })
  const after = await compared()
  expect(sent).toMatchObject({ sent: sent.missing, refused: {} })
  expect(after.total.discrepancy.share).toBeLessThan(0.001)
  for (const { day } of after.days) {
    const { rows } = await server.api<DayRowsAnswer>(
      'GET',
      `${path}/reconciliation/${day}?limit=500`,
    )
    expect(rows.filter(({ reason, words }) => reason === null || words === '')).toEqual([])
  }
})
