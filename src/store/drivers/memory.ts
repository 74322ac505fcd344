/**
 * The store in plain maps: the shortest statement of what the port means, and the reference the
 * SQLite driver is compared with. For tests and throw-away servers: nothing survives the process.
 */

import { TwofoldError } from '../../errors.ts'
import type { Leg, StoredEvent } from '../../event/shape.ts'
import { DEDUP_WINDOW_MS, EVENT_NAMES_PER_DATASET_MAX, ORDER_WINDOW_MS } from '../../limits.ts'
import { ORDER_PURCHASES_MAX } from '../../order-limits.ts'
import type { Outbox } from '../outbox.ts'
import type {
  CommitBatch,
  CommitResult,
  CounterQuery,
  CounterRow,
  EventPage,
  EventQuery,
  HistoryQuery,
  HistoryRow,
  KeyRead,
  KeyWrite,
  Loaded,
  MoneyRow,
  OrderIds,
  Refusal,
  SettingsDocument,
  Store,
} from '../store.ts'
import {
  anchorOf,
  eventKey,
  isAnchored,
  isAsked,
  isPurchaseOf,
  keyOf,
  matchesQuery,
  OTHER_EVENT_NAME,
  refusalIn,
} from '../store.ts'
import { MemoryCatalogs } from './memory-catalogs.ts'
import { MemoryInbox } from './memory-inbox.ts'
import { MemoryOrders } from './memory-orders.ts'
import { MemoryOutbox } from './memory-outbox.ts'

interface DatasetState {
  readonly legs: Leg[]
  /** Kept seq -> the seqs of the legs merged into it. */
  readonly merged: Map<number, number[]>
  readonly keys: Map<string, KeyWrite>
  /** Event names with counters of their own. */
  readonly names: Set<string>
  readonly counters: Map<string, CounterRow>
  readonly money: Map<string, MoneyRow>
}

interface State {
  revision: number
  readonly nowMs: () => number
  readonly datasets: Map<string, DatasetState>
  readonly settings: Map<string, SettingsDocument>
  readonly outbox: MemoryOutbox
}

const WINDOW_MS = { window: DEDUP_WINDOW_MS, order: ORDER_WINDOW_MS } as const
/** Legs per chunk of a scan; small, so that tests see several. */
const SCAN_CHUNK = 100

/** Without a clock, keys expire only by tidyUp. */
export function memoryStore(options: { nowMs?: () => number } = {}): Store {
  const nowMs = options.nowMs ?? (() => Number.NEGATIVE_INFINITY)
  const datasets: State['datasets'] = new Map()
  const outbox = new MemoryOutbox({
    nowMs,
    eventOf: (datasetId, seq) => {
      const dataset = datasets.get(datasetId)
      const legs = dataset && legsOf(dataset, seq)
      return legs && { legs }
    },
  })
  const state: State = { revision: 0, nowMs, datasets, settings: new Map(), outbox }
  const history: HistoryRow[] = []
  const orders = new MemoryOrders()
  const inbox = new MemoryInbox(orders)
  const catalogs = new MemoryCatalogs((counters) => count(state, { counters, money: [] }))
  return {
    ...outboxOf(outbox),
    ...inbox.port(),
    ...orders.port(),
    ...catalogs.port(),
    capabilities: {
      durable: false,
      shared: false,
      backup: false,
      why: 'The memory store keeps nothing beyond its process and has no file to copy.',
    },
    load: async (reads, datasets) => load(state, reads, datasets),
    commit: async (batch) => commit(state, batch),
    events: async (query) => events(state, query),
    refusals: async (datasetId, asked) =>
      asked.map((one) => refusalOf(datasets.get(datasetId)?.legs ?? [], one)),
    ...purchasePort(datasets),
    scan: (datasetId, fromSeq) => scan(state, datasetId, fromSeq),
    counters: async (query) => counters(state, query),
    getSettings: async (kind) =>
      structuredClone([...state.settings.values()].filter((document) => document.kind === kind)),
    putSettings: async (documents, entries = []) => {
      for (const entry of entries) {
        history.push({ ...structuredClone(entry), no: history.length + 1 })
      }
      for (const { kind, id, value } of documents) {
        if (value === undefined) state.settings.delete(`${kind}\n${id}`)
        else state.settings.set(`${kind}\n${id}`, structuredClone({ kind, id, value }))
      }
    },
    history: async (query) => structuredClone(pageOfHistory(history, query)),
    erase: async (datasetId, hashes) => {
      if (hashes) {
        inbox.dropBodies(datasetId)
        orders.erasePerson(datasetId, hashes)
      } else for (const part of [inbox, orders, catalogs]) part.eraseDataset(datasetId)
      return erase(state, datasetId, hashes)
    },
    tidyUp: async (now) => {
      for (const part of [outbox, inbox, orders, catalogs]) part.tidyUp(now)
      return dropExpired(state, now)
    },
    backup: async () => {
      throw new TwofoldError('store_failed', 'The memory store has no file to copy.')
    },
    stats: async () => ({
      driver: 'memory',
      schema_version: 1,
      legs: [...state.datasets.values()].reduce((sum, { legs }) => sum + legs.length, 0),
      bytes: 0,
      bytes_free: 0,
    }),
    close: async () => {},
  }
}

