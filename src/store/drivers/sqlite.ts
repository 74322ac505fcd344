/**
 * The embedded default: one SQLite file, one connection, one durable commit for a whole batch. Puts
 * together the parts that lie beside it (schema, blocks, keys, counters, queries, erasing) and adds
 * settings and backup. Several processes may open the same file: the revision decides who commits.
 */
import { open, rm, stat } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { backup, type DatabaseSync, type StatementSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'
import { TwofoldError } from '../../errors.ts'
import type { Leg, StoredEvent } from '../../event/shape.ts'
import { STORE_BUSY_MS } from '../../limits.ts'
import type { KeyRead, Loaded, SettingsDocument, Store, StoreStats } from '../store.ts'
import { eventKey, keyOf } from '../store.ts'
import { BlockUpkeep } from './sqlite-block-merge.ts'
import { Blocks } from './sqlite-blocks.ts'
import { SqliteCatalogs } from './sqlite-catalogs.ts'
import { Committer } from './sqlite-commit.ts'
import { Connection } from './sqlite-connection.ts'
import { Counters } from './sqlite-counters.ts'
import { Eraser } from './sqlite-erase.ts'
import { inOurWords, storeError } from './sqlite-errors.ts'
import { History } from './sqlite-history.ts'
import { SqliteInbox } from './sqlite-inbox.ts'
import { keyHasher } from './sqlite-key-hash.ts'
import { KeyUpkeep } from './sqlite-key-merge.ts'
import { FAMILIES, KeyIndex } from './sqlite-keys.ts'
import { METRICS, Names } from './sqlite-names.ts'
import { SqliteOrders } from './sqlite-orders.ts'
import { SqliteOutbox } from './sqlite-outbox.ts'
import { Queries } from './sqlite-queries.ts'
import { openDatabase, SCHEMA_VERSION } from './sqlite-schema.ts'
import type { Sync } from './sqlite-wal-flush.ts'

/** Pages copied in one step of a backup; commits go on between steps. */
const BACKUP_PAGES_PER_STEP = 256
/** A write lasts milliseconds: that many tries never meet one each. */
const BACKUP_TRIES = 1000

/** Throws `store_locked`, `store_newer`, `store_read_only`, `store_corrupt` or `store_full`. */
export async function openSqliteStore(options: {
  file: string
  nowMs: () => number
  /** How long to wait for another process before `store_locked`. */
  busyMs?: number
}): Promise<Store> {
  const db = openDatabase(options.file, options.busyMs ?? STORE_BUSY_MS)
  try {
    return storeOn(db, options)
  } catch (error) {
    db.close()
    throw storeError(error, options.file)
  }
}

/** The store on a connection that is open already; tests limit its size. */
export function storeOn(
  db: DatabaseSync,
  options: { file: string; nowMs: () => number; sync?: Sync },
): Store {
  const { file } = options
  const parts = assemble(db, options)
  const { connection, counters, queries, eraser, upkeep, committer, outbox, inbox } = parts
  const { sql, history, orders, catalogs } = parts
  /** Backups under way; close waits for them. */
  const copies = new Set<Promise<void>>()
  const datasetNo = (id: string): number | undefined => sql.dataset.get(id)?.no as number
  /** Undefined where nothing was ever stored of the dataset. */
  const ofDataset = <T>(id: string, read: (no: number) => T): T | undefined =>
    connection.read(() => {
      const no = datasetNo(id)
      return no === undefined ? undefined : read(no)
    })
  return {
    ...outbox.port(() => eraser.emptyLog()),
    ...inbox.port(),
    ...orders.port(),
    ...catalogs.port(),
    capabilities: { durable: true, shared: true, backup: true },
    load: async (reads, datasets) => connection.read(() => load(parts, reads, datasets)),
    commit: (batch) => connection.writeDurably(() => committer.commit(batch)),
    events: async (query) =>
      ofDataset(query.dataset_id, (no) => queries.page(no, query)) ?? { events: [] },
    refusals: async (datasetId, orders) =>
      ofDataset(datasetId, (no) => queries.refusals(no, orders)) ?? orders.map(() => null),
    purchases: async (datasetId, orders) =>
      ofDataset(datasetId, (no) => queries.purchases(no, orders)) ?? orders.map(() => []),
    purchaseSeqs: async (datasetId, orders) =>
      ofDataset(datasetId, (no) => queries.purchaseSeqs(no, orders)) ?? orders.map(() => []),
    scan: (datasetId, fromSeq) => scan(parts, datasetId, fromSeq),
    counters: async (query) =>
      connection.read(() => {
        const no = datasetNo(query.dataset_id)
        return no === undefined ? { counters: [], money: [] } : counters.read(no, query)
      }),
    getSettings: async (kind) =>
      connection.read(() =>
        sql.settings.all(kind).map(({ id, value }) => settingsDocument(kind, id, value)),
      ),
    putSettings: (documents, entries = []) =>
      connection.writeDurably(() => {
        history.append(entries)
        for (const { kind, id, value } of documents) {
          if (value === undefined) sql.removeSettings.run(kind, id)
          else sql.putSettings.run(kind, id, JSON.stringify(value))
        }
      }),
    history: async (query) => connection.read(() => history.page(query)),
    erase: (datasetId, hashes) => erase(parts, datasetId, hashes),
    tidyUp: async (nowMs) =>
      inOurWords(
        file,
        () =>
          eraser.step() ||
          upkeep.blocks.step() ||
          [upkeep.keys, outbox, inbox, orders, catalogs].some((part) => part.step(nowMs)),
      ),
    backup: async (to) => {
      const copy = copyTo(connection, to)
      copies.add(copy)
      await copy.finally(() => copies.delete(copy))
    },
    stats: async () => connection.read(() => stats(connection, sql.legs)),
    close: async () => {
      await Promise.allSettled(copies)
      await connection.close()
    },
  }
}

type Parts = ReturnType<typeof assemble>

function assemble(db: DatabaseSync, options: { file: string; nowMs: () => number; sync?: Sync }) {
  const connection = new Connection(db, options)
  const secret = db.prepare('SELECT hash_key FROM instance').get()?.hash_key as Uint8Array
  const hash = keyHasher(secret)
  const hashOf = (no: number, key: string) => hash(`${no}\n`, key)
  const keys = {
    window: new KeyIndex(connection, FAMILIES.window),
    order: new KeyIndex(connection, FAMILIES.order),
    log: new KeyIndex(connection, FAMILIES.log),
  }
  const names = new Names(connection)
  const blocks = new Blocks(connection)
  const counters = new Counters(connection, names)
  const outbox = new SqliteOutbox(connection, blocks)
  const orders = new SqliteOrders(connection)
  const sql = {
    dataset: db.prepare('SELECT no, next_seq FROM datasets WHERE id = ?'),
    legs: db.prepare('SELECT coalesce(sum(next_seq - 1), 0) AS legs FROM datasets'),
    settings: db.prepare('SELECT id, value FROM settings WHERE kind = ? ORDER BY id'),
    putSettings: db.prepare('INSERT OR REPLACE INTO settings (kind, id, value) VALUES (?, ?, ?)'),
    removeSettings: db.prepare('DELETE FROM settings WHERE kind = ? AND id = ?'),
  } satisfies Record<string, StatementSync>
  return {
    connection,
    keys,
    blocks,
    counters,
    outbox,
    orders,
    catalogs: new SqliteCatalogs(connection, (datasetId, deltas) => {
      const no = sql.dataset.get(datasetId)?.no as number | undefined
      if (no === undefined) return
      // A new name must be seen by whoever else has the file open.
      const isNew = deltas.some(({ metric }) => names.find(METRICS, metric) === 0)
      for (const delta of deltas) counters.add(no, delta)
      if (isNew) connection.bump('revision')
    }),
    inbox: new SqliteInbox(connection, orders),
    sql,
    history: new History(db),
    hashOf,
    committer: new Committer({ connection, keys, blocks, names, counters, outbox, hashOf }),
    queries: new Queries({ connection, blocks, names, hashOf, window: keys.window, log: keys.log }),
    eraser: new Eraser({ connection, blocks, names, outbox: outbox.eraser }),
    upkeep: {
      blocks: new BlockUpkeep(connection, blocks, names),
      keys: new KeyUpkeep(connection, Object.values(keys)),
    },
  }
}

async function erase(
  { connection, eraser, inbox, orders, catalogs }: Parts,
  datasetId: string,
  hashes: readonly string[] | undefined,
): Promise<number> {
  const erasing = hashes ? eraser.person(datasetId, hashes) : eraser.dataset(datasetId)
  const legs = await erasing
  await (hashes ? inbox.dropBodies(datasetId) : inbox.eraseDataset(datasetId))
  await (hashes ? orders.erasePerson(datasetId, hashes) : orders.eraseDataset(datasetId))
  if (!hashes) await catalogs.eraseDataset(datasetId)
  await connection.durable()
  return legs
}

function load(parts: Parts, reads: readonly KeyRead[], datasets: readonly string[]): Loaded {
  const { connection, keys, blocks, hashOf, sql } = parts
  const nextSeq = new Map<string, number>()
  const seqs = new Map<string, readonly number[]>()
  const events = new Map<string, StoredEvent>()
  const numbers = new Map<string, number>()
  for (const id of new Set([...datasets, ...reads.map((read) => read.dataset_id)])) {
    const row = sql.dataset.get(id) as { no: number; next_seq: number } | undefined
    nextSeq.set(id, row?.next_seq ?? 1)
    if (row) numbers.set(id, row.no)
  }
  const nowMs = connection.nowMs()
  for (const family of ['window', 'order'] as const) {
    const index = keys[family]
    const asked = reads.flatMap((read) => {
      const no = read.family === family ? numbers.get(read.dataset_id) : undefined
      return no === undefined ? [] : [{ read, no, hash: hashOf(no, read.key) }]
    })
    const found = index.find(
      asked.map(({ hash }) => hash),
      index.oldestS(nowMs),
    )
    for (const [at, { read, no }] of asked.entries()) {
      const under = found[at]
      if (!under || under.length === 0) continue
      seqs.set(keyOf(read), under)
      for (const seq of read.want === 'events' ? under : []) {
        const name = eventKey(read.dataset_id, seq)
        const legs = events.has(name) ? undefined : blocks.event(no, seq)
        if (legs) events.set(name, { legs })
      }
    }
  }
  return { revision: connection.revision, nextSeq, seqs, events }
}

async function* scan(parts: Parts, datasetId: string, fromSeq: number): AsyncGenerator<Leg[]> {
  const { connection, blocks, sql } = parts
  for (let next = Math.max(fromSeq, 1); ; ) {
    const chunk = connection.read(() => {
      const no = sql.dataset.get(datasetId)?.no as number | undefined
      const head = no && blocks.headAt(no, next)
      if (!head) return []
      const lines = blocks.lines(head).slice(next - head.first_seq)
      return lines.map((line) => blocks.parse(line, head.id))
    })
    if (chunk.length === 0) return
    next += chunk.length
    yield chunk
  }
}

function settingsDocument(kind: string, id: unknown, value: unknown): SettingsDocument {
  return { kind, id: String(id), value: JSON.parse(String(value)) }
}

/** Reserves the name first, so that nothing is ever overwritten. */
async function copyTo({ db, file }: Connection, to: string): Promise<void> {
  if (!isAbsolute(to)) {
    throw new TwofoldError('invalid_request', `backup: ${to} must be an absolute path.`)
  }
  const reserved = await open(to, 'wx').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EEXIST' ? 'exists already' : `cannot be written (${error.code})`
    throw new TwofoldError('invalid_request', `backup: ${to} ${why}.`, { cause: error })
  })
  try {
    await copyPages(db, to)
    await reserved.sync()
  } catch (error) {
    await rm(to, { force: true })
    throw storeError(error, `backup of ${file} to ${to}`)
  } finally {
    await reserved.close()
  }
  if ((await stat(to)).size === 0) throw new TwofoldError('store_failed', `backup: ${to} is empty.`)
}

/**
 * The first step of a copy may meet a write of this very connection. Node then gives up with no
 * error of SQLite's at all (errcode 0), where it waits at any later step: so it is begun anew.
 */
async function copyPages(db: Connection['db'], to: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await backup(db, to, { rate: BACKUP_PAGES_PER_STEP })
      return
    } catch (error) {
      const { errcode } = error as { errcode?: number }
      if (errcode !== 0 || tries === BACKUP_TRIES) throw error
      await turn()
    }
  }
}

function stats({ db }: Connection, legs: StatementSync): StoreStats {
  const pragma = (name: string): number => Number(db.prepare(`PRAGMA ${name}`).get()?.[name])
  return {
    driver: 'sqlite',
    schema_version: SCHEMA_VERSION,
    legs: Number(legs.get()?.legs),
    bytes: pragma('page_count') * pragma('page_size'),
    bytes_free: pragma('freelist_count') * pragma('page_size'),
  }
}
