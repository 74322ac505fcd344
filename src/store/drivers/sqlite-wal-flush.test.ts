/** When a commit counts as durable, and what happens on a disk that does not confirm. */
import { fdatasync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Store } from '../store.ts'
import { openSqliteStore, storeOn } from './sqlite.ts'
import { openDatabase } from './sqlite-schema.ts'
import { diskSync, type Sync } from './sqlite-wal-flush.ts'

let folder = ''
let file = ''
const nowMs = () => 1_760_000_400_000
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twofold-flush-'))
  file = join(folder, 'twofold.db')
})
afterEach(() => rm(folder, { recursive: true }))

const put = (store: Store, id: string) => store.putSettings([{ kind: 'k', id, value: id }])
const ids = async (store: Store) => (await store.getSettings('k')).map(({ id }) => id)
const openOn = (sync: Sync) => storeOn(openDatabase(file, 50), { file, nowMs, sync })

it('acknowledges only after the disk confirmed, and lets commits share one flush', async () => {
  const flushes: (() => void)[] = []
  const store = openOn((fd, done) => flushes.push(() => fdatasync(fd, done)))
  const done: string[] = []
  const writes = ['a', 'b', 'c'].map((id) => put(store, id).then(() => done.push(id)))
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect({ done, flushes: flushes.length }).toEqual({ done: [], flushes: 1 })
  flushes.shift()?.()
  await writes[0]
  while (flushes.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  // b and c came while the first flush was under way: one more is enough for both.
  expect({ done, flushes: flushes.length }).toEqual({ done: ['a'], flushes: 1 })
  flushes.shift()?.()
  await Promise.all(writes)
  expect({ done, flushes: flushes.length }).toEqual({ done: ['a', 'b', 'c'], flushes: 0 })
  await store.close()
})

it('waits for a quick disk on the spot, and leaves a slow one to another thread for a while', () => {
  const disk = { nowMs: 0, takesMs: 2, ways: [] as string[] }
  const wait = () => {
    disk.nowMs += disk.takesMs
    disk.ways.push('here')
  }
  const away = ((_fd: number, done: (error: null) => void) => {
    disk.ways.push('away')
    done(null)
  }) as typeof fdatasync
  const sync = diskSync(() => disk.nowMs, wait, away)
  const flush = (times: number) => {
    disk.ways.length = 0
    for (let n = 0; n < times; n++) sync(1, () => undefined)
    return Object.fromEntries(
      ['here', 'away'].map((way) => [way, disk.ways.filter((one) => one === way).length]),
    )
  }
  expect(flush(300)).toEqual({ here: 300, away: 0 })
  disk.takesMs = 15
  expect(flush(303)).toEqual({ here: 3, away: 300 })
  disk.takesMs = 1
  expect(flush(300)).toEqual({ here: 300, away: 0 })
})

it('says what a disk failed with that was waited for', () => {
  const failure = Object.assign(new Error('i/o error'), { code: 'EIO' })
  const sync = diskSync(nowMs, () => {
    throw failure
  })
  const heard: unknown[] = []
  sync(1, (error) => heard.push(error))
  expect(heard).toEqual([failure])
})

it('acknowledges nobody who came while a flush was failing', async () => {
  const flushes: Parameters<Sync>[1][] = []
  const store = openOn((_fd, done) => flushes.push(done))
  const writes = ['a', 'b', 'c'].map((id) => put(store, id))
  await new Promise((resolve) => setTimeout(resolve, 20))
  flushes.shift()?.(Object.assign(new Error('i/o error'), { code: 'EIO' }))
  const settled = Promise.allSettled(writes)
  await new Promise((resolve) => setTimeout(resolve, 20))
  // The disk would confirm what came after.
  for (const done of flushes.splice(0)) done(null)
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  await store.close()
})

it('opens the log with the store, so that what keeps it from that is an error of the start', async () => {
  const db = openDatabase(file, 50)
  // In the place of a process that has no file number left.
  await rename(`${file}-wal`, `${file}-away`)
  const refused = expect.objectContaining({
    code: 'store_failed',
    detail: expect.stringContaining(`${file}-wal cannot be opened (ENOENT)`),
  })
  expect(() => storeOn(db, { file, nowMs })).toThrow(refused)
  await rename(`${file}-away`, `${file}-wal`)
  const store = storeOn(db, { file, nowMs })
  await put(store, 'a')
  await store.close()
})

it('acknowledges nothing any more once the disk failed to confirm, until it is opened anew', async () => {
  let healthy = true
  const store = openOn((fd, done) =>
    healthy ? fdatasync(fd, done) : done(Object.assign(new Error('i/o error'), { code: 'EIO' })),
  )
  await put(store, 'before')
  healthy = false
  const refused = expect.objectContaining({
    code: 'store_failed',
    detail: expect.stringMatching(/did not confirm a write \(EIO\).*restart/),
  })
  await expect(put(store, 'lost')).rejects.toEqual(refused)
  healthy = true
  // A later flush would say that all is well although the first one lost something.
  await expect(put(store, 'after')).rejects.toEqual(refused)
  await store.close()
  const again = await openSqliteStore({ file, nowMs })
  expect(await ids(again)).toContain('before')
  expect(await ids(again)).not.toContain('after')
  await put(again, 'new')
  await again.close()
})
