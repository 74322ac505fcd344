/** Order within a key, none between keys, and a failure that stops nobody. */
import { describe, expect, it } from 'vitest'
import { serial, serialByKey } from './serial.ts'

function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

describe('serial', () => {
  it('runs one after the other, and goes on after one that failed', async () => {
    const inOrder = serial()
    const done: string[] = []
    const first = inOrder(async () => {
      await Promise.resolve()
      done.push('first')
      throw new Error('no')
    })
    const second = inOrder(async () => {
      done.push('second')
      return 2
    })
    await expect(first).rejects.toThrow('no')
    expect([await second, done]).toEqual([2, ['first', 'second']])
  })
})

describe('serialByKey', () => {
  it('lets one key wait while another works', async () => {
    const byKey = serialByKey()
    const slow = gate()
    const done: string[] = []
    const work = (name: string) => async () => {
      done.push(name)
    }
    const held = byKey.run('a', () => slow.opened)
    const after = byKey.run('a', work('a'))
    await byKey.run('b', work('b'))
    expect(done).toEqual(['b'])
    slow.open()
    await Promise.all([held, after])
    expect(done).toEqual(['b', 'a'])
  })

  it('is idle when all keys are, the last work of one included', async () => {
    const byKey = serialByKey()
    const slow = gate()
    const done: string[] = []
    const ended = byKey.end('a', async () => {
      await slow.opened
      done.push('a')
    })
    const idle = byKey.idle().then(() => done.push('idle'))
    slow.open()
    await Promise.all([ended, idle])
    expect(done).toEqual(['a', 'idle'])
  })
})
