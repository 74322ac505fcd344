/** What the outbox of the SQLite driver keeps over crashes, full disks, copies and old files. */
import { fdatasync } from 'node:fs'
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  claimAt,
  DELIVERED,
  delivery,
  type Ending,
  exchange,
  expectEquation,
  keyOf,
  LEASE_MS,
  listed,
  putDelivered,
  range,
  seqsIn,
  settleAll,
  statesOf,
  TO,
} from '../conformance-deliveries.ts'
import { leg, put, SHOP, START_MS, scanned } from '../conformance-legs.ts'
import type { Store } from '../store.ts'
import { openSqliteStore, storeOn } from './sqlite.ts'
import { openDatabase, STEPS } from './sqlite-schema.ts'
import type { Sync } from './sqlite-wal-flush.ts'

/** Of every step after the first. */
const LATER_TABLES = STEPS.slice(1).flatMap((step) =>
  [...step.matchAll(/CREATE TABLE (\w+)/g)].map(([, name = '']) => name),
)
const OUTBOX_TABLES = [
  'destinations',
  'deliveries',
  'delivered',
  'exchanges',
  'exchange_deliveries',
  'skips',
  'delivery_hours',
]

const clock = { nowMs: START_MS }
const nowMs = () => clock.nowMs
let folder = ''
let file = ''
const opened: { close(): unknown }[] = []
beforeEach(async () => {
  clock.nowMs = START_MS
  folder = await mkdtemp(join(tmpdir(), 'twofold-outbox-'))
  file = join(folder, 'twofold.db')
})
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
  await rm(folder, { recursive: true })
})

async function openStore(path = file): Promise<Store> {
  const store = await openSqliteStore({ file: path, nowMs, busyMs: 50 })
  opened.push(store)
  return store
}

/** The files as a power cut would leave them. */
async function crashed(): Promise<Store> {
  const path = join(folder, 'crashed.db')
  await copyFile(file, path)
  await copyFile(`${file}-wal`, `${path}-wal`)
  return openStore(path)
}

it('keeps every delivery over a crash; what was being sent is sent once more', async () => {
  const store = await openStore()
  await putDelivered(store, [1, 700])
  const done = await claimAt(store, clock, { limit: 200 })
  await settleAll(store, done, { ending: DELIVERED, nowMs: clock.nowMs })
  const failed = await claimAt(store, clock, { limit: 3 })
  const ending: Ending = { state: 'rejected', code: '100', detail: 'bad', exchange: 0 }
  await settleAll(store, failed, { ending, nowMs: clock.nowMs, exchanges: [exchange()] })
  const lost = await claimAt(store, clock, { limit: 250 })
  const after = await crashed()
  expect(await statesOf(after)).toEqual({ delivered: 200, rejected: 3, leased: 250, pending: 247 })
  expect(await listed(after)).toEqual(await listed(store))
  await expectEquation(after)
  expect(seqsIn(await claimAt(after, clock))).toEqual(range(454, 700))
  clock.nowMs += LEASE_MS
  const again = await claimAt(after, clock)
  expect(seqsIn(lost)).toEqual(range(204, 453))
  expect(seqsIn(again)).toEqual(range(204, 700))
  expect(again.deliveries.every(({ attempts, event }) => attempts === 1 && event)).toBe(true)
  expect(await after.enqueue(range(1, 200).map((seq) => delivery(seq)))).toBe(0)
})

it('hands out nothing that a power cut could still take back', async () => {
  const flushes: (() => void)[] = []
  const sync: Sync = (fd, done) => flushes.push(() => fdatasync(fd, done))
  const store = storeOn(openDatabase(file, 50), { file, nowMs, sync })
  const order: string[] = []
  const committed = putDelivered(store, [1, 3]).then(() => order.push('committed'))
  await new Promise((resolve) => setTimeout(resolve, 20))
  const claimed = claimAt(store, clock).then((given) => {
    order.push('claimed')
    return given
  })
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(order).toEqual([])
  const pump = setInterval(() => flushes.shift()?.(), 1)
  expect(seqsIn(await claimed)).toEqual([1, 2, 3])
  await committed
  expect(order).toEqual(['committed', 'claimed'])
  await store.close()
  clearInterval(pump)
})

