/**
 * Which events of one destination were refused while no other was taken, so that a setting may be
 * at fault as well as they. Once others were taken after that, an event that is refused again, and
 * alone, is proven bad. In memory: after a restart the doubt begins anew. Used by lane.ts.
 */
import type { Outcome } from '../destinations/destination.ts'
import { DOUBTS_MAX } from '../limits.ts'
import type { DeliveryKey } from '../store/outbox.ts'
import { type Batch, keyOf } from './batch.ts'
import type { Tried } from './send.ts'

export class Doubts {
  /** With how many batches had been taken when it was refused first; asked longest ago first. */
  readonly #refused = new Map<string, { readonly key: DeliveryKey; readonly taken: number }>()
  #taken = 0

  /** Rejects what is proven bad, and remembers what was learnt. */
  decide({ claimed }: Pick<Batch, 'claimed'>, tried: Tried): Tried {
    const outcomes = tried.outcomes.map((outcome, index) => {
      const key = claimed[index]
      return key ? this.#decideOne(keyOf(key), outcome) : outcome
    })
    if (outcomes.some(({ state }) => state === 'delivered')) this.#taken += 1
    return { ...tried, outcomes }
  }

  /** Those to be asked about next. */
  next(n: number): readonly DeliveryKey[] {
    return [...this.#refused.values().take(n)].map(({ key }) => key)
  }

  #decideOne(key: DeliveryKey, outcome: Outcome): Outcome {
    const name = nameOf(key)
    if (outcome.state !== 'held' || outcome.doubt === undefined) {
      this.#refused.delete(name)
      return outcome
    }
    const taken = this.#refused.get(name)?.taken ?? this.#taken
    this.#refused.delete(name)
    if (outcome.doubt === 'alone' && taken < this.#taken) {
      const { code, detail } = outcome
      return { state: 'rejected', code, detail: `${detail} ${OTHERS_TAKEN}` }
    }
    this.#refused.set(name, { key, taken })
    if (this.#refused.size > DOUBTS_MAX) {
      const [oldest = ''] = this.#refused.keys()
      this.#refused.delete(oldest)
    }
    return outcome
  }
}

const OTHERS_TAKEN = 'Meanwhile others were taken, so it is this event.'

const nameOf = ({ seq, leg_seq }: DeliveryKey): string => `${seq}.${leg_seq}`