function refusalOf(legs: readonly Leg[], { order_id, event_id }: OrderIds): Refusal | null {
  const last = legs.findLast(
    (leg) =>
      leg.event.event_name === 'Purchase' &&
      refusalIn(leg) !== null &&
      (leg.event.event_id === event_id || leg.event.custom_data?.order_id === order_id),
  )
  return last ? refusalIn(last) : null
}

function purchasePort(
  datasets: ReadonlyMap<string, DatasetState>,
): Pick<Store, 'purchases' | 'purchaseSeqs'> {
  const all = (id: string, asked: readonly OrderIds[]): StoredEvent[][] =>
    asked.map((ids) => purchasesOf(datasets.get(id), ids))
  return {
    purchases: async (id, asked) => all(id, asked),
    purchaseSeqs: async (id, asked) =>
      all(id, asked).map((events) => events.map(({ legs: [kept] }) => kept.seq)),
  }
}

function purchasesOf(dataset: DatasetState | undefined, ids: OrderIds): StoredEvent[] {
  const events = (dataset?.legs ?? []).flatMap(({ seq, of_seq }) => {
    const legs = dataset && of_seq === undefined && legsOf(dataset, seq)
    return legs && isPurchaseOf(ids, legs) ? [{ legs }] : []
  })
  return structuredClone(events.slice(0, ORDER_PURCHASES_MAX))
}

/** The methods by name: an object spread leaves out those of a class. */
function pageOfHistory(history: readonly HistoryRow[], query: HistoryQuery): HistoryRow[] {
  const { business_id, dataset_id, limit, before_no = Number.POSITIVE_INFINITY } = query
  return history
    .filter(
      (row) =>
        row.no < before_no &&
        (business_id === undefined || row.business_id === business_id) &&
        (dataset_id === undefined || row.dataset_id === dataset_id),
    )
    .slice(-limit)
    .reverse()
}

function outboxOf(outbox: MemoryOutbox): Outbox {
  return {
    claim: (request) => outbox.claim(request),
    endLeases: (now) => outbox.endLeases(now),
    settle: (request) => outbox.settle(request),
    dueDeliveries: (now) => outbox.dueDeliveries(now),
    deliveries: (query) => outbox.deliveries(query),
    requeue: (request) => outbox.requeue(request),
    enqueue: (writes, options) => outbox.enqueue(writes, options),
    standings: (keys) => outbox.standings(keys),
    destinationStatus: (datasetId) => outbox.destinationStatus(datasetId),
    auditDeliveries: (datasetId) => outbox.auditDeliveries(datasetId),
    deliveryHours: (...range) => outbox.deliveryHours(...range),
    eraseDestination: (...where) => outbox.eraseDestination(...where),
  }
}

