/**
 * The order of what people made: the oldest first. The store reads settings back by their ids,
 * which are random, so every book of access/ that shows a list sorts what it reads at the start.
 */
export const byAge = (a: Aged, b: Aged): number => a.created_at_ms - b.created_at_ms

interface Aged {
  readonly created_at_ms: number
}
