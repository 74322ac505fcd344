/**
 * Events per minute and dataset, as a token bucket that holds one minute's worth. Protects the
 * other datasets of the instance from one that runs wild; the queue protects the process.
 */
import type { Dataset } from '../event/dataset.ts'
import { DATASETS_MAX } from '../limits.ts'

interface Bucket {
  tokens: number
  atMs: number
}

export interface Rate {
  /** 0 when the events may come in, else the seconds until they may. */
  take(dataset: Dataset, events: number): number
}

export function createRate(nowMs: () => number): Rate {
  const buckets = new Map<string, Bucket>()
  return {
    take({ dataset_id, events_per_minute_max: perMinute }, events) {
      const atMs = nowMs()
      const bucket = buckets.get(dataset_id) ?? { tokens: perMinute, atMs }
      if (buckets.size >= DATASETS_MAX) buckets.clear()
      buckets.set(dataset_id, bucket)
      const perMs = perMinute / 60_000
      bucket.tokens = Math.min(perMinute, bucket.tokens + Math.max(0, atMs - bucket.atMs) * perMs)
      bucket.atMs = atMs
      // A request larger than the bucket goes through when the bucket is full, and leaves a debt.
      const missing = Math.min(events, perMinute) - bucket.tokens
      if (missing > 0) return Math.ceil(missing / perMs / 1000)
      bucket.tokens -= events
      return 0
    },
  }
}
