import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Exchange } from './destination.ts'
import { settleBatch } from './settle-batch.ts'

const exchange: Exchange = { url: 'x', status: 200, ms: 0, events: 0, answer: '' }
const signal = new AbortController().signal
const split = { state: 'split', code: 'c', detail: 'd' } as const

describe('settleBatch', () => {
  it('rejects exactly the bad events and delivers every other one once', async () => {
    const batch = fc.tuple(
      fc.integer({ min: 1, max: 300 }),
      fc.array(fc.nat(299), { maxLength: 2 }),
    )
    await fc.assert(
      fc.asyncProperty(batch, async ([count, indexes]) => {
        const bad = new Set(indexes.filter((index) => index < count))
        const events = Array.from({ length: count }, (_, index) => index)
        const taken: number[] = []
        const { outcomes, exchanges } = await settleBatch(
          events,
          async (part) => {
            if (part.some((event) => bad.has(event))) return { exchange, verdict: split }
            taken.push(...part)
            return { exchange, verdict: { state: 'delivered' } }
          },
          signal,
        )
        const states = events.map((event) => (bad.has(event) ? 'rejected' : 'delivered'))
        expect(outcomes.map(({ state }) => state)).toEqual(states)
        expect(taken.toSorted((a, b) => a - b)).toEqual(events.filter((event) => !bad.has(event)))
        const perBad = 2 * Math.ceil(Math.log2(count)) + 1
        expect(exchanges.length).toBeLessThanOrEqual(Math.max(1, bad.size * perBad))
      }),
    )
  })

  it('sends nothing for an empty batch’s events and nothing after the end of the try', async () => {
    const ended = AbortSignal.abort()
    const { outcomes, exchanges } = await settleBatch(
      ['a'],
      async () => ({ exchange, verdict: { state: 'delivered' } }),
      ended,
    )
    expect(outcomes).toMatchObject([{ state: 'retry', code: 'not_settled' }])
    expect(exchanges).toEqual([])
  })

  it('halves when an answer for each event decides about none', async () => {
    const { outcomes } = await settleBatch(
      ['a', 'b'],
      async (part) => ({
        exchange,
        verdict: part.length > 1 ? [undefined, undefined] : [{ state: 'delivered' }],
      }),
      signal,
    )
    expect(outcomes).toEqual([{ state: 'delivered' }, { state: 'delivered' }])
  })
})
