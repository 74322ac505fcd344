/**
 * A list that forgets: numbered from 1 in the order of arrival, bounded in items and bytes, the
 * oldest dropped first and counted. It serves the pages of GET /good, /bad, /counted, /requests.
 */
import { PAGE_DEFAULT, PAGE_MAX } from './bounds.ts'

export interface Page<T> {
  readonly items: readonly T[]
  /** Ask with `after` set to this for what comes next; absent on the last page. */
  readonly next_after?: number
  /** Items that were there once and are forgotten. */
  readonly dropped: number
}

export interface PageQuery {
  /** Numbers up to this one are left out. */
  readonly after?: number | undefined
  readonly limit?: number | undefined
}

export class Kept<T> {
  private items: T[] = []
  private sizes: number[] = []
  private head = 0
  private bytes = 0
  private readonly itemsMax: number
  private readonly bytesMax: number
  /** How many have come; also the number of the last one. */
  count = 0

  constructor(itemsMax: number, bytesMax = Number.POSITIVE_INFINITY) {
    this.itemsMax = itemsMax
    this.bytesMax = bytesMax
  }

  get dropped(): number {
    return this.count - (this.items.length - this.head)
  }

  /** The number the next item gets. */
  get next(): number {
    return this.count + 1
  }

  add(item: T, bytes = 0): void {
    this.items.push(item)
    this.sizes.push(bytes)
    this.count += 1
    this.bytes += bytes
    while (this.items.length - this.head > this.itemsMax || this.bytes > this.bytesMax) this.drop()
  }

  page({ after = 0, limit = PAGE_DEFAULT }: PageQuery, wanted: (item: T) => boolean): Page<T> {
    const most = Math.min(Math.max(1, limit), PAGE_MAX)
    const found: T[] = []
    let number = Math.max(after, this.dropped)
    for (; number < this.count && found.length < most; number++) {
      const item = this.items[number - this.dropped + this.head] as T
      if (wanted(item)) found.push(item)
    }
    const more = number < this.count ? { next_after: number } : {}
    return { items: found, ...more, dropped: this.dropped }
  }

  private drop(): void {
    if (this.head >= this.items.length) return
    this.bytes -= this.sizes[this.head] ?? 0
    this.items[this.head] = undefined as T
    this.head += 1
    // Moving the rest once in a while costs less than shifting at every item.
    if (this.head < 1024 || this.head * 2 < this.items.length) return
    this.items = this.items.slice(this.head)
    this.sizes = this.sizes.slice(this.head)
    this.head = 0
  }
}
