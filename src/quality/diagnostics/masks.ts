/** What the website events of servers told about people, from the counters of a window. Pure. */
import type { Masks } from '../match-score.ts'
import type { Counts } from './counts.ts'

export const masksOf = (counts: Counts, name: string): Masks =>
  new Map(
    [...counts.family('match:', { name, side: 'server' })].map(([mask, n]) => [Number(mask), n]),
  )
