/**
 * The outbox in plain maps: what outbox.ts means, said as shortly as it can be. Part of the memory
 * driver, which hands it the deliveries of a commit and gives it the events.
 */
import type { StoredEvent } from '../../event/shape.ts'
import {
  DEAD_LETTER_MS_MAX,
  DEAD_LETTERS_PER_DESTINATION_MAX,
  DELIVERY_DETAIL_CHARS_MAX,
} from '../../limits.ts'
import { comparePlaces, cursorOf, type DeliveryPlace, placeAt, placeOf } from '../delivery-order.ts'
import {
  type Claimed,
  type ClaimRequest,
  type DeliveryKey,
  type DeliveryPage,
  type DeliveryQuery,
  type DeliveryState,
  type DeliveryWrite,
  type EnqueueOptions,
  ERASED_CODE,
  ERASED_DETAIL,
  type ExchangeRecord,
  type Outbox,
  type RequeueRequest,
  type Settlement,
  type SettleRequest,
  type SkipWrite,
  scheduled,
  wholeMs,
} from '../outbox.ts'
import { type KeptExchange, MemoryExchanges, silence } from './memory-exchanges.ts'
import {
  byUrgency,
  CLAIMABLE,
  destinationOf,
  type Item,
  isAsked,
  isClaimable,
  isOf,
  keyOf,
  nameOf,
  rowOf,
} from './memory-items.ts'
import { MemoryTallies } from './memory-tallies.ts'

interface Ports {
  readonly nowMs: () => number
  readonly eventOf: (datasetId: string, seq: number) => StoredEvent | undefined
}

const ERASED = { code: ERASED_CODE, detail: ERASED_DETAIL }

