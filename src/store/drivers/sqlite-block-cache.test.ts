import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BlockCache } from './sqlite-block-cache.ts'

/** Seqs of a part of a block: all from 10 on, or every third only. */
const seqsOf = (size: number, step: number): number[] =>
  Array.from({ length: size }, (_, at) => 10 + step * at)
const lineText = (id: number, seq: number): string => `{"seq":${seq},"ü":${id}}`
const textOf = (id: number, size: number, step = 1): string =>
  seqsOf(size, step)
    .map((seq) => lineText(id, seq))
    .join('\n')

it('gives back what was put, line by line, or nothing', () => {
  const step = fc.record({
    size: fc.integer({ min: 1, max: 12 }),
    drop: fc.nat(60),
    step: fc.constantFrom(1, 3),
    written: fc.boolean(),
  })
  const steps = fc.array(step, { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(steps, (list) => {
      const cache = new BlockCache(1000)
      const dropped = new Set<number>()
      list.forEach(({ size, drop, step, written }, id) => {
        if (written) {
          const bytes = cache.write(textOf(id, size, step).split('\n'))
          expect(bytes.toString()).toBe(textOf(id, size, step))
          cache.keepWritten(id, bytes)
        } else cache.put(id, Buffer.from(textOf(id, size, step)))
        if (drop < id) {
          cache.delete(drop)
          dropped.add(drop)
        }
        list.slice(0, id + 1).forEach((earlier, other) => {
          const expected = textOf(other, earlier.size, earlier.step)
          const bytes = cache.bytes(other)?.toString()
          expect([undefined, expected]).toContain(bytes)
          if (dropped.has(other)) expect(bytes).toBeUndefined()
          const block = { first_seq: 10, n: earlier.step * earlier.size }
          for (let seq = 10; seq < 10 + block.n; seq++) {
            const isIn = (seq - 10) % earlier.step === 0 && bytes !== undefined
            expect(cache.line(other, block, seq)).toBe(isIn ? lineText(other, seq) : undefined)
          }
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
  expect(cache.line(1, { first_seq: 7, n: 2 }, 8)).toBe('two')
  cache.clear()
  expect(cache.bytes(1)).toBeUndefined()
})
