/** Where asking goes on after a page: the moments of the platform decide, never ours. */
import { expect, it } from 'vitest'
import type { Polled, Polling, PollPlace } from '../source.ts'
import { nextPlace, stepAfter } from './place.ts'

const polled = (changed_s: number): Polled => ({ headers: {}, text: '', placed_s: 0, changed_s })

const CASES: readonly [
  string,
  Polling['order'],
  { place: PollPlace; changed: readonly number[]; next?: string; clockS?: number },
  { place: PollPlace; isMore: boolean },
][] = [
  [
    'a full page: from its last moment on, and not its number',
    'oldest_first',
    { place: { since_s: 10 }, changed: [11, 15], next: '2' },
    { place: { since_s: 15 }, isMore: true },
  ],
  [
    'a full page of one moment: the next page of the same question',
    'oldest_first',
    { place: { since_s: 10 }, changed: [10, 10], next: '2' },
    { place: { since_s: 10, next: '2' }, isMore: true },
  ],
  [
    'the last page ends the round',
    'oldest_first',
    { place: { since_s: 10, next: '2' }, changed: [12] },
    { place: { since_s: 12 }, isMore: false },
  ],
  [
    'an empty page moves nothing',
    'oldest_first',
    { place: { since_s: 10 }, changed: [] },
    { place: { since_s: 10 }, isMore: false },
  ],
  [
    'an empty page is the last one, whatever is said to come after it',
    'oldest_first',
    { place: { since_s: 10, next: '7' }, changed: [], next: '8' },
    { place: { since_s: 10 }, isMore: false },
  ],
  [
    'a moment beyond the clock of the platform moves on to that clock only',
    'oldest_first',
    { place: { since_s: 10 }, changed: [12, 9999], clockS: 100 },
    { place: { since_s: 100 }, isMore: false },
  ],
  [
    'newest first: the first page names where the next round begins',
    'newest_first',
    { place: { since_s: 10 }, changed: [50, 40], next: 'b' },
    { place: { since_s: 10, next: 'b', newest_s: 50 }, isMore: true },
  ],
  [
    'newest first: only the last page moves it there',
    'newest_first',
    { place: { since_s: 10, next: 'b', newest_s: 50 }, changed: [30] },
    { place: { since_s: 50 }, isMore: false },
  ],
]

it.each(CASES)('%s', (_, order, { place, changed, next, clockS = 1000 }, out) => {
  const page = { orders: changed.map(polled), ...(next === undefined ? {} : { next }) }
  expect(stepAfter(page, { place, order, clockS })).toEqual(out)
})

it('a round begins a little before the end of the last, one that was cut off where it was', () => {
  expect(nextPlace({ since_s: 10_000 }, false)).toEqual({ since_s: 9_400 })
  expect(nextPlace({ since_s: 10_000, next: '7' }, true)).toEqual({ since_s: 10_000, next: '7' })
})
