/**
 * Keeps the number of key segments small and frees what expired, in slices of a few milliseconds:
 * eight segments of a level become one of the next, entries past their time are left out, dead
 * segments lose their pages bit by bit. A merge lives in memory; when the process ends in the
 * middle, the next open removes what it had built. Called by tidyUp.
 */
import type { StatementSync } from 'node:sqlite'
import { KEY_MERGE_LEVELS, KEY_MERGE_SEGMENTS } from '../../limits.ts'
import type { Connection } from './sqlite-connection.ts'
import { KeyFilter } from './sqlite-key-filter.ts'
import {
  compareKeys,
  EntryCursor,
  isSameKey,
  type KeyEntry,
  PageWriter,
  packEntries,
} from './sqlite-key-pages.ts'
import {
  BUILDING,
  DEAD,
  joined,
  type KeyIndex,
  LIVE,
  PAGES_PER_SEGMENT,
  type Segment,
} from './sqlite-keys.ts'

/** Entries handled in one slice, and pages of dead segments removed in one: about 5 ms. */
const ENTRIES_PER_SLICE = 8192
const PAGES_PER_SLICE = 500
/** Expiry is looked at this often. */
const EXPIRE_EVERY_MS = 60_000

interface Merge {
  readonly index: KeyIndex
  readonly target: number
  readonly level: number
  readonly upto: number
  /** Newest first. */
  readonly sources: readonly { readonly no: number; readonly cursor: EntryCursor }[]
  readonly pages: PageWriter
  readonly filter: KeyFilter | undefined
  newest_s: number
}

export class KeyUpkeep {
  readonly #connection: Connection
  readonly #indexes: readonly KeyIndex[]
  readonly #sql: ReturnType<typeof prepare>
  #merge: Merge | undefined
  /** What a failed slice left half built. */
  #abandoned: number | undefined
  #expiredAtMs = Number.NEGATIVE_INFINITY

  constructor(connection: Connection, indexes: readonly KeyIndex[]) {
    this.#connection = connection
    this.#indexes = indexes
    this.#sql = prepare(connection)
    connection.write(() => this.#sql.setState.run(DEAD, BUILDING))
  }

  /** One slice; true when something was done, so that there may be more. */
  step(nowMs: number): boolean {
    if (Math.abs(nowMs - this.#expiredAtMs) >= EXPIRE_EVERY_MS) {
      this.#connection.write(() => this.#expire(nowMs))
      this.#expiredAtMs = nowMs
    }
    const abandoned = this.#abandoned
    if (abandoned !== undefined) {
      this.#connection.write(() => this.#sql.setStateOf.run(DEAD, abandoned))
      this.#abandoned = undefined
    }
    const dead = this.#sql.anyDead.get(DEAD)?.no as number | undefined
    if (dead !== undefined) {
      this.#connection.write(() => this.#removePages(dead))
      return true
    }
    if (!this.#merge) return this.#begin()
    this.#continue(this.#merge, nowMs)
    return true
  }

  /** After an error the merge begins anew: part of its slice is in memory but not in the file. */
  #continue(merge: Merge, nowMs: number): void {
    this.#merge = undefined
    this.#abandoned = merge.target
    this.#merge = this.#connection.write(() => this.#advance(merge, nowMs))
    this.#abandoned = undefined
  }

  #expire(nowMs: number): void {
    for (const index of this.#indexes) {
      index.dropExpiredLog(nowMs)
      const { no: family } = index.family
      const { changes } = this.#sql.expire.run(DEAD, family, LIVE, index.oldestS(nowMs))
      if (changes === 0) continue
      index.readSegments()
      this.#connection.bump('layout')
    }
  }

  #removePages(segment: number): void {
    const base = segment * PAGES_PER_SEGMENT
    const { changes } = this.#sql.removePages.run(base, base + PAGES_PER_SEGMENT, PAGES_PER_SLICE)
    if (Number(changes) === PAGES_PER_SLICE) return
    this.#sql.removeFilter.run(segment)
    this.#sql.removeSegment.run(segment)
  }

