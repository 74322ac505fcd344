/** What only the SQLite driver has: blocks that are joined, bounded pages, interrupted work. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Leg } from '../../event/shape.ts'
import { BLOCK_LEGS_MAX, ORDER_WINDOW_MS } from '../../limits.ts'
import { idWrite, leg, paged, put, SHOP, START_MS, scanned, tidied } from '../conformance-legs.ts'
import type { Store } from '../store.ts'
import { storeOn } from './sqlite.ts'
import { openDatabase } from './sqlite-schema.ts'

let folder = ''
let file = ''
let db: DatabaseSync
let store: Store
const clock = { nowMs: START_MS }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twofold-blocks-'))
  file = join(folder, 'twofold.db')
  clock.nowMs = START_MS
  db = openDatabase(file, 1000)
  store = storeOn(db, { file, nowMs: () => clock.nowMs })
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

const sizes = (): number[] =>
  db
    .prepare('SELECT n FROM blocks ORDER BY first_seq')
    .all()
    .map((row) => Number(row.n))

/** Commits of the given sizes; every fifth leg is a twin of the one before. */
async function commits(list: readonly number[], name = 'PageView'): Promise<void> {
  let seq = ((await store.load([], [SHOP])).nextSeq.get(SHOP) ?? 1) - 1
  for (const size of list) {
    const legs = Array.from({ length: size }, () => {
      seq += 1
      return leg(seq, seq % 5 === 0 ? { name, of: seq - 1 } : { name })
    })
    await put(store, { legs, keys: legs.map(idWrite) })
  }
}

it('cuts a large commit into even blocks', async () => {
  await commits([1000, BLOCK_LEGS_MAX, BLOCK_LEGS_MAX + 1])
  expect(sizes()).toEqual([250, 250, 250, 250, 256, 129, 128])
})

it('joins the blocks of small commits, each leg once, and leaves large ones alone', async () => {
  await commits([...Array.from({ length: 100 }, () => 3), 200, 5, 6, 200, 4])
  const before = await scanned(store)
  await tidied(store, START_MS)
  expect(sizes()).toEqual([129, 129, 42, 200, 11, 200, 4])
  expect(await scanned(store)).toEqual(before)
  const ids = db.prepare('SELECT id FROM blocks').all()
  await tidied(store, START_MS)
  expect(db.prepare('SELECT id FROM blocks').all()).toEqual(ids)
  await commits([252])
  await tidied(store, START_MS)
  expect(sizes()).toEqual([129, 129, 42, 200, 11, 200, 4, 252])
  const events = before.filter(({ of_seq }) => of_seq === undefined).length
  expect((await paged(store, { limit: 50, to_s: START_MS / 1000 + 1 })).length).toBeGreaterThan(
    events,
  )
})

const salesRows = (): number => Number(db.prepare('SELECT count(*) AS n FROM block_sales').get()?.n)

/** A commit of this many legs, every `step`th a Purchase. */
async function shopping(size: number, step: number): Promise<Leg[]> {
  const first = (await store.load([], [SHOP])).nextSeq.get(SHOP) ?? 1
  const legs = Array.from({ length: size }, (_, n) =>
    n % step === step - 1
      ? leg(first + n, { name: 'Purchase', id: `buy-${first + n}`, user: { em: ['d'.repeat(64)] } })
      : leg(first + n, {}),
  )
  await put(store, { legs })
  return legs
}

it('keeps a few purchases apart, and gives every leg back in its place', async () => {
  const legs = [
    ...(await shopping(1000, 7)),
    ...(await shopping(200, 1)),
    ...(await shopping(30, 5)),
    ...(await shopping(200, 300)),
  ]
  // Four blocks of 250; of one of purchases alone, of a small one and of one without them nothing.
  expect(salesRows()).toBe(4)
  await store.close()
  db = openDatabase(file, 1000)
  store = storeOn(db, { file, nowMs: () => clock.nowMs })
  const asked = [14, 13, 15, 1000, 999, 1, 7].map((seq) => `buy-${seq}`)
  for (const event_id of asked) {
    const { events } = await store.events({ dataset_id: SHOP, event_id, limit: 5 })
    const expected = legs.filter(({ event }) => event.event_id === event_id)
    expect(events.map(({ legs: [one] }) => one)).toEqual(expected)
  }
  expect(await paged(store, { event_name: 'PageView', limit: 100 })).toEqual(
    legs
      .filter(({ event }) => event.event_name === 'PageView')
      .map(({ seq }) => [seq])
      .reverse(),
  )
  expect(await scanned(store)).toEqual(legs)
})

it.each([
  ['is gone', 'DELETE FROM block_sales WHERE block_id = 1'],
  ['is damaged', "UPDATE block_sales SET data = x'28b52ffd' WHERE block_id = 1"],
])('takes no leg for another where the row of purchases %s', async (_, damage) => {
  const legs = await shopping(500, 7)
  db.exec(damage)
  await store.close()
  db = openDatabase(file, 1000)
  store = storeOn(db, { file, nowMs: () => clock.nowMs })
  const refused = { code: 'store_corrupt', detail: `${file}: block 1 cannot be read.` }
  const reads = [
    () => scanned(store),
    () => paged(store, { limit: 500 }),
    () => store.events({ dataset_id: SHOP, event_id: 'buy-7', limit: 5 }),
    () => store.erase(SHOP, ['d'.repeat(64)]),
  ]
  for (const read of reads) await expect(read()).rejects.toMatchObject(refused)
  // The other block is whole.
  expect(await scanned(store, SHOP, 251)).toEqual(legs.slice(250))
})

