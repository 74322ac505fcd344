/**
 * Finds seqs by key at a cost that does not grow with the file: a small log-structured merge tree
 * per key family. New entries go to `recent` (a map in memory, with a log row per commit to rebuild
 * it). When it is full it is sealed: written once, sorted, as a segment of pages with a Bloom
 * filter in memory. sqlite-key-merge.ts joins segments and drops those whose time is over. Why not
 * a table with an index: random hashes touch a page each, 4 KB written per key.
 */
import type { StatementSync } from 'node:sqlite'
import {
  DEDUP_WINDOW_MS,
  KEY_FILTER_BYTES_MAX,
  KEYS_RECENT_MAX,
  ORDER_WINDOW_MS,
} from '../../limits.ts'
import type { Connection } from './sqlite-connection.ts'
import { KeyFilter } from './sqlite-key-filter.ts'
import type { KeyHash } from './sqlite-key-hash.ts'
import {
  findEntry,
  KEY_SEQS_MAX,
  type KeyEntry,
  PageWriter,
  packEntries,
  unpackEntries,
} from './sqlite-key-pages.ts'
import { RecentKeys } from './sqlite-key-recent.ts'

export interface Family {
  /** Two bits: part of the ids of its log rows. */
  readonly no: 0 | 1 | 2
  readonly windowMs: number
  /** Whether most lookups find nothing, so that filters are worth their memory. */
  readonly filtered: boolean
  /** Whether a later entry adds to an earlier one (up to a bound) instead of replacing it. */
  readonly collects: boolean
  /** Entries in memory before they are sealed. */
  readonly recentMax: number
}

/** `log` is for people who look an id up: rare, so without filters, and for ever. */
export const FAMILIES = {
  window: {
    no: 0,
    windowMs: DEDUP_WINDOW_MS,
    filtered: true,
    collects: false,
    recentMax: KEYS_RECENT_MAX,
  },
  order: {
    no: 1,
    windowMs: ORDER_WINDOW_MS,
    filtered: true,
    collects: false,
    recentMax: KEYS_RECENT_MAX,
  },
  log: {
    no: 2,
    windowMs: Number.POSITIVE_INFINITY,
    filtered: false,
    collects: true,
    recentMax: KEYS_RECENT_MAX,
  },
} as const satisfies Record<string, Family>

export interface Segment {
  readonly no: number
  readonly level: number
  /** The last log row inside; newer segments have higher ones. */
  readonly upto: number
  readonly entries: number
  readonly newest_s: number
  /** Absent when it would exceed the memory for filters: then every lookup reads a page. */
  readonly filter: KeyFilter | undefined
}

export const LIVE = 1
export const BUILDING = 0
export const DEAD = 2
/** Page ids are segment * 2^32 + first hash word. */
export const PAGES_PER_SEGMENT = 0x1_0000_0000

export class KeyIndex {
  readonly family: Family
  /** Newest first. */
  segments: readonly Segment[] = []
  readonly #recent = new RecentKeys()
  #lastLogId = 0
  readonly #connection: Connection
  readonly #sql: ReturnType<typeof prepare>

  constructor(connection: Connection, family: Family) {
    this.family = family
    this.#connection = connection
    this.#sql = prepare(connection)
    connection.onForeignChange((rearranged) => {
      if (rearranged) this.#reload()
      this.#readLog()
    })
  }

  /** Entries made before this second are not found any more. */
  oldestS(nowMs: number): number {
    return (nowMs - this.family.windowMs) / 1000
  }

  /** Inside a transaction. What stands under each key, in the same order. */
  find(keys: readonly KeyHash[], oldestS: number): (readonly number[] | undefined)[] {
    const found = keys.map((key) => this.#recent.get(key))
    const { collects } = this.family
    let open = [...keys.keys()].filter((index) => collects || !found[index])
    for (const segment of this.segments) {
      if (open.length === 0) break
      const candidates = segment.filter?.candidates(keys, open) ?? open
      for (const index of candidates) {
        const entry = this.#onPage(segment, keys[index] as KeyHash)
        if (entry) found[index] = joined(entry, found[index])
      }
      if (!collects && candidates.length > 0) open = open.filter((index) => !found[index])
    }
    return found.map((entry) => (entry && entry.at_s >= oldestS ? entry.seqs : undefined))
  }

  #onPage(segment: Segment, key: KeyHash): KeyEntry | undefined {
    const base = segment.no * PAGES_PER_SEGMENT
    const page = this.#sql.page.get(base + key.a) as { id: number; data: Uint8Array } | undefined
    return page && page.id >= base ? findEntry(page.data, key) : undefined
  }

  /** Inside the write transaction that makes `revision`. */
  write(revision: number, entries: readonly KeyEntry[]): void {
    if (entries.length === 0) return
    if (entries.some(({ seqs }) => seqs.length > KEY_SEQS_MAX)) {
      throw new Error(`at most ${KEY_SEQS_MAX} seqs can stand under one key`)
    }
    if (this.#recent.size > 0 && this.#recent.size + entries.length > this.family.recentMax)
      this.#seal()
    const id = revision * 4 + this.family.no
    this.#sql.insertLog.run(id, newestOf(entries), packEntries(entries))
    this.#connection.afterCommit(() => this.#remember(id, entries))
  }

  /** Removes what is older than the window from log and memory; segments expire as a whole. */
  dropExpiredLog(nowMs: number): void {
    const { changes } = this.#sql.expireLog.run(this.oldestS(nowMs), this.family.no)
    if (changes === 0) return
    this.#connection.afterCommit(() => {
      const kept = [...this.#recent.sorted()].filter(({ at_s }) => at_s >= this.oldestS(nowMs))
      this.#recent.clear()
      for (const entry of kept) this.#recent.set(entry)
    })
  }

