/**
 * The circuit breaker of one destination: after enough failures in a row nothing is sent for a
 * while, then one small probe decides. Pure state: the lane tells it what happened and when.
 */
import { BREAKER_FAILURES_MAX, BREAKER_OPEN_MS_MAX, BREAKER_OPEN_MS_MIN } from '../limits.ts'
import { backoffMs } from './backoff.ts'

export type BreakerState = 'closed' | 'open' | 'half_open'

export class Breaker {
  readonly #random: () => number
  #failures = 0
  #openUntilMs = Number.NEGATIVE_INFINITY

  constructor(random: () => number) {
    this.#random = random
  }

  /** half_open: one try at a time, until it succeeded or failed. */
  state(nowMs: number): BreakerState {
    if (this.#failures < BREAKER_FAILURES_MAX) return 'closed'
    return nowMs < this.#openUntilMs ? 'open' : 'half_open'
  }

  /** When the next try may be made, as long as it is open. */
  get openUntilMs(): number {
    return this.#openUntilMs
  }

  /** Also when the owner asks for a try at once. */
  succeeded(): void {
    this.#failures = 0
    this.#openUntilMs = Number.NEGATIVE_INFINITY
  }

  /** Several batches under way fail together: those after the first only confirm it. */
  failed(nowMs: number): void {
    const before = this.state(nowMs)
    if (before === 'open') return
    this.#failures += 1
    if (this.#failures < BREAKER_FAILURES_MAX) return
    const attempts = this.#failures - BREAKER_FAILURES_MAX
    const ms = backoffMs({ attempts: attempts + BREAKER_PATIENCE }, this.#random)
    // Not at once: a probe that follows the failure immediately would learn nothing.
    this.#openUntilMs = nowMs + Math.min(Math.max(ms, BREAKER_OPEN_MS_MIN), BREAKER_OPEN_MS_MAX)
  }
}

/** The first pause is that of the third failure: the failures that opened it waited already. */
const BREAKER_PATIENCE = 2
