/**
 * Wilson's interval for a share: how far the true one may lie from k of n, at 95 %. Unlike the
 * textbook interval it is right for few events and for shares near none and all. Pure.
 */

export interface Interval {
  readonly low: number
  readonly high: number
}

const Z = 1.959963984540054

/** 0 <= k <= n; k may be a sum of parts. Nothing is known of an empty sample: 0 to 1. */
export function wilson(k: number, n: number): Interval {
  if (n <= 0) return { low: 0, high: 1 }
  const p = Math.min(1, Math.max(0, k / n))
  const z2 = Z * Z
  const scale = 1 + z2 / n
  const centre = (p + z2 / (2 * n)) / scale
  const half = (Z * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n))) / scale
  // None and all are exact: a rounding of 1e-17 would be shown as "<1%".
  const [low, high] = [Math.max(0, centre - half), Math.min(1, centre + half)]
  return { low: p === 0 ? 0 : low, high: p === 1 ? 1 : high }
}
