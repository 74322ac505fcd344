import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bitOf,
  MATCH_KINDS,
  MATCH_MASKS_MAX,
  type MatchKind,
  matchMask,
} from '../event/match-mask.ts'
import { ADDITIONS, bandOf, chanceOf, gainsOf, type Masks, scoreOf } from './match-score.ts'

const maskOf = (...kinds: MatchKind[]): number => kinds.reduce((sum, one) => sum | bitOf(one), 0)

/** Events of independent coverages, in thousandths: every combination with its share. */
function independent(coverage: Partial<Record<MatchKind, number>>): Masks {
  const masks = new Map<number, number>()
  for (let mask = 0; mask < MATCH_MASKS_MAX; mask++) {
    const share = MATCH_KINDS.reduce((product, kind) => {
      const covered = coverage[kind] ?? 0
      return product * ((mask & bitOf(kind)) === 0 ? 1 - covered : covered)
    }, 1)
    if (share > 0) masks.set(mask, share * 1_000_000)
  }
  return masks
}

describe('the score', () => {
  it.each([
    ['ip, user agent and fbp', { ip: 1, ua: 1, fbp: 1 }, 6.15],
    ['user agent and external_id', { ua: 1, external_id: 1 }, 6.15],
    ['email and ip', { em: 1, ip: 1 }, 7.25],
    [
      'a full checkout without ip',
      { em: 1, ph: 1, name: 1, fbc: 0.58, external_id: 0.36, place: 0.49, geo: 0.81 },
      8.58,
    ],
    ['nothing', {}, 0],
  ] as const)('of %s', (_, coverage, score) => {
    expect(scoreOf(independent(coverage)).score ?? 0).toBeCloseTo(score, 1)
  })

  it('is the exact mean of its events, whatever came with what', () => {
    const masks = fc.dictionary(
      fc.nat(MATCH_MASKS_MAX - 1).map(String),
      fc.integer({ min: 1, max: 1000 }),
      { minKeys: 1 },
    )
    fc.assert(
      fc.property(masks, (counts) => {
        const entries = Object.entries(counts).map(([mask, n]) => [Number(mask), n] as const)
        const { score = -1, interval, events } = scoreOf(new Map(entries))
        const all = entries.flatMap(([mask, n]) => Array<number>(n).fill(chanceOf(mask)))
        expect(events).toBe(all.length)
        expect(score).toBeCloseTo((10 * all.reduce((a, b) => a + b, 0)) / all.length, 9)
        expect(interval.low).toBeLessThanOrEqual(score)
        expect(interval.high).toBeGreaterThanOrEqual(score)
      }),
    )
  })

  it('never falls when something is added, and gains say by how much it rises', () => {
    fc.assert(
      fc.property(fc.nat(MATCH_MASKS_MAX - 1), fc.nat(MATCH_MASKS_MAX - 1), (a, b) => {
        const masks = new Map([
          [a, 30],
          [b, 70],
        ])
        const now = scoreOf(masks).score ?? 0
        for (const { add, gain, missing } of gainsOf(masks)) {
          const kinds: readonly MatchKind[] = ADDITIONS.find((one) => one.add === add)?.kinds ?? []
          const filled = new Map<number, number>()
          for (const [mask, n] of masks) {
            const then = mask | maskOf(...kinds)
            filled.set(then, (filled.get(then) ?? 0) + n)
          }
          expect(gain).toBeGreaterThanOrEqual(-1e-9)
          expect(missing).toBeGreaterThan(0)
          expect((scoreOf(filled).score ?? 0) - now).toBeCloseTo(gain, 9)
        }
      }),
    )
  })

  it('is unknown without events, and wide with few', () => {
    expect(scoreOf(new Map()).score).toBeUndefined()
    const few = scoreOf(new Map([[maskOf('em'), 3]]))
    expect(few.score).toBeCloseTo(5)
    expect(few.interval.high - few.interval.low).toBeGreaterThan(5)
  })

  it.each([
    [10, 'great'],
    [8.5, 'great'],
    [8.49, 'good'],
    [7, 'good'],
    [5, 'ok'],
    [4.99, 'poor'],
    [0, 'poor'],
  ])('%d is %s', (score, band) => {
    expect(bandOf(score)).toBe(band)
  })
})

it('reads what an event tells about the person', () => {
  const hash = 'a'.repeat(64)
  const of = (user_data: object) =>
    matchMask({
      event_name: 'Lead',
      event_time: 1,
      action_source: 'website',
      user_data: user_data as never,
    })
  expect(of({})).toBe(0)
  expect(of({ em: [hash], fbp: 'fb.1.1.1', client_ip_address: '::1' })).toBe(
    maskOf('em', 'fbp', 'ip'),
  )
  expect(of({ ph: [hash], external_id: [hash], fbc: 'x', client_user_agent: 'x' })).toBe(
    maskOf('ph', 'external_id', 'fbc', 'ua'),
  )
  expect(of({ fn: [hash] })).toBe(0)
  expect(of({ fn: [hash], ln: [hash], zp: [hash], country: [hash] })).toBe(
    maskOf('name', 'place', 'geo'),
  )
})
