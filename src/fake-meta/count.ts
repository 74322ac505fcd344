/**
 * What Meta would count: each copy of an action is counted once. By event_name and event_id within
 * 48 h of the first copy, which wins; the browser's copy is favoured when the two come within five
 * minutes. Else by external_id, or fbp, where the browser's copy came first. Sums are exact.
 * It knows nothing of HTTP or validity; events.ts and hit.ts report copies to it.
 */
import { type Amount, amountOf, decimalOf } from '../event/money.ts'
import {
  BROWSER_FAVOURED_MS,
  COUNTED_KEPT_MAX,
  DEDUP_WINDOW_MS,
  IDS_REMEMBERED_MAX,
  NAMES_MAX,
  WAITING_PER_PERSON_MAX,
  WAITING_REMEMBERED_MAX,
} from './bounds.ts'
import { Kept, type Page, type PageQuery } from './kept.ts'

export type Side = 'browser' | 'server'

/** One report of an action, as it arrived. */
export interface Copy {
  readonly event_name: string
  readonly event_id: string | undefined
  readonly side: Side
  readonly value: number | undefined
  /** Upper case; undefined where there is none. */
  readonly currency: string | undefined
  /** Hashed, so that a clear and a hashed copy compare. */
  readonly externalIds: readonly string[]
  /** Without the suffix of Meta's parameter builder. */
  readonly fbp: string | undefined
}

export type Decision =
  | { readonly counted: true; readonly n: number }
  | {
      readonly counted: false
      /** The counted event's number, and what matched. */
      readonly n: number
      readonly by: 'event_id' | 'external_id' | 'fbp'
      /** This browser copy took the place of the server's. */
      readonly favoured?: true
    }

export interface CountedEvent {
  /** The number by which copies refer to it. */
  readonly n: number
  readonly event_name: string
  readonly event_id?: string
  /** Whose copy is kept. */
  side: Side
  value?: number
  currency?: string
  readonly received_at_ms: number
  /** Copies that were discarded for this one. */
  copies: number
}

interface Remembered {
  readonly counted: CountedEvent
  readonly externalIds: readonly string[]
  readonly event_id: string | undefined
  /** A browser event absorbs one server copy. */
  isPaired: boolean
}

interface NameSums {
  count: number
  browser: number
  server: number
  readonly values: Map<string, { units: bigint; micros: bigint }>
}

export interface CountedTotals {
  /** Valid copies that came, and what became of them: copies = counted + discarded. */
  readonly copies: number
  readonly counted: number
  readonly discarded: {
    readonly by_event_id: number
    readonly by_external_id: number
    readonly by_fbp: number
  }
  /** Browser copies that took the place of a server's. */
  readonly browser_favoured: number
  /** Ids and waiting browser events forgotten before their 48 h for lack of room. */
  readonly forgotten: number
  /** Values as exact decimals, by currency; "(none)" where a value came without one. */
  readonly by_name: Readonly<
    Record<
      string,
      { count: number; browser: number; server: number; values: Record<string, string> }
    >
  >
}

const OTHER = '(other)'
const NO_CURRENCY = '(none)'

export class Counter {
  private readonly ids = new Map<string, Remembered>()
  /** Browser events by external_id and by fbp, in the order of arrival. */
  private readonly waiting = new Map<string, Remembered[]>()
  private readonly names = new Map<string, NameSums>()
  private readonly list = new Kept<CountedEvent>(COUNTED_KEPT_MAX)
  private discarded = { by_event_id: 0, by_external_id: 0, by_fbp: 0 }
  private favoured = 0
  private forgotten = 0

  take(copy: Copy, nowMs: number): Decision {
    this.forgetOld(nowMs)
    const idKey = copy.event_id ? `${copy.event_name}\n${copy.event_id}` : undefined
    const twin = idKey === undefined ? undefined : this.ids.get(idKey)
    if (twin && isWithin(twin, nowMs)) return this.discardById(twin, copy, nowMs)
    const waiting = copy.side === 'server' ? this.findWaiting(copy, nowMs) : undefined
    if (waiting) {
      waiting.found.isPaired = true
      if (idKey !== undefined) this.rememberId(idKey, waiting.found)
      this.discarded[`by_${waiting.by}`] += 1
      waiting.found.counted.copies += 1
      return { counted: false, n: waiting.found.counted.n, by: waiting.by }
    }
    return { counted: true, n: this.addCounted(copy, idKey, nowMs) }
  }

  totals(): CountedTotals {
    const { by_event_id, by_external_id, by_fbp } = this.discarded
    return {
      copies: this.list.count + by_event_id + by_external_id + by_fbp,
      counted: this.list.count,
      discarded: { ...this.discarded },
      browser_favoured: this.favoured,
      forgotten: this.forgotten,
      by_name: Object.fromEntries([...this.names].map(([name, sums]) => [name, shown(sums)])),
    }
  }

  page(
    query: PageQuery & { readonly event_name?: string; readonly event_id?: string },
  ): Page<CountedEvent> {
    return this.list.page(
      query,
      ({ event_name, event_id }) =>
        (query.event_name === undefined || query.event_name === event_name) &&
        (query.event_id === undefined || query.event_id === event_id),
    )
  }