function load(state: State, reads: readonly KeyRead[], datasets: readonly string[]): Loaded {
  const nextSeq = new Map<string, number>()
  const seqs = new Map<string, readonly number[]>()
  const found = new Map<string, StoredEvent>()
  for (const id of [...datasets, ...reads.map((read) => read.dataset_id)]) {
    nextSeq.set(id, (state.datasets.get(id)?.legs.length ?? 0) + 1)
  }
  for (const read of reads) {
    const dataset = state.datasets.get(read.dataset_id)
    const entry = dataset?.keys.get(keyOf(read))
    if (!dataset || !entry || isExpired(entry, state.nowMs())) continue
    seqs.set(keyOf(read), entry.seqs)
    if (read.want === 'seqs') continue
    for (const seq of entry.seqs) {
      const legs = legsOf(dataset, seq)
      if (legs) found.set(eventKey(read.dataset_id, seq), { legs })
    }
  }
  return { revision: state.revision, nextSeq, seqs, events: found }
}

const isExpired = (entry: KeyWrite, nowMs: number): boolean =>
  entry.at_ms < nowMs - WINDOW_MS[entry.family]

function legsOf(dataset: DatasetState, seq: number): [Leg, ...Leg[]] | undefined {
  const kept = dataset.legs[seq - 1]
  if (!kept) return undefined
  const merged = dataset.merged.get(seq) ?? []
  return [kept, ...merged.flatMap((later) => dataset.legs[later - 1] ?? [])]
}

function commit(state: State, batch: CommitBatch): CommitResult {
  if (batch.revision !== state.revision) return { conflict: true }
  const next = new Map<string, number>()
  for (const { seq, envelope } of batch.legs) {
    const id = envelope.dataset_id
    const expected = next.get(id) ?? (state.datasets.get(id)?.legs.length ?? 0) + 1
    if (seq !== expected) throw new Error(`commit: seq ${seq} where ${expected} is next`)
    next.set(id, seq + 1)
  }
  state.outbox.check(batch.deliveries)
  state.revision += 1
  state.outbox.add(batch.deliveries, batch.skips)
  for (const leg of batch.legs) {
    const dataset = datasetOf(state, leg.envelope.dataset_id)
    dataset.legs.push(leg)
    if (leg.of_seq === undefined) continue
    const merged = dataset.merged.get(leg.of_seq)
    if (merged) merged.push(leg.seq)
    else dataset.merged.set(leg.of_seq, [leg.seq])
  }
  for (const entry of batch.keys) {
    const { keys } = datasetOf(state, entry.dataset_id)
    if (entry.seqs.length === 0) keys.delete(keyOf(entry))
    else keys.set(keyOf(entry), entry)
  }
  count(state, batch)
  return { conflict: false }
}

function count(state: State, batch: Pick<CommitBatch, 'counters' | 'money'>): void {
  for (const { dataset_id, hour_s, event_name, channel, metric, n } of batch.counters) {
    const dataset = datasetOf(state, dataset_id)
    const row = { hour_s, event_name: nameIn(dataset, event_name), channel, metric, n }
    addCounter(dataset.counters, row)
  }
  for (const { dataset_id, hour_s, event_name, currency, n, ...sum } of batch.money) {
    const dataset = datasetOf(state, dataset_id)
    const units = BigInt(sum.units)
    const micros = BigInt(sum.micros)
    const name = nameIn(dataset, event_name)
    addMoney(dataset.money, { hour_s, event_name: name, currency, units, micros, n })
  }
}

function addCounter(into: Map<string, CounterRow>, row: CounterRow): void {
  const key = `${row.hour_s}\n${row.event_name}\n${row.channel}\n${row.metric}`
  into.set(key, { ...row, n: row.n + (into.get(key)?.n ?? 0) })
}

function addMoney(into: Map<string, MoneyRow>, row: MoneyRow): void {
  const key = `${row.hour_s}\n${row.event_name}\n${row.currency}`
  const { units = 0n, micros = 0n, n = 0 } = into.get(key) ?? {}
  const sums = { units: row.units + units, micros: row.micros + micros, n: row.n + n }
  into.set(key, { ...row, ...sums })
}

function datasetOf(state: State, id: string): DatasetState {
  const existing = state.datasets.get(id)
  if (existing) return existing
  const dataset: DatasetState = {
    legs: [],
    merged: new Map(),
    keys: new Map(),
    names: new Set(),
    counters: new Map(),
    money: new Map(),
  }
  state.datasets.set(id, dataset)
  return dataset
}