export class MemoryOutbox implements Outbox {
  readonly #ports: Ports
  readonly #items = new Map<string, Item>()
  readonly #delivered = new Set<string>()
  readonly #tallies = new MemoryTallies()
  readonly #exchanges = new MemoryExchanges()
  #next = 1

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Throws before anything of a batch is kept. */
  check(writes: readonly DeliveryWrite[]): void {
    const names = new Set(writes.map(nameOf))
    const isTwice = writes.length !== names.size || names.values().some((n) => this.#items.has(n))
    if (isTwice) throw new Error('commit: a delivery of this batch exists already')
  }

  add(writes: readonly DeliveryWrite[], skips: readonly SkipWrite[]): void {
    for (const write of writes) this.#create(write, write.first ? 'created' : 'created_further')
    for (const skip of skips) this.#tallies.skip(skip)
  }

  async claim(request: ClaimRequest): Promise<Claimed> {
    const due = [...this.#items.values()]
      .filter((item) => isOf(item, request) && isClaimable(item, request.now_ms))
      .sort(byUrgency)
      .slice(0, request.limit)
    if (due.length === 0) return { lease: '', deliveries: [] }
    const lease = String(this.#next++)
    for (const item of due) {
      if (item.state === 'leased') {
        item.attempts += 1
        item.maybe_sent_ms ??= item.due_ms
      }
      this.#move(item, 'leased')
      Object.assign(item, { lease, due_ms: Math.ceil(request.lease_until_ms) })
    }
    const deliveries = due.map((item) => ({
      ...keyOf(item),
      attempts: item.attempts,
      created_ms: item.created_ms,
      expires_ms: item.expires_ms,
      ...(item.under_rules ? { under_rules: true as const } : {}),
      ...(item.maybe_sent_ms === undefined ? {} : { maybe_sent_ms: item.maybe_sent_ms }),
      event: this.#ports.eventOf(item.dataset_id, item.seq),
    }))
    return { lease, deliveries }
  }

  async endLeases(now_ms: number): Promise<number> {
    const nowMs = Math.floor(now_ms)
    const leased = [...this.#items.values()].filter(
      ({ state, due_ms }) => state === 'leased' && due_ms > nowMs,
    )
    for (const item of leased) item.due_ms = nowMs
    return leased.length
  }

  async settle({ lease, now_ms, settlements, exchanges }: SettleRequest): Promise<number> {
    const kept = new Map<number, KeptExchange>()
    let effective = 0
    for (const settlement of settlements) {
      const item = this.#items.get(nameOf(settlement))
      if (item?.state !== 'leased' || item.lease !== lease) continue
      effective += 1
      delete item.lease
      const exchange = this.#keep(settlement, exchanges, kept)
      this.#settleOne({ item, settlement, exchange, nowMs: Math.floor(now_ms) })
    }
    return effective
  }

  async dueDeliveries(now_ms: number): ReturnType<Outbox['dueDeliveries']> {
    const due = new Map<string, { dataset_id: string; destination_id: string }>()
    let next = Number.POSITIVE_INFINITY
    for (const item of this.#items.values()) {
      if (!CLAIMABLE.includes(item.state)) continue
      const { dataset_id, destination_id } = item
      if (item.due_ms > now_ms) next = Math.min(next, item.due_ms)
      else due.set(`${dataset_id}\n${destination_id}`, { dataset_id, destination_id })
    }
    return { due: [...due.values()], ...(Number.isFinite(next) ? { next_due_ms: next } : {}) }
  }

  async deliveries(query: DeliveryQuery): Promise<DeliveryPage> {
    const after = query.cursor === undefined ? undefined : placeAt(query.cursor)
    const live = [...this.#items.values()].map((item) => ({ row: rowOf(item), at: placeOf(item) }))
    const gone = this.#exchanges
      .all()
      .flatMap(({ no, delivered }) => delivered.map((row) => ({ row, at: placeOf(row, no) })))
    const found = [...live, ...gone]
      .filter(({ row, at }) => isAsked(query, row) && (!after || comparePlaces(after, at) < 0))
      .sort((a, b) => comparePlaces(a.at, b.at))
    const page = found.slice(0, query.limit)
    const last: DeliveryPlace | undefined = page.at(-1)?.at
    const deliveries = page.map(({ row }) => row)
    return found.length > page.length && last
      ? { deliveries, next_cursor: cursorOf(last) }
      : { deliveries }
  }

  async requeue(request: RequeueRequest): Promise<number> {
    const { states, code, keys, now_ms } = request
    const names = keys && new Set(keys.map(nameOf))
    const found = [...this.#items.values()].filter(
      (item) =>
        isOf(item, request) &&
        states.some((state) => state === item.state) &&
        (code === undefined || item.code === code) &&
        (names === undefined || names.has(nameOf(item))),
    )
    for (const item of found) {
      if (item.state === 'rejected') delete item.maybe_sent_ms
      this.#move(item, 'pending')
      const { under_rules, ...rest } = item
      const form = (request.under_rules ?? under_rules) ? { under_rules: true as const } : {}
      this.#items.set(nameOf(item), { ...rest, ...form, due_ms: Math.floor(now_ms), attempts: 0 })
    }
    return found.length
  }

  async enqueue(
    writes: Parameters<Outbox['enqueue']>[0],
    { again = false, under_rules = false }: EnqueueOptions = {},
  ): Promise<number> {
    const before = this.#items.size
    for (const write of writes) {
      const name = nameOf(write)
      if (this.#items.has(name) || (!again && this.#delivered.has(name))) continue
      this.#create(write, 'created_further')
      const item = this.#items.get(name)
      if (item && under_rules) item.under_rules = true
    }
    return this.#items.size - before
  }

  async standings(keys: readonly DeliveryKey[]): ReturnType<Outbox['standings']> {
    return keys.map((key) => {
      const state = this.#items.get(nameOf(key))?.state
      return { ...(state ? { state } : {}), delivered: this.#delivered.has(nameOf(key)) }
    })
  }

  async destinationStatus(datasetId: string): ReturnType<Outbox['destinationStatus']> {
    return this.#tallies.of(datasetId).map(({ destination_id, counts, states, skipped }) => {
      const waiting = [...this.#items.values()].filter(
        (item) =>
          isOf(item, { dataset_id: datasetId, destination_id }) && item.state !== 'rejected',
      )
      const oldest = waiting.reduce((min, item) => Math.min(min, item.created_ms), Infinity)
      return {
        destination_id,
        ...counts,
        states: { ...states },
        skipped: Object.fromEntries(skipped),
        ...(waiting.length > 0 ? { oldest_waiting_ms: oldest } : {}),
      }
    })
  }

  async auditDeliveries(datasetId: string): ReturnType<Outbox['auditDeliveries']> {
    return this.#tallies.of(datasetId).map(({ destination_id, counts, states }) => {
      const stored = { pending: 0, leased: 0, retrying: 0, held: 0, rejected: 0 }
      for (const item of this.#items.values()) {
        if (isOf(item, { dataset_id: datasetId, destination_id })) stored[item.state] += 1
      }
      const { delivered } = states
      return { destination_id, ...counts, states: { ...states }, stored: { ...stored, delivered } }
    })
  }

  async deliveryHours(
    datasetId: string,
    from_s: number,
    to_s: number,
  ): ReturnType<Outbox['deliveryHours']> {
    return this.#tallies.hours(datasetId, from_s, to_s)
  }

  async eraseDestination(datasetId: string, destinationId: string): Promise<number> {
    return this.#erase({ dataset_id: datasetId, destination_id: destinationId })
  }

  eraseDataset(datasetId: string): void {
    for (const { destination_id } of this.#tallies.of(datasetId)) {
      this.#erase({ dataset_id: datasetId, destination_id })
    }
  }

  /** `seqs`: of the kept events of one person. */
  erasePerson(datasetId: string, seqs: ReadonlySet<number>): void {
    const isTheirs = (key: DeliveryKey) => key.dataset_id === datasetId && seqs.has(key.seq)
    for (const item of [...this.#items.values()].filter(isTheirs)) {
      if (item.exchange) silence(item.exchange)
      if (item.state === 'rejected') {
        item.detail = ''
        continue
      }
      this.#move(item, 'rejected')
      const settled_ms = this.#nowMs()
      delete item.lease
      Object.assign(item, { ...ERASED, settled_ms, due_ms: settled_ms })
      this.#tallies.hour(item, settled_ms).rejected += 1
    }
    this.#exchanges.silence(isTheirs)
  }

  tidyUp(nowMs: number): void {
    this.#exchanges.tidyUp(nowMs)
    const rejected = [...this.#items.values()].filter(({ state }) => state === 'rejected')
    for (const ofOne of Map.groupBy(rejected, destinationOf).values()) {
      const surplus = ofOne
        .sort((a, b) => (a.settled_ms ?? 0) - (b.settled_ms ?? 0) || a.no - b.no)
        .filter(
          ({ settled_ms = 0 }, index) =>
            settled_ms < nowMs - DEAD_LETTER_MS_MAX ||
            index < ofOne.length - DEAD_LETTERS_PER_DESTINATION_MAX,
        )
      for (const item of surplus) this.#letGo(item)
    }
  }

  #letGo(item: Item): void {
    const { states, counts } = this.#tallies.destination(item)
    states.rejected -= 1
    counts.let_go += 1
    this.#items.delete(nameOf(item))
  }

  #create(write: Omit<DeliveryWrite, 'first'>, counted: 'created' | 'created_further'): void {
    const now = this.#nowMs()
    const tally = this.#tallies.destination(write)
    tally.counts[counted] += 1
    tally.states.pending += 1
    this.#items.set(nameOf(write), {
      ...keyOf(write),
      ...scheduled(write, now),
      no: this.#next++,
      created_ms: now,
      state: 'pending',
      attempts: 0,
    })
  }

