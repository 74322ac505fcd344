/** The merge tree under the key families: sealing, merging, expiring and other processes. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KEY_MERGE_SEGMENTS } from '../../limits.ts'
import { Connection } from './sqlite-connection.ts'
import { KeyFilter } from './sqlite-key-filter.ts'
import { type KeyHash, keyHasher } from './sqlite-key-hash.ts'
import { KeyUpkeep } from './sqlite-key-merge.ts'
import {
  compareKeys,
  findEntry,
  type KeyEntry,
  PageWriter,
  packEntries,
  unpackEntries,
} from './sqlite-key-pages.ts'
import { FAMILIES, KeyIndex } from './sqlite-keys.ts'
import { openDatabase } from './sqlite-schema.ts'

const hasher = keyHasher(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))
const hash = (text: string) => hasher('', text)
const NOW_S = 1_760_000_400
const HOUR_MS = 3_600_000
/** Small, so that segments come soon; still several pages each. */
const RECENT_MAX = 2000

let folder = ''
const opened: { close(): void }[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twofold-keys-'))
})
afterEach(async () => {
  for (const db of opened.splice(0)) db.close()
  await rm(folder, { recursive: true })
})

/** One process's view of the key tables of a file. */
function openKeys(name = 'keys.db') {
  const file = join(folder, name)
  const db = openDatabase(file, 1000)
  opened.push(db)
  const connection = new Connection(db, { file, nowMs: () => 1000 * NOW_S })
  const index = new KeyIndex(connection, { ...FAMILIES.window, recentMax: RECENT_MAX })
  const log = new KeyIndex(connection, { ...FAMILIES.log, recentMax: RECENT_MAX })
  const upkeep = new KeyUpkeep(connection, [index, log])
  const put = (entries: readonly KeyEntry[], into = index): void =>
    connection.write(() => {
      into.write(connection.revision + 1, entries)
      connection.bump('revision')
    })
  const find = (key: string, from = index): readonly number[] | undefined =>
    connection.read(() => from.find([hash(key)], NOW_S - 48 * 3600)[0])
  const tidy = (nowMs = 1000 * NOW_S): void => {
    while (upkeep.step(nowMs));
  }
  const count = (table: string): number =>
    Number(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n)
  return { index, log, put, find, tidy, count, upkeep }
}

const entry = (key: string, seqs: readonly number[], at_s = NOW_S): KeyEntry => ({
  ...hash(key),
  seqs,
  at_s,
})

/** Enough entries that writing one more seals them all. */
const filler = (name: string, at_s = NOW_S): KeyEntry[] =>
  Array.from({ length: RECENT_MAX }, (_, i) => entry(`${name}-${i}`, [i + 1], at_s))

describe('segments', () => {
  it('seal, merge and still find every key; the newest entry hides the older ones', () => {
    const { put, find, tidy, count, index } = openKeys()
    for (let n = 1; n <= KEY_MERGE_SEGMENTS + 1; n++) {
      put([
        entry('changing', [n]),
        entry(`only-${n}`, [n, n + 1]),
        entry('cleared', n === 9 ? [] : [n]),
      ])
      put(filler(`f${n}`))
    }
    expect(index.segments.length).toBe(2 * KEY_MERGE_SEGMENTS + 1)
    const check = () => {
      expect(find('changing')).toEqual([KEY_MERGE_SEGMENTS + 1])
      expect(find('cleared')).toEqual([])
      expect(find('absent')).toBeUndefined()
      for (let n = 1; n <= KEY_MERGE_SEGMENTS + 1; n++) {
        expect(find(`only-${n}`)).toEqual([n, n + 1])
        for (const i of [0, 1, 777, RECENT_MAX - 1]) expect(find(`f${n}-${i}`)).toEqual([i + 1])
      }
    }
    check()
    tidy()
    expect(index.segments.map(({ level }) => level)).toEqual([0, 1, 1])
    check()
    expect(count('key_segments')).toBe(3)
    expect(count('key_filters')).toBe(3)
  })

  it('are dropped whole once their newest entry is too old, pages and all', () => {
    const { put, find, tidy, count } = openKeys()
    put(filler('old', NOW_S))
    put([entry('young', [1], NOW_S + 3600)])
    tidy()
    expect([count('key_segments'), find('old-5')]).toEqual([1, [6]])
    tidy(1000 * NOW_S + 48 * HOUR_MS + 1000)
    expect(['key_segments', 'key_pages', 'key_filters', 'key_log'].map(count)).toEqual([0, 0, 0, 1])
    expect([find('old-5'), find('young')]).toEqual([undefined, [1]])
    tidy(1000 * NOW_S + 50 * HOUR_MS)
    expect(count('key_log')).toBe(0)
    expect(find('young')).toBeUndefined()
  })

  it('collect what people look up, over log, segments and merges', () => {
    const { put, find, tidy, log } = openKeys()
    for (let n = 1; n <= KEY_MERGE_SEGMENTS; n++) {
      put([entry('order', [n]), entry('order', [n])], log)
      put(filler(`f${n}`), log)
    }
    put([entry('order', [99])], log)
    const all = Array.from({ length: KEY_MERGE_SEGMENTS }, (_, i) => i + 1)
    expect(find('order', log)).toEqual([...all, 99])
    tidy()
    expect(find('order', log)).toEqual([...all, 99])
  })

  it('and the newest entries are seen by a process that opened the file earlier', () => {
    const [mine, theirs] = [openKeys(), openKeys()]
    mine.put([entry('a', [1])])
    expect(theirs.find('a')).toEqual([1])
    mine.put(filler('f'))
    mine.put([entry('a', [2])])
    expect([theirs.find('a'), theirs.find('f-3')]).toEqual([[2], [4]])
    for (let n = 0; n < KEY_MERGE_SEGMENTS; n++) theirs.put(filler(`t${n}`))
    theirs.tidy()
    expect([mine.find('a'), mine.find('f-3'), mine.find('t0-9')]).toEqual([[2], [4], [10]])
    expect(mine.index.segments.map(({ no }) => no)).toEqual(
      theirs.index.segments.map(({ no }) => no),
    )
  })

  it('survive a merge that was cut off, and two processes merging at once', () => {
    const first = openKeys()
    for (let n = 0; n <= KEY_MERGE_SEGMENTS; n++) first.put(filler(`f${n}`))
    first.find('f0-0')
    for (let slices = 0; slices < 2; slices++) first.upkeep.step(1000 * NOW_S)
    const second = openKeys()
    for (let slices = 0; slices < 2; slices++) second.upkeep.step(1000 * NOW_S)
    first.tidy()
    second.tidy()
    first.tidy()
    for (const { find, index } of [first, second]) {
      expect(find('f0-11')).toEqual([12])
      expect(index.segments.map(({ level }) => level)).toEqual([1])
    }
    expect(first.count('key_segments')).toBe(1)
  })
})

