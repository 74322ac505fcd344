/**
 * Counts failed sign-ins by address, so that nobody can guess a token. In memory and bounded: a
 * restart forgives. Called by the API's session routes.
 */
import { TwofoldError } from '../errors.ts'
import { SIGN_IN_ADDRESSES_MAX, SIGN_IN_FAILURES_MAX, SIGN_IN_WINDOW_MS } from '../limits.ts'

export interface Attempts {
  /** Runs `work` unless the address failed too often; a TwofoldError of `work` counts as one. */
  readonly guard: <T>(address: string, work: () => Promise<T>) => Promise<T>
  /** Seconds until the address may try again; 0 when it may now. */
  readonly waitS: (address: string) => number
}

export function createAttempts(nowMs: () => number): Attempts {
  const failures = new Map<string, { count: number; until_ms: number }>()

  const waitS = (address: string): number => {
    const entry = failures.get(address)
    if (!entry || entry.count < SIGN_IN_FAILURES_MAX) return 0
    return Math.max(0, Math.ceil((entry.until_ms - nowMs()) / 1000))
  }

  const fail = (address: string): void => {
    const entry = failures.get(address)
    if (entry && entry.until_ms > nowMs()) {
      entry.count += 1
      return
    }
    failures.delete(address)
    failures.set(address, { count: 1, until_ms: nowMs() + SIGN_IN_WINDOW_MS })
    const [oldest] = failures.keys()
    if (failures.size > SIGN_IN_ADDRESSES_MAX && oldest !== undefined) failures.delete(oldest)
  }

  return {
    waitS,
    guard: async (address, work) => {
      if (waitS(address) > 0) throw new TwofoldError('too_many_attempts')
      try {
        return await work()
      } catch (error) {
        if (error instanceof TwofoldError) fail(address)
        throw error
      }
    },
  }
}