  #settleOne(now: {
    item: Item
    settlement: Settlement
    exchange: KeptExchange | undefined
    nowMs: number
  }): void {
    const { item, settlement, exchange, nowMs } = now
    const { maybe_sent_ms } = settlement
    if (maybe_sent_ms !== undefined) item.maybe_sent_ms ??= Math.floor(maybe_sent_ms)
    if (settlement.state === 'pending') {
      this.#move(item, 'pending')
      item.due_ms = Math.ceil(settlement.due_ms)
      return
    }
    item.attempts += 1
    item.settled_ms = nowMs
    const hour = this.#tallies.hour(item, nowMs)
    if (settlement.state === 'delivered') {
      this.#move(item, 'delivered')
      hour.delivered += 1
      this.#delivered.add(nameOf(item))
      this.#items.delete(nameOf(item))
      const { created_ms, attempts } = item
      const times = { created_ms, due_ms: nowMs, settled_ms: nowMs }
      const row = { ...keyOf(item), state: 'delivered', attempts, ...times } as const
      exchange?.delivered.push({ ...row, exchange: exchange.record })
      return
    }
    this.#move(item, settlement.state)
    if (settlement.state === 'retrying') hour.retried += 1
    if (settlement.state === 'rejected') hour.rejected += 1
    item.due_ms = settlement.state === 'retrying' ? Math.ceil(settlement.due_ms) : nowMs
    item.code = settlement.code
    item.detail = settlement.detail.slice(0, DELIVERY_DETAIL_CHARS_MAX)
    if (exchange) item.exchange = exchange
    else delete item.exchange
  }

  #keep(
    settlement: Settlement,
    exchanges: readonly ExchangeRecord[],
    kept: Map<number, KeptExchange>,
  ): KeptExchange | undefined {
    const index = settlement.state === 'pending' ? undefined : settlement.exchange
    const asked = index === undefined ? undefined : exchanges[index]
    if (index === undefined || !asked) return undefined
    const known = kept.get(index)
    if (known) return known
    const exchange = this.#exchanges.add(settlement, asked)
    kept.set(index, exchange)
    return exchange
  }

  #move(item: Item, to: DeliveryState): void {
    const { states } = this.#tallies.destination(item)
    states[item.state] -= 1
    states[to] += 1
    if (to !== 'delivered') item.state = to
  }

  #erase(where: { dataset_id: string; destination_id: string }): number {
    let waiting = 0
    for (const [name, item] of this.#items) {
      if (!isOf(item, where)) continue
      this.#items.delete(name)
      if (item.state !== 'rejected') waiting += 1
    }
    for (const name of this.#delivered) {
      if (name.startsWith(`${where.dataset_id}\n${where.destination_id}\n`)) {
        this.#delivered.delete(name)
      }
    }
    this.#exchanges.erase(where)
    this.#tallies.forget(where)
    return waiting
  }

  /** A store without a clock writes 0. */
  #nowMs(): number {
    return wholeMs(this.#ports.nowMs())
  }
}
