/**
 * When to try again: the only backoff of the server. Exponential with full jitter, so that what
 * failed together does not come back together; never before the moment the remote named.
 */
import { BACKOFF_FIRST_MS, BACKOFF_MS_MAX, RETRY_AFTER_MS_MAX } from '../limits.ts'

export interface Failure {
  /** Tries before the one that failed. */
  readonly attempts: number
  /** The remote's own wish (Retry-After), from now. */
  readonly afterMs?: number | undefined
}

/** Milliseconds from now. `random` gives [0, 1). */
export function backoffMs({ attempts, afterMs = 0 }: Failure, random: () => number): number {
  // The exponent is cut before the power is taken: 2 ** 2000 is not a number to multiply with.
  const ceilingMs = Math.min(BACKOFF_MS_MAX, BACKOFF_FIRST_MS * 2 ** Math.min(attempts, 30))
  const jitterMs = Math.round(random() * ceilingMs)
  if (!(afterMs > 0)) return jitterMs
  // A wrong clock or header of the remote must not park an event for ever.
  const askedMs = Math.min(afterMs, RETRY_AFTER_MS_MAX)
  return Math.max(jitterMs, askedMs + Math.round(random() * BACKOFF_FIRST_MS))
}
