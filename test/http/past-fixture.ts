/**
 * The demo shop with a past, opened by a real server, and the truth behind it: for tests that hold
 * what pages say against what was. One load of many days takes seconds, so a file loads once.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NameTruth, SpanTruth, Truth } from '../../examples/brewbeans/past/truth.ts'
import type { Summary } from '../../src/api/types.ts'
import { type LoadedPast, loadPast, type PastOptions } from '../../src/demo-load.ts'
import { startTwofold, type TestServer } from '../start.ts'

export const DAY_S = 86_400
/** Ends in the middle of a day, long before the clock of the server that opens it. */
export const END_MS = Date.UTC(2026, 9, 23, 15, 20)

export interface OpenPast {
  readonly past: LoadedPast
  readonly truth: Truth
  readonly server: TestServer
  /** What a page asks of this dataset, over a window of the past; without one, over all of it. */
  ask<T>(report: string, query?: Readonly<Record<string, string | number>>): Promise<T>
  close(): Promise<void>
}

export async function openPast(
  days: number,
  options: Partial<PastOptions> = {},
): Promise<OpenPast> {
  const dataDir = mkdtempSync(join(tmpdir(), 'twofold-past-'))
  const past = await loadPast(optionsOf(dataDir, days, options))
  const truth = JSON.parse(readFileSync(past.truth_file, 'utf8')) as Truth
  const server = await startTwofold({ dataDir })
  return {
    past,
    truth,
    server,
    ask: (report, query = {}) => {
      const asked = new URLSearchParams()
      for (const [key, value] of Object.entries({ from: truth.from, to: truth.to, ...query })) {
        asked.set(key, String(value))
      }
      return server.api('GET', `/api/datasets/${past.dataset_id}/${report}?${asked}`)
    },
    close: async () => {
      await server.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

export function optionsOf(
  dataDir: string,
  days: number,
  options: Partial<PastOptions>,
): PastOptions {
  return {
    ...{ dataDir, days, seed: 7, nowMs: END_MS, randomBytes, kind: 'usual' },
    onProgress: () => undefined,
    ...options,
  }
}

export const sum = (counts: { readonly [key: string]: number }): number =>
  Object.values(counts).reduce((all, n) => all + n, 0)

/** "59.9" is 5990 hundredths; digits beyond would not fit. */
export function minorOf(exact: string): number {
  const [, whole = '', fraction = ''] = /^(\d+)(?:\.(\d{1,2}))?$/.exec(exact) ?? []
  return Number(whole + fraction.padEnd(2, '0'))
}

export const minorByCurrency = (
  money: readonly { readonly currency: string; readonly sum_exact: string }[],
): Record<string, number> =>
  Object.fromEntries(money.map(({ currency, sum_exact }) => [currency, minorOf(sum_exact)]))

/** The summary by name, in the words of the truth. */
export const shownByName = (events: Summary['by_event']): object =>
  Object.fromEntries(events.map((event) => [event.event_name, shownOf(event)]))

/** Of what nobody reported no page can know. */
export const expectedByName = (events: SpanTruth['events']): object =>
  Object.fromEntries(
    Object.entries(events)
      .filter(([, { received }]) => sum(received) > 0)
      .map(([name, one]) => [name, expectedOf(one)]),
  )

function shownOf(event: Summary['by_event'][number]) {
  const { received, counted, duplicates, dropped, rejected, pairs, value } = event
  return {
    received: { browser: received.browser, server: received.server },
    ...{ counted, duplicates, dropped, rejected },
    pairs: { both: pairs.both, browser_only: pairs.browser_only, server_only: pairs.server_only },
    value_minor: minorByCurrency(value),
  }
}

function expectedOf(name: NameTruth): ReturnType<typeof shownOf> {
  const { received, counted, duplicates, dropped, rejected, pairs, value_minor } = name
  const sums = { dropped: sum(dropped), rejected: sum(rejected) }
  return { received, counted, duplicates, ...sums, pairs, value_minor }
}
