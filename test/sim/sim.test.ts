/**
 * The promise of the relay: whatever fails, the destination counts what people did, once, with its
 * exact value, or the store says why not. A failing seed is repeated with
 * `npm run sim -- --seed N --days D --per-day P --driver D`.
 */
import { describe, expect, it } from 'vitest'
import type { DriverName } from './disk.ts'
import { simulate } from './simulation.ts'

const RUNS: readonly (readonly [number, DriverName, number, number])[] = [
  // 2: a copy held for longer than the destination recognises copies (copy_too_late).
  [2, 'sqlite', 1, 1000],
  [3, 'memory', 1, 400],
  [4, 'sqlite', 0.5, 400],
  [5, 'sqlite', 0.5, 400],
]

describe('whatever fails on the way', () => {
  it.each(RUNS)('what Meta counted is the truth: seed %d, %s, %d days', async (...run) => {
    const [seed, driver, days, perDay] = run
    const { problems, figures } = await simulate({ seed, driver, days, perDay })
    console.info(`seed ${seed}`, JSON.stringify(figures))
    expect(problems).toEqual([])
    // It proves something only if much went wrong.
    expect(figures.faults).toBeGreaterThan(10)
    expect(figures.crashes).toBeGreaterThan(0)
    expect(figures.counted).toBeGreaterThan(100)
  })

  it('and a seed repeats its run', async () => {
    const options = { seed: 6, driver: 'memory', days: 0.2, perDay: 400 } as const
    const [first, second] = [await simulate(options), await simulate(options)]
    expect(second).toEqual(first)
  })
})