  #begin(): boolean {
    for (const index of this.#indexes) {
      for (let level = 0; level < KEY_MERGE_LEVELS; level++) {
        const group = index.segments.filter((segment) => segment.level === level)
        if (group.length < KEY_MERGE_SEGMENTS) continue
        this.#merge = this.#connection.write(() => this.#start(index, group))
        return this.#merge !== undefined
      }
    }
    return false
  }

  /** Joins the oldest of a level; their neighbours in time stay neighbours. */
  #start(index: KeyIndex, group: readonly Segment[]): Merge | undefined {
    const oldest = group.slice(-KEY_MERGE_SEGMENTS)
    if (!this.#allLive(oldest)) return undefined
    const level = (oldest[0]?.level ?? 0) + 1
    const upto = oldest[0]?.upto ?? 0
    const { no: family, filtered } = index.family
    const entries = oldest.reduce((sum, segment) => sum + segment.entries, 0)
    const row = this.#sql.insertSegment.run(family, level, BUILDING, upto, entries)
    const target = Number(row.lastInsertRowid)
    const pages = new PageWriter((firstA, data) => {
      this.#sql.insertPage.run(target * PAGES_PER_SEGMENT + firstA, data)
    })
    const sources = oldest.map(({ no }) => ({ no, cursor: this.#cursorOf(no) }))
    const filter = filtered ? KeyFilter.for(entries) : undefined
    return { index, target, level, upto, sources, pages, filter, newest_s: 0 }
  }

  /** Another process may have merged or dropped the same segments. */
  #allLive(segments: readonly { readonly no: number }[]): boolean {
    return segments.every(({ no }) => this.#sql.stateOf.get(no)?.state === LIVE)
  }

  #advance(merge: Merge, nowMs: number): Merge | undefined {
    const isMine = this.#sql.stateOf.get(merge.target)?.state === BUILDING
    if (!isMine || !this.#allLive(merge.sources)) {
      this.#sql.setStateOf.run(DEAD, merge.target)
      return undefined
    }
    const oldestS = merge.index.oldestS(nowMs)
    for (let handled = 0; handled < ENTRIES_PER_SLICE; handled++) {
      if (!this.#copyNext(merge, oldestS)) {
        this.#finish(merge)
        return undefined
      }
    }
    return merge
  }

  /** Copies the lowest key of all sources: its newest entry, or all of them joined. */
  #copyNext(merge: Merge, oldestS: number): boolean {
    const { sources, index } = merge
    let lowest: EntryCursor | undefined
    for (const { cursor } of sources) {
      if (!cursor.isDone && (!lowest || compareKeys(cursor, lowest) < 0)) lowest = cursor
    }
    if (!lowest) return false
    let all: KeyEntry | undefined
    for (const { cursor } of sources) {
      if (cursor === lowest || cursor.isDone || !isSameKey(cursor, lowest)) continue
      if (index.family.collects) all = joined(cursor.entry(), all ?? lowest.entry())
      cursor.next()
    }
    if (lowest.at_s >= oldestS) {
      merge.pages.add(lowest.a, all ? packEntries([all]) : lowest.packed())
      merge.filter?.add(lowest)
      merge.newest_s = Math.max(merge.newest_s, lowest.at_s)
    }
    lowest.next()
    return true
  }

  #cursorOf(segment: number): EntryCursor {
    const end = (segment + 1) * PAGES_PER_SEGMENT
    let next = segment * PAGES_PER_SEGMENT
    return new EntryCursor(() => {
      const page = this.#sql.nextPage.get(next, end)
      next = page ? (page.id as number) + 1 : end
      return page?.data as Uint8Array | undefined
    })
  }

  #finish(merge: Merge): void {
    const { target, filter, index } = merge
    merge.pages.flush()
    if (filter) this.#sql.insertFilter.run(target, filter.bytes)
    this.#sql.finish.run(LIVE, merge.newest_s, target)
    for (const { no } of merge.sources) this.#sql.setStateOf.run(DEAD, no)
    this.#connection.bump('layout')
    this.#connection.afterCommit(() => index.readSegments({ no: target, filter }))
  }
}

function prepare({
  db,
}: Connection): Record<
  | 'setState'
  | 'setStateOf'
  | 'stateOf'
  | 'anyDead'
  | 'expire'
  | 'removePages'
  | 'removeFilter'
  | 'removeSegment'
  | 'insertSegment'
  | 'insertFilter'
  | 'insertPage'
  | 'nextPage'
  | 'finish',
  StatementSync
> {
  return {
    setState: db.prepare('UPDATE key_segments SET state = ? WHERE state = ?'),
    setStateOf: db.prepare('UPDATE key_segments SET state = ? WHERE no = ?'),
    stateOf: db.prepare('SELECT state FROM key_segments WHERE no = ?'),
    anyDead: db.prepare('SELECT no FROM key_segments WHERE state = ? LIMIT 1'),
    expire: db.prepare(
      'UPDATE key_segments SET state = ? WHERE family = ? AND state = ? AND newest_s < ?',
    ),
    removePages: db.prepare(
      'DELETE FROM key_pages WHERE id IN ' +
        '(SELECT id FROM key_pages WHERE id >= ? AND id < ? LIMIT ?)',
    ),
    removeFilter: db.prepare('DELETE FROM key_filters WHERE segment_no = ?'),
    removeSegment: db.prepare('DELETE FROM key_segments WHERE no = ?'),
    insertSegment: db.prepare(
      'INSERT INTO key_segments (family, level, state, upto, entries, newest_s) ' +
        'VALUES (?, ?, ?, ?, ?, 0)',
    ),
    insertFilter: db.prepare('INSERT INTO key_filters (segment_no, data) VALUES (?, ?)'),
    insertPage: db.prepare('INSERT INTO key_pages (id, data) VALUES (?, ?)'),
    nextPage: db.prepare(
      'SELECT id, data FROM key_pages WHERE id >= ? AND id < ? ORDER BY id LIMIT 1',
    ),
    finish: db.prepare('UPDATE key_segments SET state = ?, newest_s = ? WHERE no = ?'),
  }
}
