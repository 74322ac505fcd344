/**
 * How far a platform was asked, and where to go on: by the moments that its own clock wrote, so
 * that neither clock has to be right. Pure. Called by round.ts and poller.ts.
 */
import { POLL_FIRST_S, POLL_OVERLAP_S } from '../../enrich-limits.ts'
import type { Polling, PollPage, PollPlace } from '../source.ts'

/** Where a round begins that has nothing to go on from. */
export const firstPlace = (nowS: number): PollPlace => ({ since_s: nowS - POLL_FIRST_S })

/**
 * Where the next round begins after one that came to its end: a little before, for what was written
 * late. One that was cut off goes on where it was.
 */
export function nextPlace(place: PollPlace, isMore: boolean): PollPlace {
  return isMore ? place : { since_s: Math.max(0, place.since_s - POLL_OVERLAP_S) }
}

export interface Step {
  readonly place: PollPlace
  readonly isMore: boolean
}

/**
 * After a page is written down. Where pages are put in order by the last change, each asks anew
 * from the last moment it saw: a numbered page would pass over an order when one before it changes
 * and moves behind. `clockS`: the platform's own; a moment beyond it moves nothing on, or one wrong
 * date would hide all that follows.
 */
export function stepAfter(
  { orders, next: said }: PollPage,
  { place, order, clockS }: { place: PollPlace; order: Polling['order']; clockS: number },
): Step {
  const { since_s } = place
  // Nothing comes after a page of nothing, whatever is said of it: else it would never end.
  const next = orders.length > 0 ? said : undefined
  const latest = orders.reduce((max, { changed_s }) => Math.max(max, changed_s), since_s)
  const reached_s = Math.max(since_s, Math.min(latest, clockS))
  if (order === 'newest_first') {
    const newest_s = place.newest_s ?? reached_s
    if (next !== undefined) return { place: { since_s, next, newest_s }, isMore: true }
    return { place: { since_s: Math.max(since_s, newest_s) }, isMore: false }
  }
  if (next === undefined) return { place: { since_s: reached_s }, isMore: false }
  if (reached_s > since_s) return { place: { since_s: reached_s }, isMore: true }
  return { place: { since_s, next }, isMore: true }
}
