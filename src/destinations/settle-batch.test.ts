import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SEARCH_UNPROVEN_REQUESTS_MAX } from '../limits.ts'
import { QUESTIONS_PER_BAD_MAX } from './bisect.ts'
import type { Exchange, Outcome } from './destination.ts'
import { settleBatch, type Verdict } from './settle-batch.ts'

const { signal } = new AbortController()
const rejected = { state: 'rejected', code: 'c', detail: 'd' } as const
const held = { state: 'held', code: 'h', detail: 'd' } as const
const delivered = { state: 'delivered' } as const
const refused = { kind: 'refused', outcome: rejected } as const

/** Its exchanges tell which events each request carried. */
function settle<Event>(
  events: readonly Event[],
  judge: (part: readonly Event[]) => Verdict | Promise<Verdict>,
  more: object = {},
) {
  const send = async (part: readonly Event[]) => {
    const answer = part.join()
    const exchange: Exchange = { url: 'x', status: 200, ms: 0, events: part.length, answer }
    return { exchange, verdict: await judge(part) }
  }
  return settleBatch({ events, send, signal, ...more })
}

const states = (outcomes: readonly Outcome[]): string[] => outcomes.map(({ state }) => state)
const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at)

describe('settleBatch', () => {
  it('rejects exactly the bad events and delivers every other one once', async () => {
    const batch = fc.tuple(
      fc.integer({ min: 1, max: 300 }),
      fc.array(fc.nat(299), { maxLength: 2 }),
    )
    await fc.assert(
      fc.asyncProperty(batch, async ([count, indexes]) => {
        const bad = new Set(indexes.filter((index) => index < count))
        const taken: number[] = []
        const { outcomes, exchanges, exchangeOf } = await settle(numbers(count), (part) => {
          if (part.some((event) => bad.has(event))) return refused
          taken.push(...part)
          return { kind: 'taken' }
        })
        expect(states(outcomes)).toEqual(
          numbers(count).map((event) => (bad.has(event) ? 'rejected' : 'delivered')),
        )
        expect(taken.toSorted((a, b) => a - b)).toEqual(
          numbers(count).filter((event) => !bad.has(event)),
        )
        expect(exchanges.length).toBeLessThanOrEqual(1 + QUESTIONS_PER_BAD_MAX * bad.size)
        for (const event of numbers(count)) {
          const carried = exchanges.findLastIndex(({ answer }) =>
            answer.split(',').includes(String(event)),
          )
          expect(exchangeOf?.[event]).toBe(carried)
        }
      }),
    )
  })

  it('sends nothing after the end of the try, and nothing for no events', async () => {
    const ended = { signal: AbortSignal.abort() }
    const sent = await settle(['a'], () => ({ kind: 'taken' }), ended)
    expect(sent).toMatchObject({ outcomes: [{ state: 'retry', code: 'stopped' }], exchanges: [] })
    expect(sent.exchangeOf).toEqual([undefined])
    expect((await settle([], () => ({ kind: 'taken' }))).exchanges).toEqual([])
  })

  it('searches when an answer for each event decides about none', async () => {
    const { outcomes } = await settle(['a', 'b'], (part) =>
      part.length > 1 ? { kind: 'each', outcomes: [undefined, undefined] } : { kind: 'taken' },
    )
    expect(outcomes).toEqual([delivered, delivered])
  })

  it('sends those again that an answer left open for another’s fault', async () => {
    const { outcomes, exchanges, exchangeOf } = await settle(['a', 'b', 'c'], (part) =>
      part.includes('b')
        ? { kind: 'each', outcomes: [undefined, rejected, undefined] }
        : { kind: 'each', outcomes: [delivered, delivered] },
    )
    expect(outcomes).toEqual([delivered, rejected, delivered])
    expect(exchanges.map(({ answer }) => answer)).toEqual(['a,b,c', 'a,c'])
    expect(exchangeOf).toEqual([1, 0, 1])
  })

  it('cuts what is too large in halves and calls none of it bad', async () => {
    const { outcomes } = await settle(numbers(9), (part) =>
      part.length > 2 ? { kind: 'too_large', outcome: rejected } : { kind: 'taken' },
    )
    expect(new Set(states(outcomes))).toEqual(new Set(['delivered']))
  })

  it('lets groups leave side by side, and what stops one stops those that wait', async () => {
    let underWay = 0
    let most = 0
    const { outcomes, exchanges } = await settle(
      numbers(6),
      async ([first]) => {
        most = Math.max(most, ++underWay)
        await new Promise(setImmediate)
        underWay -= 1
        return first === 2 ? { kind: 'stop', outcome: held } : { kind: 'taken' }
      },
      { groups: [[0, 1], [2], [3], [4, 5]], requestsMax: 2 },
    )
    expect(most).toBe(2)
    expect(outcomes.slice(0, 3)).toEqual([delivered, delivered, held])
    expect(outcomes[5]).toEqual(held)
    expect(exchanges.map(({ answer }) => answer).slice(0, 2)).toEqual(['0,1', '2'])
  })
})

it('calls lost only what was in a request without an answer', async () => {
  const lost = { state: 'retry', code: 'network', detail: 'd', lost: true } as const
  const { outcomes } = await settle(
    numbers(6),
    ([first]) => (first === 2 ? { kind: 'stop', outcome: lost } : { kind: 'taken' }),
    {
      groups: [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
    },
  )
  const { lost: _, ...known } = lost
  expect(outcomes).toEqual([delivered, delivered, lost, lost, known, known])
})

describe('a refusal that may be about a setting', () => {
  const doubted = { ...refused, doubt: 'Check it.' }

  it('rejects the event once another one is taken', async () => {
    const { outcomes } = await settle(numbers(4), (part) =>
      part.includes(0) ? doubted : { kind: 'taken' },
    )
    expect(outcomes).toEqual([rejected, delivered, delivered, delivered])
  })

  it('holds all while none is taken, after few requests', async () => {
    const { outcomes, exchanges } = await settle(numbers(1000), () => doubted)
    expect(new Set(states(outcomes))).toEqual(new Set(['held']))
    expect(outcomes[0]).toMatchObject({ code: 'c', detail: expect.stringMatching(/Check it\.$/) })
    expect(exchanges.length).toBeLessThanOrEqual(SEARCH_UNPROVEN_REQUESTS_MAX)
  })
})
