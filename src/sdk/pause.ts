/**
 * How long to wait after a failed request: full jitter, so that programs which failed together do
 * not come back together, and never less than the server asked for. Pure; for sender.ts.
 */
import { PAUSE_FIRST_MS, PAUSE_MS_MAX } from './limits.ts'

export interface Failed {
  /** Failed requests in a row, from 1. */
  readonly failures: number
  /** Retry-After, from now. */
  readonly afterMs?: number | undefined
}

/** Milliseconds. `random` gives [0, 1). */
export function pauseMs({ failures, afterMs = 0 }: Failed, random: () => number): number {
  // The exponent is cut before the power is taken: it would leave what a number can hold.
  const ceilingMs = Math.min(PAUSE_MS_MAX, PAUSE_FIRST_MS * 2 ** Math.min(failures - 1, 20))
  const jitterMs = Math.round(random() * ceilingMs)
  return afterMs > 0 ? afterMs + Math.round(random() * PAUSE_FIRST_MS) : jitterMs
}
