/**
 * Settling in the SQLite driver: delivered ones end as counters, a bit and a line of their
 * exchange; what failed becomes a row of its own; what was given back stays packed. Used by
 * sqlite-outbox.ts.
 */
import { DELIVERY_DETAIL_CHARS_MAX } from '../../limits.ts'
import type { Settlement, SettleRequest } from '../outbox.ts'
import type { Connection } from './sqlite-connection.ts'
import type { Delivered } from './sqlite-outbox-delivered.ts'
import type { CountDeltas, Destinations } from './sqlite-outbox-destinations.ts'
import type { DeliveredEntry, Exchanges } from './sqlite-outbox-exchanges.ts'
import type { PackedKey } from './sqlite-outbox-pack.ts'
import { type Entry, FRESH, type Row, type RowHead, type Rows } from './sqlite-outbox-rows.ts'

interface Parts {
  readonly connection: Connection
  readonly destinations: Destinations
  readonly rows: Rows
  readonly delivered: Delivered
  readonly exchanges: Exchanges
}

type Failure = Exclude<Settlement, { state: 'delivered' | 'pending' }>

/** A delivery with what became of it. */
interface Ended<S extends Settlement = Settlement> {
  readonly row: Row
  readonly entry: Entry
  readonly settlement: S
}

const keyOf = ({ seq, leg_seq }: PackedKey): string => `${seq}.${leg_seq}`

export class Settler {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Inside write. */
  settle(asked: SettleRequest): number {
    const request = { ...asked, now_ms: Math.floor(asked.now_ms) }
    const [, no, lease] = LEASE.exec(request.lease) ?? []
    if (no === undefined) return 0
    const destinationNo = Number(no)
    const wanted = this.#wanted(destinationNo, request.settlements)
    if (wanted.size === 0) return 0
    const ended: Ended[] = []
    for (const row of this.#parts.rows.leased(destinationNo, Number(lease))) {
      const rest = row.entries.filter((entry) => {
        const settlement = wanted.get(keyOf(entry))
        if (settlement) ended.push({ row, entry, settlement })
        return settlement === undefined
      })
      this.#parts.rows.keep(row, rest)
    }
    if (ended.length > 0) this.#end(destinationNo, request, ended)
    return ended.length
  }

  /** The settlements of this destination; the first of each delivery counts. */
  #wanted(destinationNo: number, all: readonly Settlement[]): Map<string, Settlement> {
    const wanted = new Map<string, Settlement>()
    const where = this.#parts.destinations.whereOf(destinationNo)
    if (!where) return wanted
    for (const settlement of all) {
      const { dataset_id, destination_id } = settlement
      if (dataset_id !== where.dataset_id || destination_id !== where.destination_id) continue
      const key = keyOf(settlement)
      if (!wanted.has(key)) wanted.set(key, settlement)
    }
    return wanted
  }

  #end(destinationNo: number, request: SettleRequest, ended: readonly Ended[]): void {
    const { destinations, delivered } = this.#parts
    const { now_ms } = request
    const counts = { pending: 0, retrying: 0, held: 0, delivered: 0, rejected: 0 }
    for (const { settlement } of ended) counts[settlement.state] += 1
    const all: CountDeltas = { ...counts, leased: -ended.length }
    destinations.count(destinationNo, all)
    destinations.countHour(destinationNo, now_ms, { ...counts, retried: counts.retrying })
    const done = ended.filter(({ settlement }) => settlement.state === 'delivered')
    delivered.mark(
      destinationNo,
      done.map(({ entry }) => entry),
    )
    const numbers = this.#keepExchanges(destinationNo, request, ended)
    this.#giveBack(ended.filter(isGivenBack), now_ms)
    for (const one of ended.filter(isFailure)) this.#fail(one, numbers, now_ms)
  }

  /** Returns the number of each exchange that is named. */
  #keepExchanges(
    destinationNo: number,
    { exchanges, now_ms }: SettleRequest,
    ended: readonly Ended[],
  ): Map<number, number> {
    const brought = new Map<number, DeliveredEntry[]>()
    for (const { row, entry, settlement } of ended) {
      if (settlement.state === 'pending' || settlement.exchange === undefined) continue
      const { exchange, state } = settlement
      const entries = brought.get(exchange) ?? []
      brought.set(exchange, entries)
      if (state !== 'delivered') continue
      const { created_ms, attempts } = row
      entries.push({ ...entry, created_ms, attempts: attempts + 1 })
    }
    const numbers = new Map<number, number>()
    for (const [index, entries] of brought) {
      const record = exchanges[index]
      if (!record) continue
      numbers.set(
        index,
        this.#parts.exchanges.add(destinationNo, record, { settledMs: now_ms, entries }),
      )
    }
    return numbers
  }

  #giveBack(back: readonly Ended<GivenBack>[], nowMs: number): void {
    for (const [row, ofRow] of Map.groupBy(back, ({ row }) => row)) {
      const alike = Map.groupBy(ofRow, ({ settlement: { due_ms, maybe_sent_ms = 0 } }) =>
        [Math.ceil(due_ms), maybe_sent_ms].join(),
      )
      for (const same of alike.values()) {
        const [first] = same
        if (!first) continue
        const due_ms = Math.ceil(first.settlement.due_ms)
        const maybe = { maybe_sent_ms: maybeSent(first) }
        const head: RowHead = { ...row, state: 'pending', due_ms, lease: null, ...maybe }
        this.#parts.rows.insert(
          head,
          same.map(({ entry }) => entry),
          nowMs,
        )
      }
    }
  }

  #fail(ended: Ended<Failure>, exchanges: ReadonlyMap<number, number>, nowMs: number): void {
    const { row, entry, settlement } = ended
    const { destination_no, created_ms, attempts, under_rules } = row
    const { state, code, detail, exchange } = settlement
    const head: RowHead = {
      ...FRESH,
      ...{ destination_no, created_ms, state, code, under_rules },
      maybe_sent_ms: maybeSent(ended),
      attempts: attempts + 1,
      due_ms: settlement.state === 'retrying' ? Math.ceil(settlement.due_ms) : nowMs,
      settled_ms: nowMs,
      detail: detail.slice(0, DELIVERY_DETAIL_CHARS_MAX),
      exchange_no: (exchange === undefined ? undefined : exchanges.get(exchange)) ?? null,
    }
    this.#parts.rows.insert(head, [entry], nowMs)
  }
}

/** The first of all tries. */
function maybeSent({ row, settlement }: Ended): number | null {
  const { maybe_sent_ms } = settlement
  return row.maybe_sent_ms ?? (maybe_sent_ms === undefined ? null : Math.floor(maybe_sent_ms))
}

type GivenBack = Extract<Settlement, { state: 'pending' }>

/** `destination.lease`, as claim makes it. */
const LEASE = /^(\d{1,15})\.(\d{1,15})$/

const isGivenBack = (ended: Ended): ended is Ended<GivenBack> =>
  ended.settlement.state === 'pending'

const isFailure = (ended: Ended): ended is Ended<Failure> =>
  ended.settlement.state !== 'pending' && ended.settlement.state !== 'delivered'