describe('a page', () => {
  const entries = fc.array(
    fc.record({
      a: fc.constantFrom(0, 1, 5, 0xffff_ffff),
      b: fc.nat(0xffff_ffff),
      c: fc.nat(0xffff),
      at_s: fc.nat(0xffff_ffff),
      seqs: fc.array(fc.integer({ min: 1, max: 2 ** 47 }), { maxLength: 255 }),
    }),
    { maxLength: 60 },
  )

  it('gives back what was packed, and finds every entry of it', () => {
    fc.assert(
      fc.property(entries, (list) => {
        expect(unpackEntries(packEntries(list))).toEqual(list)
        const sorted = list.toSorted(compareKeys)
        const page = packEntries(sorted)
        for (const one of list)
          expect(findEntry(page, one)).toMatchObject({ a: one.a, b: one.b, c: one.c })
        expect(findEntry(page, { a: 3, b: 0, c: 0 })).toBeUndefined()
      }),
    )
  })

  it('never parts entries that share their first word', () => {
    const pages: { firstA: number; entries: KeyEntry[] }[] = []
    const writer = new PageWriter((firstA, data) =>
      pages.push({ firstA, entries: unpackEntries(data) }),
    )
    const list = Array.from(
      { length: 2000 },
      (_, i): KeyEntry => ({ a: Math.floor(i / 7), b: i, c: 0, at_s: 0, seqs: [i] }),
    )
    for (const one of list) writer.add(one.a, packEntries([one]))
    writer.flush()
    expect(pages.flatMap((page) => page.entries)).toEqual(list)
    expect(pages.length).toBeGreaterThan(5)
    const firsts = pages.map(({ firstA, entries: inside }) => [firstA, inside[0]?.a])
    expect(firsts.every(([named, actual]) => named === actual)).toBe(true)
    const shared = pages.flatMap((page) => [...new Set(page.entries.map(({ a }) => a))])
    expect(new Set(shared).size).toBe(shared.length)
  })
})

describe('the hash and the filter', () => {
  it('tell different texts apart and depend on the secret', () => {
    const texts = [
      '',
      '\0',
      'a',
      'a\0',
      'ab',
      'ba',
      'aa',
      'aaa',
      '☕',
      'x'.repeat(70_000),
      'x'.repeat(70_002),
    ]
    const hashes = texts.map((text) => JSON.stringify(hash(text)))
    expect(new Set(hashes).size).toBe(texts.length)
    const other = keyHasher(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 9))
    for (const text of texts) expect(other('', text)).not.toEqual(hash(text))
  })

  it('stay what they were: files hold them', () => {
    const text = '1\nevent_id\nPurchase\nid-é🎉'
    const known: [string, KeyHash][] = [
      ['', { a: 2681148217, b: 2883945960, c: 24511 }],
      ['a', { a: 250365119, b: 1708154750, c: 65073 }],
      ['ab', { a: 2349116004, b: 868034211, c: 32997 }],
      ['abc', { a: 3554316669, b: 4182276739, c: 52103 }],
      [text, { a: 4277511934, b: 2096618947, c: 8825 }],
    ]
    for (const [given, is] of known) {
      for (let cut = 0; cut <= given.length; cut++) {
        expect(hasher(given.slice(0, cut), given.slice(cut))).toEqual(is)
      }
    }
  })

  it('spread numbered ids evenly', () => {
    const buckets = new Uint32Array(64)
    for (let i = 0; i < 64_000; i++) {
      const { a, b } = hash(`order-${i}`)
      for (const index of [a >>> 29, 8 + (b & 7), 16 + (b >>> 29)])
        buckets[index] = (buckets[index] ?? 0) + 1
    }
    for (const n of buckets.slice(0, 24)) expect(Math.abs(n - 8000)).toBeLessThan(500)
  })

  it('know every key that was added and few that were not', () => {
    const filter = KeyFilter.for(20_000)
    for (let i = 0; i < 20_000; i++) filter.add(hash(`in-${i}`))
    const read = KeyFilter.from(filter.bytes)
    for (let i = 0; i < 20_000; i++) expect(read.mayHave(hash(`in-${i}`))).toBe(true)
    const wrong = Array.from({ length: 20_000 }, (_, i) => read.mayHave(hash(`out-${i}`)))
    expect(wrong.filter(Boolean).length).toBeLessThan(300)
  })
})