it('leaves nothing half done when the disk is full, and goes on with room again', async () => {
  const db = openDatabase(file, 50)
  const store = storeOn(db, { file, nowMs })
  opened.push(store)
  await putDelivered(store, [1, 900])
  const claimed = await claimAt(store, clock, { limit: 400 })
  const before = await listed(store, { states: ['leased'] })
  const limit = Number(db.prepare('PRAGMA page_count').get()?.page_count)
  db.exec(`PRAGMA max_page_count = ${limit}`)
  // Four hundred rows of their own, with long words, find no room.
  const detail = 'x'.repeat(400)
  const ending: Ending = { state: 'held', code: '190', detail, exchange: 0 }
  const failure = { ending, nowMs: clock.nowMs, exchanges: [exchange()] }
  const full = { code: 'store_full' }
  await expect(settleAll(store, claimed, failure)).rejects.toMatchObject(full)
  const legs = range(901, 3000).map((seq) => leg(seq))
  const deliveries = legs.map(({ seq }) => delivery(seq))
  await expect(put(store, { legs, deliveries })).rejects.toMatchObject(full)
  const many = range(5000, 20_000).map((seq) => delivery(seq))
  await expect(store.enqueue(many)).rejects.toMatchObject(full)
  await expectEquation(store)
  const enqueued = (await store.destinationStatus(SHOP))[0]?.created_further ?? 0
  expect(await listed(store, { limit: 50_000 })).toHaveLength(900 + enqueued)
  db.exec('PRAGMA max_page_count = 1000000')
  expect(await store.enqueue(many)).toBe(many.length - enqueued)
  expect(await listed(store, { limit: 50_000 })).toHaveLength(900 + many.length)
  expect(await listed(store, { states: ['leased'] })).toEqual(before)
  expect(await settleAll(store, claimed, failure)).toBe(400)
  await put(store, { legs, deliveries })
  expect(await statesOf(store)).toEqual({ held: 400, pending: 2600 + many.length })
  await expectEquation(store)
})

it('takes a file of the schema before the outbox, with its events', async () => {
  const store = await openStore()
  const legs = range(1, 300).map((seq) => leg(seq))
  await put(store, { legs })
  await store.close()
  const old = new DatabaseSync(file)
  for (const table of LATER_TABLES) old.exec(`DROP TABLE ${table}`)
  old.exec('PRAGMA user_version = 1')
  old.close()
  const again = await openStore()
  expect(await scanned(again)).toEqual(legs)
  expect(await again.destinationStatus(SHOP)).toEqual([])
  await put(again, { legs: [leg(301)], deliveries: [delivery(301)] })
  expect(await again.enqueue(range(1, 300).map((seq) => delivery(seq)))).toBe(300)
  const { deliveries } = await claimAt(again, clock)
  expect(new Set(deliveries.map(({ seq, event }) => event?.legs[0].seq === seq))).toEqual(
    new Set([true]),
  )
  expect(deliveries).toHaveLength(301)
  await expectEquation(again)
})

it('copies the outbox with everything else, while deliveries go on', async () => {
  const store = await openStore()
  await putDelivered(store, [1, 500])
  const to = join(folder, 'copy.db')
  const copied = store.backup(to)
  const claimed = await claimAt(store, clock, { limit: 100 })
  await settleAll(store, claimed, { ending: DELIVERED, nowMs: clock.nowMs })
  await copied
  const copy = await openStore(to)
  await expectEquation(copy)
  const [status] = await copy.destinationStatus(SHOP)
  expect(status?.created).toBe(500)
  clock.nowMs += LEASE_MS
  const left = await claimAt(copy, clock)
  expect(left.deliveries.length + (status?.states.delivered ?? 0)).toBe(500)
})

it('reads the events of scattered deliveries, whose legs stand in many blocks', async () => {
  const store = await openStore()
  for (let first = 1; first <= 2000; first += 100) {
    await put(store, { legs: range(first, first + 99).map((seq) => leg(seq)) })
  }
  const twins = range(1, 40).map((i) => leg(2000 + i, { of: i * 50 }))
  await put(store, { legs: twins })
  while (await store.tidyUp(clock.nowMs));
  const seqs = range(1, 2000).filter((seq) => seq % 50 === 0 || seq % 77 === 0)
  await store.enqueue(seqs.map((seq) => delivery(seq)))
  const { deliveries } = await claimAt(store, clock)
  const events = new Map(deliveries.map(({ seq, event }) => [seq, event]))
  const expected = seqs.map((seq) => {
    const twin = twins.find(({ of_seq }) => of_seq === seq)
    return [seq, { legs: twin ? [leg(seq), twin] : [leg(seq)] }] as const
  })
  expect(events).toEqual(new Map(expected))
})

it('leaves no row of an erased destination, dataset or answer', async () => {
  const store = await openStore()
  const other = { destination_id: 'd_two' }
  await putDelivered(store, [1, 50])
  await put(store, {
    legs: [leg(51)],
    deliveries: [delivery(51, other)],
    skips: [{ dataset_id: SHOP, destination_id: TO, reason: 'rule', n: 1 }],
  })
  const claimed = await claimAt(store, clock, { limit: 20 })
  const exchanges = [exchange({ answer: 'a secret of ann, long enough to be found' })]
  const ending: Ending = { state: 'delivered', exchange: 0 }
  await settleAll(store, claimed, { ending, nowMs: clock.nowMs, exchanges })
  await store.eraseDestination(SHOP, TO)
  expect(await listed(store)).toMatchObject([{ ...keyOf(51), ...other }])
  await store.erase(SHOP)
  const reader = openDatabase(file, 50)
  opened.push(reader)
  for (const table of OUTBOX_TABLES) {
    expect(reader.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n, table).toBe(0)
  }
  const bytes = Buffer.concat([await readFile(file), await readFile(`${file}-wal`)])
  expect(bytes.includes('a secret of ann')).toBe(false)
})
