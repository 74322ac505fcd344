/**
 * How fast one destination is sent to: a token bucket for its rate limit, a pause that the remote
 * asked for, and how many batches may be under way. Pure state: the lane tells it what happened.
 */
export interface PaceOptions {
  /** Events a second; undefined: as fast as the remote takes them. */
  readonly eventsPerSMax: number | undefined
  readonly inFlightMax: number
}

export class Pace {
  readonly #perMs: number
  readonly #burst: number
  readonly #inFlightMax: number
  #tokens: number
  #filledMs = Number.NEGATIVE_INFINITY
  #pausedUntilMs = Number.NEGATIVE_INFINITY
  #slots: number

  constructor({ eventsPerSMax, inFlightMax }: PaceOptions) {
    this.#perMs = (eventsPerSMax ?? Number.POSITIVE_INFINITY) / 1000
    this.#burst = Math.max(1, eventsPerSMax ?? Number.POSITIVE_INFINITY)
    this.#tokens = this.#burst
    this.#inFlightMax = Math.max(1, inFlightMax)
    this.#slots = this.#inFlightMax
  }

  /** Batches that may be under way at once: halved when the remote is slow, then grown again. */
  get slots(): number {
    return this.#slots
  }

  /** Events that may leave now. */
  allowance(nowMs: number): number {
    if (nowMs < this.#pausedUntilMs) return 0
    if (this.#burst === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY
    if (nowMs > this.#filledMs) {
      const filled = this.#tokens + (nowMs - this.#filledMs) * this.#perMs
      this.#tokens = Math.min(this.#burst, filled)
      this.#filledMs = nowMs
    }
    return Math.floor(this.#tokens)
  }

  /** When something may leave again, given that nothing may now. */
  nextMs(nowMs: number): number {
    const missing = 1 - this.#tokens
    const filledMs = missing > 0 ? nowMs + Math.ceil(missing / this.#perMs) : nowMs
    return Math.max(this.#pausedUntilMs, filledMs)
  }

  /** `events` are about to leave; a negative number gives back what did not. */
  take(events: number): void {
    if (this.#burst !== Number.POSITIVE_INFINITY) this.#tokens -= events
  }

  pauseUntil(ms: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, ms)
  }

  slower(): void {
    this.#slots = Math.max(1, Math.floor(this.#slots / 2))
  }

  faster(): void {
    this.#slots = Math.min(this.#inFlightMax, this.#slots + 1)
  }

  /** The owner asks for a try at once: what the remote asked for counts no more. */
  resume(): void {
    this.#pausedUntilMs = Number.NEGATIVE_INFINITY
  }
}
