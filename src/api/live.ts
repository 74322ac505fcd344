/**
 * Hands every committed leg to those who watch its dataset right now. Keeps nothing: who was not
 * there reads the store. Called by main.ts (publish) and live-stream.ts (subscribe).
 */
import { TwofoldError } from '../errors.ts'
import type { Leg } from '../event/shape.ts'
import { LIVE_LISTENERS_MAX } from '../limits.ts'

type Listener = (leg: Leg) => void

export interface Live {
  /** After the commit, in seq order. Costs nothing while nobody watches. */
  publish(legs: readonly Leg[]): void
  /** `listener` must not throw and must not block. Throws `too_many_listeners`. */
  subscribe(datasetId: string, listener: Listener): () => void
}

/** `onWatch` hears of all watched datasets whenever they change. */
export function createLive(onWatch: (datasets: readonly string[]) => void): Live {
  const byDataset = new Map<string, Set<Listener>>()
  let count = 0
  return {
    publish: (legs) => {
      if (count === 0) return
      for (const leg of legs) {
        for (const listener of byDataset.get(leg.envelope.dataset_id) ?? []) listener(leg)
      }
    },
    subscribe: (datasetId, listener) => {
      if (count >= LIVE_LISTENERS_MAX) throw new TwofoldError('too_many_listeners')
      // Wrapped, so that one function subscribed twice counts and ends as two.
      const own: Listener = (leg) => listener(leg)
      const listeners = byDataset.get(datasetId) ?? new Set()
      const first = listeners.size === 0
      byDataset.set(datasetId, listeners.add(own))
      count += 1
      if (first) onWatch([...byDataset.keys()])
      return () => {
        if (!listeners.delete(own)) return
        count -= 1
        if (listeners.size === 0 && byDataset.get(datasetId) === listeners) {
          byDataset.delete(datasetId)
          onWatch([...byDataset.keys()])
        }
      }
    },
  }
}
