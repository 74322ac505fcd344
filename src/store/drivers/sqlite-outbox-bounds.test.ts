/** What one claim and one page may read, whatever was stored under one event. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { EVENT_LEGS_READ_MAX, READ_CHARS_MAX } from '../../limits.ts'
import { claimAt, delivery, settleAll } from '../conformance-deliveries.ts'
import { leg, put, START_MS } from '../conformance-legs.ts'
import type { Store } from '../store.ts'
import { openSqliteStore } from './sqlite.ts'

let folder = ''
let store: Store
const clock = { nowMs: START_MS }
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twofold-bounds-'))
  store = await openSqliteStore({ file: join(folder, 'twofold.db'), nowMs: () => clock.nowMs })
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

const CHARS = 60_000
const large = (seq: number, more: Partial<ReturnType<typeof leg>> = {}) => {
  const made = leg(seq)
  const event = { ...made.event, custom_data: { note: 'x'.repeat(CHARS) } }
  return { ...made, event, ...more }
}

it('hands large events out a few at a time, and every one of them', async () => {
  const total = Math.ceil((3 * READ_CHARS_MAX) / CHARS)
  const seqs = Array.from({ length: total }, (_, i) => i + 1)
  for (let at = 0; at < total; at += 50) {
    const some = seqs.slice(at, at + 50)
    await put(store, {
      legs: some.map((seq) => large(seq)),
      deliveries: some.map((n) => delivery(n)),
    })
  }
  const seen: number[] = []
  for (let turn = 0; seen.length < total && turn < 20; turn++) {
    const claimed = await claimAt(store, clock, { limit: 1000 })
    const chars = JSON.stringify(claimed.deliveries).length
    expect(chars).toBeLessThan(2 * READ_CHARS_MAX)
    expect(claimed.deliveries.every(({ event }) => event !== undefined)).toBe(true)
    seen.push(...claimed.deliveries.map(({ seq }) => seq))
    const ending = { state: 'delivered' } as const
    await settleAll(store, claimed, { ending, nowMs: clock.nowMs })
  }
  expect(seen.sort((a, b) => a - b)).toEqual(seqs)
  const page = await store.events({ dataset_id: leg(1).envelope.dataset_id, limit: 1000 })
  expect(JSON.stringify(page.events).length).toBeLessThan(2 * READ_CHARS_MAX)
  expect(page.next_before_seq).toBeGreaterThan(1)
})

it('reads the first legs of an event that was repeated without end', async () => {
  const repeats = Array.from({ length: 3 * EVENT_LEGS_READ_MAX }, (_, i) =>
    large(i + 2, { verdict: 'duplicate', of_seq: 1, matched_by: 'event_id' }),
  )
  await put(store, { legs: [large(1), ...repeats], deliveries: [delivery(1)] })
  const claimed = await claimAt(store, clock, { limit: 10 })
  expect(claimed.deliveries[0]?.event?.legs).toHaveLength(EVENT_LEGS_READ_MAX)
})
