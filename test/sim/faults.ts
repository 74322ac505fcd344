/**
 * What goes wrong, and when: Meta down, slow, forgetful of its answers or out of patience, a token
 * that expires and is repaired, and our own process dying at any await. Drawn from the seed.
 */

import type { Dice } from '../../examples/brewbeans/past/dice.ts'
import type { FailRule } from '../../src/fake-meta/failures.ts'
import { DAY_MS, HOUR_MS } from './traffic.ts'

export type Fault =
  | { readonly atMs: number; readonly do: 'fail'; readonly rule: FailRule }
  | {
      readonly atMs: number
      readonly do: 'weather'
      readonly weather: Weather
      readonly ms: number
    }
  | { readonly atMs: number; readonly do: 'expire'; readonly ms: number; readonly renew: boolean }
  | {
      readonly atMs: number
      readonly do: 'crash'
      readonly awaits: number
      readonly downMs: number
    }
  | { readonly atMs: number; readonly do: 'restart' }

/** What the way to Meta is like. */
export type Weather = 'fair' | 'cut' | 'slow_there' | 'slow_back'

const MINUTE_MS = 60_000

export function faultsOf(
  dice: Dice,
  { startMs, days, longHolds }: { startMs: number; days: number; longHolds: boolean },
): Fault[] {
  const faults: Fault[] = []
  const when = (): number => Math.floor(startMs + dice.random() * days * DAY_MS)
  const some = (perDay: number, make: (atMs: number) => Fault): void => {
    const n = Math.max(1, Math.round(days * perDay * (0.5 + dice.random())))
    for (let i = 0; i < n; i++) faults.push(make(when()))
  }
  some(10, (atMs) => ({ atMs, do: 'fail', rule: failRuleOf(dice) }))
  some(5, (atMs) => ({
    ...{ atMs, do: 'weather' },
    weather: dice.one(['cut', 'slow_there', 'slow_back'] as const),
    ms: dice.whole(1, dice.chance(0.2) ? 300 : 20) * MINUTE_MS,
  }))
  some(1, (atMs) => ({
    ...{ atMs, do: 'expire', renew: dice.chance(0.5) },
    ms: dice.whole(5, longHolds ? 60 * 60 : 8 * 60) * MINUTE_MS,
  }))
  some(8, (atMs) => ({
    ...{ atMs, do: 'crash', awaits: dice.whole(0, 40) },
    downMs: dice.chance(0.2) ? dice.whole(1, 40) * MINUTE_MS : dice.whole(500, 20_000),
  }))
  some(2, (atMs) => ({ atMs, do: 'restart' }))
  return faults.sort((a, b) => a.atMs - b.atMs)
}

const PASSING = [
  ...(['http_500', 'http_502', 'http_503', 'http_504', 'http_429'] as const),
  ...(['reset_before', 'reset_after', 'half_answer'] as const),
  ...(['unknown_error', 'service_unavailable', 'app_rate', 'usage'] as const),
] as const

function failRuleOf(dice: Dice): FailRule {
  const fail = dice.one(PASSING) as FailRule['fail']
  const lasts: Partial<FailRule> = dice.chance(0.5)
    ? { requests: dice.whole(1, 12) }
    : { seconds: dice.whole(30, dice.chance(0.2) ? 4 * 3600 : 900) }
  return {
    fail,
    ...lasts,
    ...(dice.chance(0.3) ? { probability: 0.5 } : {}),
    ...(dice.chance(0.4) && /429|503|rate/.test(fail) ? { retry_after_s: dice.whole(1, 600) } : {}),
    ...(fail === 'usage' ? { usage_percent: dice.whole(60, 100) } : {}),
    ...(fail === 'app_rate' && dice.chance(0.5) ? { regain_minutes: dice.whole(1, 20) } : {}),
  }
}

/** The last moment at which anything may still be wrong. */
export const SETTLING_MS = 2 * HOUR_MS
