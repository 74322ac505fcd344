import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
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

describe('a spool in a folder', () => {
  it('gives back what is not done, oldest first, once', async () => {
    const first = fileSpool({ folder })
    const old = [event('a', { queuedAtMs: 3 }), event('b'), event('c', { queuedAtMs: 2 })]
    first.save({ added: old, done: [] })
    first.save({ added: [], done: ['b', 'unknown'] })
    const second = fileSpool({ folder })
    expect((await second.load()).map(({ key }) => key)).toEqual(['c', 'a'])
    // Kept under the second's own name now.
    const third = fileSpool({ folder })
    expect((await third.load()).map(({ key }) => key)).toEqual(['c', 'a'])
    third.save({ added: [], done: ['a', 'c'] })
    expect(await fileSpool({ folder }).load()).toEqual([])
  })

  it('leaves the file of a program that runs alone', async () => {
    const file = `events-${process.ppid}-abc.spool`
    writeFileSync(join(folder, file), line(event('a')))
    expect(await fileSpool({ folder }).load()).toEqual([])
    expect(readdirSync(folder)).toContain(file)
  })

  it.each([
    ['a line that a kill cut off', DEAD, `${line(event('a'))}{"key":"b","text":"{\\"ev`, ['a']],
    ['what a program took over and died', `${DEAD}.old`, line(event('a')), ['a']],
    ['what a program wrote anew and died', `${DEAD}.new`, line(event('a')), ['a']],
    ['nonsense', DEAD, 'x\n7\nnull\n{}\n', []],
    ['files of others', 'notes.txt', line(event('a')), []],
  ])('reads %s', async (_, name, text, keys) => {
    writeFileSync(join(folder, name), text)
    expect((await fileSpool({ folder }).load()).map(({ key }) => key)).toEqual(keys)
  })

  it('counts an event that stands in two files once', async () => {
    writeFileSync(join(folder, DEAD), line(event('a')))
    writeFileSync(join(folder, `${DEAD}.new`), line(event('a')))
    expect(await fileSpool({ folder }).load()).toHaveLength(1)
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
    const keys = (await fileSpool({ folder }).load()).map(({ key }) => key)
    expect(keys).toEqual(['first', 'last'])
  })

  it('that cannot be made says so at the start', () => {
    writeFileSync(join(folder, 'file'), '')
    expect(() => fileSpool({ folder: join(folder, 'file') })).toThrow()
  })
})