function nameIn({ names }: DatasetState, name: string): string {
  if (names.has(name)) return name
  if (names.size >= EVENT_NAMES_PER_DATASET_MAX) return OTHER_EVENT_NAME
  names.add(name)
  return name
}

function events(state: State, query: EventQuery): EventPage {
  const page: StoredEvent[] = []
  const dataset = state.datasets.get(query.dataset_id)
  if (!dataset) return { events: page }
  const before = Math.min(query.before_seq ?? Number.POSITIVE_INFINITY, dataset.legs.length + 1)
  const anchored = isAnchored(query)
  for (let seq = before - 1; seq >= 1; seq--) {
    const legs = legsOf(dataset, (anchored && dataset.legs[seq - 1]?.of_seq) || seq)
    if (!legs || !matchesQuery(query, legs)) continue
    if (anchored && anchorOf(query, legs) !== seq) continue
    if (page.length === query.limit) {
      const reached_ms = dataset.legs[seq]?.envelope.received_at_ms
      return {
        events: page,
        next_before_seq: seq + 1,
        ...(reached_ms === undefined ? {} : { reached_ms }),
      }
    }
    page.push({ legs })
  }
  return { events: page }
}

async function* scan(state: State, datasetId: string, fromSeq: number): AsyncGenerator<Leg[]> {
  for (let at = Math.max(fromSeq, 1) - 1; ; at += SCAN_CHUNK) {
    const chunk = state.datasets.get(datasetId)?.legs.slice(at, at + SCAN_CHUNK) ?? []
    if (chunk.length === 0) return
    yield chunk
  }
}

function counters(
  state: State,
  { dataset_id, from_s, to_s, by, metrics }: CounterQuery,
): { counters: CounterRow[]; money: MoneyRow[] } {
  const dataset = state.datasets.get(dataset_id)
  const stepS = by === 'day' ? 86_400 : 3600
  const startOf = ({ hour_s }: { hour_s: number }) => Math.floor(hour_s / stepS) * stepS
  const overlaps = (row: { hour_s: number }) => startOf(row) + stepS > from_s && startOf(row) < to_s
  const summed = new Map<string, CounterRow>()
  const summedMoney = new Map<string, MoneyRow>()
  const at = (row: { hour_s: number }) => ({ hour_s: by === 'total' ? 0 : startOf(row) })
  for (const row of dataset?.counters.values() ?? []) {
    if (overlaps(row) && isAsked(metrics, row.metric)) addCounter(summed, { ...row, ...at(row) })
  }
  for (const row of dataset?.money.values() ?? []) {
    if (overlaps(row)) addMoney(summedMoney, { ...row, ...at(row) })
  }
  return { counters: [...summed.values()], money: [...summedMoney.values()] }
}

function erase(state: State, datasetId: string, hashes?: readonly string[]): number {
  const dataset = state.datasets.get(datasetId)
  if (!dataset) return 0
  state.revision += 1
  if (!hashes) {
    state.datasets.delete(datasetId)
    state.outbox.eraseDataset(datasetId)
    return dataset.legs.length
  }
  const wanted = new Set(hashes)
  const touched = new Set<number>()
  const events = new Set<number>()
  for (const leg of dataset.legs) {
    if (
      !Object.values(leg.event.user_data)
        .flat()
        .some((value) => wanted.has(value))
    )
      continue
    const kept = leg.of_seq ?? leg.seq
    events.add(kept)
    for (const { seq } of legsOf(dataset, kept) ?? []) touched.add(seq)
  }
  for (const seq of touched) {
    const leg = dataset.legs[seq - 1]
    if (leg) dataset.legs[seq - 1] = { ...leg, event: { ...leg.event, user_data: {} } }
  }
  state.outbox.erasePerson(datasetId, events)
  return touched.size
}

function dropExpired(state: State, nowMs: number): boolean {
  for (const { keys } of state.datasets.values()) {
    for (const [key, entry] of keys) {
      if (isExpired(entry, nowMs)) keys.delete(key)
    }
  }
  return false
}
