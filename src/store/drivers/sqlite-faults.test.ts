/** What the SQLite driver says and keeps when the file, the disk or a neighbour misbehaves. */
import { spawnSync } from 'node:child_process'
import { chmod, mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { TwofoldError } from '../../errors.ts'
import type { Hashed, Leg } from '../../event/shape.ts'
import { NOTHING } from '../conformance-legs.ts'
import type { CommitBatch, Store } from '../store.ts'
import { openSqliteStore, storeOn } from './sqlite.ts'
import { migrate, openDatabase, SCHEMA_VERSION, STEPS } from './sqlite-schema.ts'

let folder = ''
let file = ''
const nowMs = () => 1_760_000_400_000
const opened: { close(): unknown }[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twofold-faults-'))
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

/** Hashed values do not compress, so a leg fills its share of the disk. */
function leg(seq: number, em = noise(seq)): Leg {
  return {
    seq,
    event: {
      event_name: 'PageView',
      event_time: nowMs() / 1000,
      event_id: `e-${seq}`,
      action_source: 'website',
      user_data: { em: [em as Hashed] },
    },
    envelope: { dataset_id: '1', channel: 'browser', via: 'pixel', received_at_ms: nowMs() },
    verdict: 'accepted',
  }
}

const noise = (seed: number): string => {
  let [word, text] = [seed * 2654435761, '']
  while (text.length < 64) {
    word = (Math.imul(word ^ (word >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0
    text += word.toString(16).padStart(8, '0')
  }
  return text
}

async function batchOf(store: Store, size: number): Promise<CommitBatch> {
  const { revision, nextSeq } = await store.load([], ['1'])
  const first = nextSeq.get('1') ?? 1
  const legs = Array.from({ length: size }, (_, i) => leg(first + i))
  const key = { dataset_id: '1', family: 'window', at_ms: nowMs() } as const
  const keys = legs.map(({ seq }) => ({ ...key, key: `e-${seq}`, seqs: [seq] }))
  const hour = { dataset_id: '1', hour_s: nowMs() / 1000, event_name: 'PageView' }
  const counter = { ...hour, channel: 'browser', metric: 'received', n: size } as const
  return { ...NOTHING, revision, legs, keys, counters: [counter] }
}

async function legsIn(store: Store): Promise<Leg[]> {
  const legs: Leg[] = []
  for await (const chunk of store.scan('1', 1)) legs.push(...chunk)
  return legs
}

const refused = (code: string, path = file) =>
  expect.objectContaining({ code, detail: expect.stringContaining(path) })

it('keeps everything over a reopen, with keys, counters and merged legs', async () => {
  const store = await openStore()
  for (const size of [1, 700, 3]) await store.commit(await batchOf(store, size))
  await store.close()
  const again = await openStore()
  expect((await legsIn(again)).map(({ seq }) => seq)).toEqual(
    Array.from({ length: 704 }, (_, i) => i + 1),
  )
  const read = { dataset_id: '1', family: 'window', key: 'e-704', want: 'events' } as const
  const { seqs, nextSeq, events } = await again.load([read], [])
  expect([...seqs.values()]).toEqual([[704]])
  expect([...events.values()]).toEqual([{ legs: [leg(704)] }])
  expect(nextSeq.get('1')).toBe(705)
  const query = { dataset_id: '1', from_s: 0, to_s: 2e9, by: 'total' } as const
  expect((await again.counters(query)).counters).toMatchObject([{ metric: 'received', n: 704 }])
})

it('says that the disk is full, keeps no part of the batch, goes on with room again', async () => {
  const db = openDatabase(file, 50)
  const store = storeOn(db, { file, nowMs })
  opened.push(store)
  const pages = Number(db.prepare('PRAGMA page_count').get()?.page_count)
  db.exec(`PRAGMA max_page_count = ${pages + 40}`)
  let kept = 0
  let failure: unknown
  while (failure === undefined) {
    const done = await store.commit(await batchOf(store, 500)).catch((error) => error)
    if (done instanceof Error) failure = done
    else kept += 500
  }
  expect(failure).toEqual(refused('store_full'))
  expect(kept).toBeGreaterThan(0)
  expect((await legsIn(store)).length).toBe(kept)
  expect((await store.load([], ['1'])).nextSeq.get('1')).toBe(kept + 1)
  db.exec('PRAGMA max_page_count = 1000000')
  expect(await store.commit(await batchOf(store, 500))).toEqual({ conflict: false })
  expect((await legsIn(store)).length).toBe(kept + 500)
  const read = { dataset_id: '1', family: 'window', key: `e-${kept + 1}`, want: 'seqs' } as const
  expect([...(await store.load([read], [])).seqs.values()]).toEqual([[kept + 1]])
})

it('says that another program holds the file, at the start and in between', async () => {
  const store = await openStore()
  const other = new DatabaseSync(file)
  opened.push(other)
  const batch = await batchOf(store, 1)
  other.exec('BEGIN IMMEDIATE')
  await expect(store.commit(batch)).rejects.toEqual(refused('store_locked'))
  await expect(openSqliteStore({ file, nowMs, busyMs: 50 })).rejects.toEqual(
    refused('store_locked'),
  )
  other.exec('ROLLBACK')
  expect(await store.commit(batch)).toEqual({ conflict: false })
})

it.each([
  [
    'text',
    Buffer.from('this is a letter, not a database, and long enough for a header '.repeat(9)),
  ],
  ['zeros and noise', Buffer.concat([Buffer.alloc(50), Buffer.from(noise(7).repeat(99))])],
])('refuses a file of %s and leaves it alone', async (_, bytes) => {
  await writeFile(file, bytes)
  await expect(openSqliteStore({ file, nowMs })).rejects.toEqual(refused('store_corrupt'))
  expect(await readFile(file)).toEqual(bytes)
})

it('refuses the database of another program and leaves it alone', async () => {
  const other = new DatabaseSync(file)
  other.exec('CREATE TABLE theirs (x); PRAGMA user_version = 1')
  other.close()
  const before = await readFile(file)
  await expect(openSqliteStore({ file, nowMs })).rejects.toEqual(refused('store_corrupt'))
  expect(await readFile(file)).toEqual(before)
})

it('refuses a file of a newer version and leaves it alone', async () => {
  await (await openStore()).close()
  const newer = new DatabaseSync(file)
  newer.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`)
  newer.close()
  const before = await readFile(file)
  await expect(openSqliteStore({ file, nowMs })).rejects.toEqual(refused('store_newer'))
  expect(await readFile(file)).toEqual(before)
})

it('notices damage inside the file instead of giving out wrong legs', async () => {
  const store = await openStore()
  await store.commit(await batchOf(store, 900))
  await store.close()
  const handle = await open(file, 'r+')
  const { size } = await handle.stat()
  for (let at = 4096 * 8; at < size; at += 512) await handle.write(Buffer.from('damage'), 0, 6, at)
  await handle.close()
  const failure = await openStore()
    .then(legsIn, (error) => error)
    .catch((error) => error)
  expect(failure).toEqual(refused('store_corrupt'))
})

it('says that the folder cannot be written, with and without a database in it', async () => {
  await (await openStore()).close()
  await chmod(file, 0o444)
  const empty = join(folder, 'empty')
  const script = `
    import { openSqliteStore } from ${JSON.stringify(new URL('./sqlite.ts', import.meta.url).href)}
    for (const file of ${JSON.stringify([file, join(empty, 'new.db')])}) {
      await openSqliteStore({ file, nowMs: () => 0 }).then(
        () => console.log('opened'),
        (error) => console.log(error.code, error.detail.includes(file)),
      )
    }`
  await writeFile(join(folder, 'try.mjs'), script)
  spawnSync('mkdir', [empty])
  for (const path of [folder, empty]) await chmod(path, 0o555)
  // Permissions do not bind root: then somebody else must try.
  const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  const { stdout, stderr } = spawnSync(process.execPath, [join(folder, 'try.mjs')], {
    ...asNobody,
    encoding: 'utf8',
  })
  for (const path of [folder, empty]) await chmod(path, 0o755)
  expect({ stdout, stderr }).toEqual({ stdout: 'store_read_only true\n'.repeat(2), stderr: '' })
})

it('reaches the newest schema from every version before it', async () => {
  for (let version = 0; version < SCHEMA_VERSION; version++) {
    const path = join(folder, `from-${version}.db`)
    const old = new DatabaseSync(path)
    migrate(old, path, { target: version })
    old.close()
    const store = await openStore(path)
    expect(await store.commit(await batchOf(store, 3))).toEqual({ conflict: false })
    expect((await store.stats()).schema_version).toBe(STEPS.length)
  }
})

it('keeps nothing of a step that fails half way', () => {
  const db = openDatabase(file, 50)
  opened.push(db)
  const before = db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()
  const steps = [...STEPS, 'CREATE TABLE x (y); broken']
  expect(() => migrate(db, file, { target: steps.length, steps })).toThrow(/broken/)
  expect(db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()).toEqual(before)
  expect(db.prepare('PRAGMA user_version').get()?.user_version).toBe(SCHEMA_VERSION)
})

it('copies itself while commits go on, and the copy opens', async () => {
  const store = await openStore()
  for (let i = 0; i < 20; i++) await store.commit(await batchOf(store, 500))
  const to = join(folder, 'copy.db')
  const copied = store.backup(to)
  for (let i = 0; i < 10; i++) await store.commit(await batchOf(store, 100))
  await copied
  const copy = await openStore(to)
  const legs = await legsIn(copy)
  expect(legs.length).toBeGreaterThanOrEqual(10_000)
  expect(legs).toEqual((await legsIn(store)).slice(0, legs.length))
  expect((await copy.stats()).legs).toBe(legs.length)
  expect(await copy.commit(await batchOf(copy, 1))).toEqual({ conflict: false })
  await expect(store.backup(to)).rejects.toBeInstanceOf(TwofoldError)
})

it('leaves no trace of erased values in the file or its log', async () => {
  const store = await openStore()
  for (let i = 0; i < 30; i++) await store.commit(await batchOf(store, 20))
  await store.close()
  // What the blocks look like on disk, before anything is merged or erased.
  const reader = new DatabaseSync(file)
  const blocks = reader
    .prepare('SELECT data FROM blocks')
    .all()
    .map((row) => Buffer.from(row.data as Uint8Array))
  reader.close()
  const traces = async () => {
    const logged = await stat(`${file}-wal`).then(
      () => readFile(`${file}-wal`),
      () => Buffer.alloc(0),
    )
    const bytes = Buffer.concat([await readFile(file), logged])
    return blocks.filter((block) => bytes.includes(block.subarray(100, 160))).length
  }
  expect(await traces()).toBe(30)
  const again = await openStore()
  while (await again.tidyUp(nowMs()));
  const hashes = Array.from({ length: 600 }, (_, i) => noise(i + 1))
  expect(await again.erase('1', hashes)).toBe(600)
  expect(
    (await legsIn(again)).every(({ event }) => Object.keys(event.user_data).length === 0),
  ).toBe(true)
  expect(await traces()).toBe(0)
  expect(await again.erase('1')).toBe(600)
  expect((await again.stats()).bytes_free).toBeGreaterThan(0)
  const rest = openDatabase(file, 50)
  opened.push(rest)
  for (const table of [
    'blocks',
    'block_sales',
    'merged',
    'hours',
    'counters',
    'names',
    'erasing',
    'datasets',
  ]) {
    const own = table === 'names' ? 'WHERE dataset_no > 0' : ''
    expect(rest.prepare(`SELECT count(*) AS n FROM ${table} ${own}`).get()?.n, table).toBe(0)
  }
})
