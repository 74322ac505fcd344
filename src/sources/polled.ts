/**
 * What the pages of all platforms have in common: a list of orders, each as the text that its
 * source translates, with the moments by which it is put in order. Used by the files that ask one
 * platform for its orders.
 */
import { secondsOf } from './moment.ts'
import type { Polled, PollPlace } from './source.ts'
import { isObject, type Tree, textAt } from './tree.ts'

interface Where {
  readonly place: PollPlace
  /** Paths of its moments, the first that is there. */
  readonly placed: readonly string[]
  readonly changed: readonly string[]
  /** As the platform would have delivered it. */
  readonly delivered: (order: Tree, text: string) => Pick<Polled, 'headers' | 'text' | 'fetched'>
}

/** Undefined where it is no list of objects. */
export function polledIn(list: Tree, where: Where): readonly Polled[] | undefined {
  if (!Array.isArray(list) || !list.every(isObject)) return undefined
  const { place, placed, changed, delivered } = where
  return list.map((order): Polled => {
    const changed_s = secondsOf(textAt(order, ...changed)) ?? place.since_s
    return {
      ...delivered(order, JSON.stringify(order)),
      placed_s: secondsOf(textAt(order, ...placed)) ?? changed_s,
      changed_s,
    }
  })
}

/** 2026-11-28T14:05:00Z */
export const isoOf = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')

/** Pages that are numbered: the one after it, as long as they are full. */
export function numberedNext(place: PollPlace, isFull: boolean): { readonly next?: string } {
  return isFull ? { next: String(pageOf(place) + 1) } : {}
}

export const pageOf = ({ next }: PollPlace): number => Number(next ?? 1)