  private addCounted(copy: Copy, idKey: string | undefined, nowMs: number): number {
    const counted: CountedEvent = {
      n: this.list.next,
      event_name: copy.event_name,
      ...(copy.event_id ? { event_id: copy.event_id } : {}),
      side: copy.side,
      received_at_ms: nowMs,
      copies: 0,
    }
    this.list.add(counted)
    this.book(counted, copy)
    const { externalIds, event_id } = copy
    const entry: Remembered = { counted, externalIds, event_id, isPaired: false }
    if (idKey !== undefined) this.rememberId(idKey, entry)
    if (copy.side === 'browser') {
      for (const { key } of fallbackKeys(copy)) {
        const known = this.waiting.get(key) ?? []
        const row = known.filter((one) => !one.isPaired && isWithin(one, nowMs))
        if (row.length >= WAITING_PER_PERSON_MAX) {
          row.shift()
          this.forgotten += 1
        }
        row.push(entry)
        this.rememberWaiting(key, row)
      }
    }
    return counted.n
  }

  private discardById(twin: Remembered, copy: Copy, nowMs: number): Decision {
    const { counted } = twin
    this.discarded.by_event_id += 1
    counted.copies += 1
    if (copy.side !== counted.side) twin.isPaired = true
    const isSoon = nowMs - counted.received_at_ms <= BROWSER_FAVOURED_MS
    if (copy.side === 'server' || counted.side === 'browser' || !isSoon) {
      return { counted: false, n: counted.n, by: 'event_id' }
    }
    this.unbook(counted)
    this.book(counted, copy)
    this.favoured += 1
    return { counted: false, n: counted.n, by: 'event_id', favoured: true }
  }

  /** external_id where both have one; fbp is looked at only where one of the two has none. */
  private findWaiting(
    copy: Copy,
    nowMs: number,
  ): { found: Remembered; by: 'external_id' | 'fbp' } | undefined {
    for (const { key, by } of fallbackKeys(copy)) {
      const found = this.waiting.get(key)?.find(
        (one) =>
          !one.isPaired &&
          isWithin(one, nowMs) &&
          // Two different ids are two different actions.
          !(one.event_id && copy.event_id) &&
          (by === 'external_id' || !(one.externalIds.length > 0 && copy.externalIds.length > 0)),
      )
      if (found) return { found, by }
    }
    return undefined
  }

  private book(counted: CountedEvent, { side, value, currency }: Copy): void {
    counted.side = side
    delete counted.value
    delete counted.currency
    if (value !== undefined) counted.value = value
    if (currency !== undefined) counted.currency = currency
    this.addToSums(counted, 1n)
  }

  private unbook(counted: CountedEvent): void {
    this.addToSums(counted, -1n)
  }

  private addToSums({ event_name, side, value, currency }: CountedEvent, sign: 1n | -1n): void {
    const sums = this.sumsOf(event_name)
    sums.count += Number(sign)
    sums[side] += Number(sign)
    const amount: Amount | undefined = value === undefined ? undefined : amountOf(value)
    if (!amount) return
    const sum = sums.values.get(currency ?? NO_CURRENCY) ?? { units: 0n, micros: 0n }
    sum.units += sign * BigInt(amount.units)
    sum.micros += sign * BigInt(amount.micros)
    sums.values.set(currency ?? NO_CURRENCY, sum)
  }

  private sumsOf(name: string): NameSums {
    const kept = this.names.has(name) || this.names.size < NAMES_MAX ? name : OTHER
    const known = this.names.get(kept)
    if (known) return known
    const made: NameSums = { count: 0, browser: 0, server: 0, values: new Map() }
    this.names.set(kept, made)
    return made
  }

  private rememberId(key: string, entry: Remembered): void {
    renew(this.ids, key, entry)
    if (this.ids.size > IDS_REMEMBERED_MAX) this.forgetOldest(this.ids)
  }

  private rememberWaiting(key: string, row: Remembered[]): void {
    renew(this.waiting, key, row)
    if (this.waiting.size > WAITING_REMEMBERED_MAX) this.forgetOldest(this.waiting)
  }

  private forgetOldest(map: Map<string, unknown>): void {
    const [oldest] = map.keys()
    map.delete(oldest as string)
    this.forgotten += 1
  }

  private forgetOld(nowMs: number): void {
    for (const [key, entry] of this.ids) {
      if (isWithin(entry, nowMs)) break
      this.ids.delete(key)
    }
    for (const [key, row] of this.waiting) {
      const last = row.at(-1)
      if (last && isWithin(last, nowMs)) break
      this.waiting.delete(key)
    }
  }
}

/** Newest last, so that the oldest stand first and are forgotten first. */
function renew<T>(map: Map<string, T>, key: string, entry: T): void {
  map.delete(key)
  map.set(key, entry)
}

function isWithin({ counted }: Remembered, nowMs: number): boolean {
  return nowMs - counted.received_at_ms <= DEDUP_WINDOW_MS
}

function fallbackKeys({
  event_name,
  externalIds,
  fbp,
}: Copy): { key: string; by: 'external_id' | 'fbp' }[] {
  const keys = externalIds.map((id) => ({
    key: `${event_name}\nx\n${id}`,
    by: 'external_id' as const,
  }))
  return fbp === undefined ? keys : [...keys, { key: `${event_name}\np\n${fbp}`, by: 'fbp' }]
}

function shown({ count, browser, server, values }: NameSums): {
  count: number
  browser: number
  server: number
  values: Record<string, string>
} {
  const sums = [...values].map(([currency, { units, micros }]) => [
    currency,
    decimalOf(units, micros),
  ])
  return { count, browser, server, values: Object.fromEntries(sums) }
}