  /**
   * Takes the list of segments from the file: after somebody else's change, or a merge of ours,
   * which brings the filter it has just built.
   */
  readSegments(built?: Pick<Segment, 'no' | 'filter'>): void {
    const known = new Map(
      [...this.segments, ...(built ? [built] : [])].map((one) => [one.no, one.filter]),
    )
    let bytes = 0
    this.segments = this.#sql.segments.all(this.family.no, LIVE).map((row) => {
      const { no, level, upto, entries, newest_s } = row as unknown as Segment
      const filter = known.get(no) ?? this.#filterOf(no, KEY_FILTER_BYTES_MAX - bytes)
      bytes += filter?.bytes.length ?? 0
      return { no, level, upto, entries, newest_s, filter }
    })
  }

  #filterOf(segment: number, bytesMax: number): KeyFilter | undefined {
    if (!this.family.filtered) return undefined
    const size = this.#sql.filterSize.get(segment)?.size
    if (typeof size !== 'number' || size > bytesMax) return undefined
    return KeyFilter.from(this.#sql.filter.get(segment)?.data as Uint8Array)
  }

  #reload(): void {
    this.#recent.clear()
    this.#lastLogId = 0
    this.readSegments()
  }

  #readLog(): void {
    for (const row of this.#sql.log.iterate(this.#lastLogId, this.family.no)) {
      this.#remember(row.id as number, unpackEntries(row.data as Uint8Array))
    }
  }

  #remember(logId: number, entries: readonly KeyEntry[]): void {
    this.#lastLogId = logId
    for (const entry of entries) {
      const before = this.family.collects ? this.#recent.get(entry) : undefined
      this.#recent.set(before ? joined(before, entry) : entry)
    }
  }

  /** Writes `recent` out as a segment and forgets its log rows, all in the current transaction. */
  #seal(): void {
    const { filtered, no: family } = this.family
    const entries = this.#recent.size
    const upto = this.#lastLogId
    const newest_s = this.#recent.newestS()
    const row = this.#sql.insertSegment.run(family, 0, LIVE, upto, entries, newest_s)
    const no = Number(row.lastInsertRowid)
    const pages = new PageWriter((firstA, data) => {
      this.#sql.insertPage.run(no * PAGES_PER_SEGMENT + firstA, data)
    })
    const filter = filtered ? KeyFilter.for(entries) : undefined
    for (const entry of this.#recent.sorted()) {
      pages.addEntry(entry)
      filter?.add(entry)
    }
    pages.flush()
    if (filter) this.#sql.insertFilter.run(no, filter.bytes)
    this.#sql.deleteLog.run(upto, family)
    this.#connection.bump('layout')
    this.#connection.afterCommit(() => {
      this.#recent.clear()
      this.segments = [{ no, level: 0, upto, entries, newest_s, filter }, ...this.segments]
    })
  }
}

/** What stands under a key when a newer entry joins an older one (families that collect). */
export function joined(older: KeyEntry, newer: KeyEntry | undefined): KeyEntry {
  if (!newer) return older
  const seqs = [...new Set([...older.seqs, ...newer.seqs])].slice(-KEY_SEQS_MAX)
  return { ...newer, seqs }
}

const newestOf = (entries: readonly KeyEntry[]): number =>
  entries.reduce((newest, { at_s }) => Math.max(newest, at_s), 0)

function prepare({
  db,
}: Connection): Record<
  | 'page'
  | 'segments'
  | 'filter'
  | 'filterSize'
  | 'log'
  | 'insertLog'
  | 'deleteLog'
  | 'expireLog'
  | 'insertSegment'
  | 'insertFilter'
  | 'insertPage',
  StatementSync
> {
  return {
    page: db.prepare('SELECT id, data FROM key_pages WHERE id <= ? ORDER BY id DESC LIMIT 1'),
    segments: db.prepare(
      'SELECT no, level, upto, entries, newest_s FROM key_segments ' +
        'WHERE family = ? AND state = ? ORDER BY upto DESC',
    ),
    filter: db.prepare('SELECT data FROM key_filters WHERE segment_no = ?'),
    filterSize: db.prepare('SELECT length(data) AS size FROM key_filters WHERE segment_no = ?'),
    log: db.prepare('SELECT id, data FROM key_log WHERE id > ? AND id % 4 = ? ORDER BY id'),
    insertLog: db.prepare('INSERT INTO key_log (id, newest_s, data) VALUES (?, ?, ?)'),
    deleteLog: db.prepare('DELETE FROM key_log WHERE id <= ? AND id % 4 = ?'),
    expireLog: db.prepare('DELETE FROM key_log WHERE newest_s < ? AND id % 4 = ?'),
    insertSegment: db.prepare(
      'INSERT INTO key_segments (family, level, state, upto, entries, newest_s) ' +
        'VALUES (?, ?, ?, ?, ?, ?)',
    ),
    insertFilter: db.prepare('INSERT INTO key_filters (segment_no, data) VALUES (?, ?)'),
    insertPage: db.prepare('INSERT INTO key_pages (id, data) VALUES (?, ?)'),
  }
}