it('keeps purchases apart when small blocks are joined, and erases them with the rest', async () => {
  const legs: Leg[] = []
  for (let i = 0; i < 30; i++) legs.push(...(await shopping(20, 10)))
  expect(salesRows()).toBe(0)
  await tidied(store, START_MS)
  // Two joins of 260 legs, each cut in two.
  expect(salesRows()).toBe(4)
  expect(await scanned(store)).toEqual(legs)
  const packed = db
    .prepare('SELECT data FROM block_sales')
    .all()
    .map(({ data }) => Buffer.from(data as Uint8Array))
  const traces = async (): Promise<number> => {
    const bytes = Buffer.concat(await Promise.all([readFile(file), readFile(`${file}-wal`)]))
    return packed.filter((data) => bytes.includes(data)).length
  }
  expect(await traces()).toBe(4)
  expect(await store.erase(SHOP, ['d'.repeat(64)])).toBe(60)
  expect((await scanned(store)).map(({ event }) => event.user_data)).toEqual(legs.map(() => ({})))
  expect([await traces(), salesRows()]).toEqual([0, 4])
  await store.erase(SHOP)
  expect(salesRows()).toBe(0)
})

it('reads a bounded part of a long log per page, and still finds an old browsing id', async () => {
  for (let i = 0; i < 60; i++) await commits([1000])
  clock.nowMs = START_MS + 2 * ORDER_WINDOW_MS
  await tidied(store, clock.nowMs)
  const page = await store.events({ dataset_id: SHOP, event_id: 'e-3', limit: 10 })
  expect(page.events).toEqual([])
  expect(page.next_before_seq).toBeGreaterThan(1)
  expect(await paged(store, { event_id: 'e-3', limit: 10 })).toEqual([[3]])
  expect(await paged(store, { event_id: 'e-4', limit: 10 })).toEqual([[4, 5]])
})

it('passes over blocks without the name asked for', async () => {
  await commits([40], 'Search')
  for (let i = 0; i < 60; i++) await commits([1000])
  const page = await store.events({ dataset_id: SHOP, event_name: 'Search', limit: 100 })
  expect(page.events.length).toBe(40 - 8)
  expect(page.next_before_seq).toBeUndefined()
})

it('finds a conversion by its id and order for ever, in one page', async () => {
  await put(store, { legs: [leg(1, { name: 'Purchase', id: 'buy', order: 'o-1' })] })
  for (let i = 0; i < 60; i++) await commits([1000])
  clock.nowMs = START_MS + 100 * ORDER_WINDOW_MS
  for (const query of [{ event_id: 'buy' }, { order_id: 'o-1' }, { event_name: 'Purchase' }]) {
    const page = await store.events({ dataset_id: SHOP, ...query, limit: 5 })
    expect(page.events.map(({ legs }) => legs[0].seq)).toEqual([1])
    expect(page.next_before_seq).toBeUndefined()
  }
})

it('finishes, after a crash, the removal of an erased dataset', async () => {
  await commits([3000])
  // The first transaction of erase, and then nothing: as if the process had ended there.
  db.exec(`
    INSERT INTO erasing SELECT no FROM datasets; DELETE FROM datasets;
    UPDATE instance SET revision = revision + 1`)
  expect(await scanned(store)).toEqual([])
  await put(store, { legs: [leg(1, { id: 'new' })] })
  await tidied(store, START_MS)
  expect(sizes()).toEqual([1])
  expect((await scanned(store)).map(({ event }) => event.event_id)).toEqual(['new'])
  expect(db.prepare('SELECT count(*) AS n FROM merged').get()?.n).toBe(0)
})

it('lets commits go on while a person is erased from a long log', async () => {
  const user = { em: ['f'.repeat(64)] }
  for (let i = 0; i < 12; i++) {
    const first = 1 + 1000 * i
    const legs = Array.from({ length: 1000 }, (_, n) => leg(first + n, n === 500 ? { user } : {}))
    await put(store, { legs })
  }
  const erased = store.erase(SHOP, user.em)
  await commits([10])
  expect(await erased).toBe(12)
  const legs = await scanned(store)
  expect(legs.length).toBe(12_010)
  expect(legs.some(({ event }) => event.user_data.em)).toBe(false)
})

it('forgets what was written for a commit that did not take place', async () => {
  await commits([3])
  db.exec(`CREATE TEMP TRIGGER full BEFORE UPDATE OF next_seq ON datasets
    BEGIN SELECT RAISE(ABORT, 'no room'); END`)
  const refused = [leg(4, { name: 'Refused' })]
  await expect(put(store, { legs: refused })).rejects.toThrow('no room')
  db.exec('DROP TRIGGER full')
  // Too large to be remembered itself, under the id that was given back.
  const large = leg(4, { name: 'x'.repeat(4 * 1024 * 1024) })
  await put(store, { legs: [large] })
  expect((await scanned(store)).at(-1)).toEqual(large)
})
