import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BlockCache } from './sqlite-block-cache.ts'

const textOf = (id: number, size: number): string =>
  Array.from({ length: size }, (_, line) => `${id}:${line}:ü`).join('\n')

it('gives back what was put, line by line, or nothing', () => {
  const step = fc.record({
    size: fc.integer({ min: 1, max: 12 }),
    drop: fc.nat(60),
    written: fc.boolean(),
  })
  const steps = fc.array(step, { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(steps, (list) => {
      const cache = new BlockCache(400)
      const dropped = new Set<number>()
      list.forEach(({ size, drop, written }, id) => {
        if (written) {
          const bytes = cache.write(textOf(id, size).split('\n'))
          expect(bytes.toString()).toBe(textOf(id, size))
          cache.keepWritten(id, bytes)
        } else cache.put(id, Buffer.from(textOf(id, size)))
        if (drop < id) {
          cache.delete(drop)
          dropped.add(drop)
        }
        list.slice(0, id + 1).forEach((earlier, other) => {
          const expected = textOf(other, earlier.size)
          const bytes = cache.bytes(other)?.toString()
          expect([undefined, expected]).toContain(bytes)
          if (dropped.has(other)) expect(bytes).toBeUndefined()
          const line = cache.line(other, earlier.size - 1)
          expect(line).toBe(bytes === undefined ? undefined : expected.split('\n').at(-1))
          expect(cache.line(other, earlier.size)).toBeUndefined()
        })
      })
    }),
  )
})

it('keeps the newest blocks that fit, and none that would push out most others', () => {
  const cache = new BlockCache(100)
  for (let id = 0; id < 20; id++) cache.put(id, Buffer.from('0123456789'))
  const kept = Array.from({ length: 20 }, (_, id) => id).filter((id) => cache.bytes(id))
  expect(kept).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19])
  cache.put(99, Buffer.alloc(26))
  expect(cache.bytes(99)).toBeUndefined()
  expect(cache.bytes(10)).toBeDefined()
})

it('knows nothing any more once it was cleared', () => {
  const cache = new BlockCache(100)
  cache.keepWritten(1, cache.write(['one', 'two']))
  expect(cache.line(1, 1)).toBe('two')
  cache.clear()
  expect(cache.bytes(1)).toBeUndefined()
})
