/**
 * Counts failed sign-ins by address and by account, so that nobody can guess a token or a password.
 * In memory and bounded: a restart forgives. Called by the API's routes about signing in.
 */
import { TwofoldError } from '../errors.ts'
import {
  ACCOUNT_FAILURES_MAX,
  ACCOUNT_WINDOW_MS,
  SIGN_IN_ADDRESSES_MAX,
  SIGN_IN_FAILURES_MAX,
  SIGN_IN_WINDOW_MS,
} from '../limits.ts'
import { clientNetwork } from './client-network.ts'

export interface Attempts {
  /**
   * Runs `work` unless the address or the account failed too often. A TwofoldError of `work` that
   * trying again does not help counts as a failure; so does every try that is still under way.
   * `invalid_request` does not: `work` looks at what is asked for, such as a new password, only
   * after the proof, so nothing was guessed.
   */
  readonly guard: <T>(who: Attempt, work: () => Promise<T>) => Promise<T>
}

export interface Attempt {
  /** One of IPv6 stands for its /64. */
  readonly address: string
  /** What somebody says they are, such as an e-mail address. */
  readonly account?: string | undefined
}

export class TooManyAttempts extends TwofoldError {
  readonly waitS: number
  constructor(waitS: number) {
    super('too_many_attempts', `Try again in ${timeOf(waitS)}.`)
    this.waitS = waitS
  }
}

export function createAttempts(nowMs: () => number): Attempts {
  const addresses = createCounts(nowMs, SIGN_IN_FAILURES_MAX, SIGN_IN_WINDOW_MS)
  const accounts = createCounts(nowMs, ACCOUNT_FAILURES_MAX, ACCOUNT_WINDOW_MS)
  return {
    guard: async ({ address, account }, work) => {
      const network = clientNetwork(address)
      const waitS = Math.max(
        addresses.waitS(network),
        account === undefined ? 0 : accounts.waitS(account),
      )
      if (waitS > 0) throw new TooManyAttempts(waitS)
      const forgive = [
        addresses.fail(network),
        ...(account === undefined ? [] : [accounts.fail(account)]),
      ]
      try {
        const done = await work()
        for (const one of forgive) one()
        return done
      } catch (error) {
        const isWrong =
          error instanceof TwofoldError && !error.retryable && error.code !== 'invalid_request'
        if (!isWrong) for (const one of forgive) one()
        throw error
      }
    },
  }
}

function timeOf(waitS: number): string {
  if (waitS > 60) return `${Math.ceil(waitS / 60)} minutes`
  return waitS === 1 ? 'a second' : `${waitS} seconds`
}

interface Counts {
  /** Seconds until the key may try again; 0 when it may now. */
  readonly waitS: (key: string) => number
  /** Counts one; what it returns takes it back. */
  readonly fail: (key: string) => () => void
}

function createCounts(nowMs: () => number, max: number, windowMs: number): Counts {
  const failures = new Map<string, { count: number; until_ms: number }>()
  return {
    waitS: (key) => {
      const entry = failures.get(key)
      if (!entry || entry.count < max) return 0
      return Math.max(0, Math.ceil((entry.until_ms - nowMs()) / 1000))
    },
    fail: (key) => {
      const found = failures.get(key)
      const entry =
        found && found.until_ms > nowMs() ? found : { count: 0, until_ms: nowMs() + windowMs }
      if (entry !== found) failures.delete(key)
      failures.set(key, entry)
      entry.count += 1
      const [oldest] = failures.keys()
      if (failures.size > SIGN_IN_ADDRESSES_MAX && oldest !== undefined) failures.delete(oldest)
      return () => {
        entry.count -= 1
        if (entry.count <= 0 && failures.get(key) === entry) failures.delete(key)
      }
    },
  }
}
