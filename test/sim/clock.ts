/**
 * Time that moves only when nothing is left to do. What takes real time (a request on loopback, a
 * write) runs inside `busy`, so that virtual time stands still meanwhile: days pass in seconds, and
 * every run of a seed takes the same steps in the same order.
 */
interface Sleeper {
  readonly atMs: number
  /** In the order of falling asleep, where two wake at the same time. */
  readonly no: number
  readonly wake: () => void
}

/** Turns of the event loop with nothing to do, after which nothing will come of itself. */
const QUIET_TURNS = 4

export class VirtualClock {
  nowMs: number
  #busy = 0
  #made = 0
  readonly #sleepers = new Set<Sleeper>()

  constructor(startMs: number) {
    this.nowMs = startMs
  }

  readonly now = (): number => this.nowMs

  /** Resolves after `ms` of virtual time, or at once when the signal is given up. */
  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((done) => {
      if (signal?.aborted) return done()
      const wake = (): void => {
        this.#sleepers.delete(sleeper)
        signal?.removeEventListener('abort', wake)
        done()
      }
      this.#made += 1
      const sleeper = { atMs: this.nowMs + ms, no: this.#made, wake }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', wake)
    })

  readonly busy = async <T>(work: () => Promise<T>): Promise<T> => {
    this.#busy += 1
    try {
      return await work()
    } finally {
      this.#busy -= 1
    }
  }

  async advanceTo(untilMs: number): Promise<void> {
    for (;;) {
      await this.quiet()
      const next = this.#first()
      if (!next || next.atMs > untilMs) break
      this.nowMs = Math.max(this.nowMs, next.atMs)
      next.wake()
    }
    this.nowMs = Math.max(this.nowMs, untilMs)
  }

  /** Until nothing has anything left to do at this moment. */
  async quiet(): Promise<void> {
    for (let turns = 0; turns < QUIET_TURNS; turns++) {
      await new Promise((done) => setImmediate(done))
      if (this.#busy > 0) turns = -1
    }
  }

  #first(): Sleeper | undefined {
    let first: Sleeper | undefined
    for (const one of this.#sleepers) {
      if (!first || one.atMs < first.atMs || (one.atMs === first.atMs && one.no < first.no)) {
        first = one
      }
    }
    return first
  }
}
