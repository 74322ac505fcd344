/**
 * The way from the relay to Meta: a real request on loopback, one at a time so that a run repeats,
 * behind weather that is cut off or slow. Slow in virtual time; the request itself is quick.
 */

import type { Dice } from '../../examples/brewbeans/past/dice.ts'
import type { VirtualClock } from './clock.ts'
import type { Weather } from './faults.ts'

export class Network {
  weather: Weather = 'fair'
  requests = 0
  readonly #clock: VirtualClock
  readonly #dice: Dice
  /** One exchange after the other, in the order in which they set out. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(clock: VirtualClock, dice: Dice) {
    this.#clock = clock
    this.#dice = dice
  }

  readonly fetch = async (
    input: Parameters<typeof fetch>[0],
    init: RequestInit = {},
  ): Promise<Response> => {
    const { signal } = init
    this.requests += 1
    const { weather } = this
    if (weather === 'cut') throw networkError('ECONNREFUSED')
    const slowMs = this.#dice.whole(2000, 14_000)
    const thereMs = weather === 'slow_there' ? slowMs : this.#dice.whole(20, 300)
    const backMs = weather === 'slow_back' ? slowMs : 0
    await this.#clock.sleep(thereMs, signal ?? undefined)
    // Given up by us: half of the time it arrives all the same.
    if (signal?.aborted && this.#dice.chance(0.5)) throw signal.reason
    const answer = this.#exchange(input, { ...init, signal: null })
    // Heard or not, it must not end the process when nobody waits for it any more.
    answer.catch(() => undefined)
    const response = await answer
    await this.#clock.sleep(backMs, signal ?? undefined)
    if (signal?.aborted) throw signal.reason
    return response
  }

  #exchange(input: Parameters<typeof fetch>[0], init: RequestInit): Promise<Response> {
    const answer = this.#clock.busy(async () => {
      await this.#queue
      const response = await fetch(input, init)
      const body = await response.arrayBuffer()
      const { status, headers } = response
      return new Response(body, { status, headers })
    })
    this.#queue = answer.catch(() => undefined)
    return answer
  }
}

function networkError(code: string): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) })
}
