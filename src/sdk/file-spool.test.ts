import { mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileSpool } from './file-spool.ts'
import { SPOOL_DEAD_BYTES } from './limits.ts'
import type { SpooledEvent } from './spool.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twofold-spool-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const event = (key: string, more: Partial<SpooledEvent> = {}): SpooledEvent => ({
  ...{ key, eventId: `id-${key}`, text: '{"event_name":"Lead"}', queuedAtMs: 1 },
  ...more,
})
const line = (content: unknown): string => `${JSON.stringify(content)}\n`
/** No process has such a number. */
const DEAD = join('events-999999999-abc.spool')
/** As if the programs so far had ended: their files get that number. */
function die(): void {
  for (const name of readdirSync(folder)) {
    const dead = name.replace(`-${process.pid}-`, '-999999999-')
    renameSync(join(folder, name), join(folder, dead))
  }
}

describe('a spool in a folder', () => {
  it('gives back what is not done, oldest first, once', async () => {
    const first = fileSpool({ folder })
    const old = [event('a', { queuedAtMs: 3 }), event('b'), event('c', { queuedAtMs: 2 })]
    first.save({ added: old, done: [] })
    first.save({ added: [], done: ['b', 'unknown'] })
    die()
    const second = fileSpool({ folder })
    expect((await second.load('581')).map(({ key }) => key)).toEqual(['c', 'a'])
    // Kept under the second's own name now.
    die()
    const third = fileSpool({ folder })
    expect((await third.load('581')).map(({ key }) => key)).toEqual(['c', 'a'])
    third.save({ added: [], done: ['a', 'c'] })
    die()
    expect(await fileSpool({ folder }).load('581')).toEqual([])
  })

  it('leaves the file of a program that runs alone', async () => {
    const file = `events-${process.ppid}-abc.spool`
    writeFileSync(join(folder, file), line(event('a')))
    expect(await fileSpool({ folder }).load('581')).toEqual([])
    expect(readdirSync(folder)).toContain(file)
  })

  it('leaves the file of another client of its own program alone, until that is closed', async () => {
    const first = fileSpool({ folder })
    first.save({ added: [event('a')], done: [] })
    expect(await fileSpool({ folder }).load('581')).toEqual([])
    first.close?.()
    expect(await fileSpool({ folder }).load('581')).toHaveLength(1)
  })

  it('leaves events of another dataset for a program of that one', async () => {
    writeFileSync(join(folder, DEAD), line(event('a', { dataset: '600' })))
    expect(await fileSpool({ folder }).load('581')).toEqual([])
    expect(await fileSpool({ folder }).load('600')).toHaveLength(1)
  })

  it('gives each client of a program its own, where they share a spool', async () => {
    const both = [event('a', { dataset: '581' }), event('b', { dataset: '600' })]
    writeFileSync(join(folder, DEAD), both.map(line).join(''))
    const spool = fileSpool({ folder })
    expect((await spool.load('581')).map(({ key }) => key)).toEqual(['a'])
    expect((await spool.load('600')).map(({ key }) => key)).toEqual(['b'])
    expect(await spool.load('600')).toEqual([])
  })

  it('takes over what a program of the same number left: in containers all have one', async () => {
    writeFileSync(join(folder, `events-${process.pid}-abc.spool`), line(event('a')))
    writeFileSync(join(folder, `events-${process.pid}-7tabc.spool`), line(event('of a thread')))
    expect((await fileSpool({ folder }).load('581')).map(({ key }) => key)).toEqual(['a'])
  })

  it.each([
    ['a line that a kill cut off', DEAD, `${line(event('a'))}{"key":"b","text":"{\\"ev`, ['a']],
    ['what a program took over and died', `${DEAD}.old`, line(event('a')), ['a']],
    ['what a program wrote anew and died', `${DEAD}.new`, line(event('a')), ['a']],
    ['nonsense', DEAD, 'x\n7\nnull\n{}\n', []],
    ['files of others', 'notes.txt', line(event('a')), []],
  ])('reads %s', async (_, name, text, keys) => {
    writeFileSync(join(folder, name), text)
    expect((await fileSpool({ folder }).load('581')).map(({ key }) => key)).toEqual(keys)
  })

  it('counts an event that stands in two files once', async () => {
    writeFileSync(join(folder, DEAD), line(event('a')))
    writeFileSync(join(folder, `${DEAD}.new`), line(event('a')))
    expect(await fileSpool({ folder }).load('581')).toHaveLength(1)
  })

  it('does not grow with what is done', async () => {
    const spool = fileSpool({ folder })
    const text = 'x'.repeat(10_000)
    spool.save({ added: [event('first')], done: [] })
    for (let i = 0; i < 500; i++) {
      spool.save({ added: [event(`k${i}`, { text })], done: [] })
      spool.save({ added: [], done: [`k${i}`] })
    }
    spool.save({ added: [event('last')], done: [] })
    const [file = ''] = readdirSync(folder)
    expect(statSync(join(folder, file)).size).toBeLessThan(SPOOL_DEAD_BYTES + 20_000)
    die()
    const keys = (await fileSpool({ folder }).load('581')).map(({ key }) => key)
    expect(keys).toEqual(['first', 'last'])
  })

  it('that cannot be made says so at the start', () => {
    writeFileSync(join(folder, 'file'), '')
    expect(() => fileSpool({ folder: join(folder, 'file') })).toThrow()
  })
})
