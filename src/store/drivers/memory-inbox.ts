/**
 * The inbox in plain maps: the shortest statement of what the port means. Called by memory.ts.
 */
import { INBOX_BODY_MS, INBOX_ROW_MS, SOURCE_RECORD_MS } from '../../limits.ts'
import {
  type ClaimedInbox,
  type ConnectionKey,
  INBOX_STATES,
  type Inbox,
  type InboxRow,
  type InboxState,
  type InboxStatus,
  type InboxWrite,
  inboxBytes,
  type RetryInboxRequest,
  type SettleInboxRequest,
  type SourceRecord,
} from '../inbox.ts'
import type { MemoryOrders } from './memory-orders.ts'

interface Row extends InboxWrite {
  readonly id: number
  state: InboxState
  due_ms: number
  attempts: number
  /** Of the last settlement. */
  ending: Partial<Pick<InboxRow, 'settled_ms' | 'reason' | 'detail' | 'events'>>
  body: string | undefined
}

interface Counted extends ConnectionKey {
  readonly states: Record<InboxState, number>
  last_received_ms: number
}

const nameOf = ({ dataset_id, connection_id }: ConnectionKey): string =>
  `${dataset_id}\n${connection_id}`

export class MemoryInbox {
  readonly #rows = new Map<number, Row>()
  readonly #counted = new Map<string, Counted>()
  readonly #records = new Map<string, SourceRecord & { dataset_id: string; touched_ms: number }>()
  #lastId = 0
  readonly #orders: MemoryOrders

  constructor(orders: MemoryOrders) {
    this.#orders = orders
  }

  port(): Inbox {
    return {
      receive: async (write) => this.#receive(write),
      claimReceived: async (request) => this.#claim(request),
      endClaims: async () => {
        const claimed = this.#list(
          ({ state, attempts, due_ms, received_ms }) =>
            state === 'received' && attempts > 0 && due_ms !== received_ms,
        )
        for (const row of claimed) row.due_ms = row.received_ms
        return claimed.length
      },
      nextReceivedMs: async () => {
        const due = this.#list(({ state }) => state === 'received').map(({ due_ms }) => due_ms)
        return due.length > 0 ? Math.min(...due) : undefined
      },
      settleReceived: async (request) => this.#settle(request),
      inbox: async ({ dataset_id, connection_id, state, limit, before_id }) => {
        const found = this.#list(
          (row) =>
            row.dataset_id === dataset_id &&
            (connection_id === undefined || row.connection_id === connection_id) &&
            (state === undefined || row.state === state) &&
            row.id < (before_id ?? Number.POSITIVE_INFINITY),
        ).reverse()
        const deliveries = found.slice(0, limit).map(rowOf)
        const last = deliveries.at(-1)
        return found.length > limit && last
          ? { deliveries, next_before_id: last.id }
          : { deliveries }
      },
      inboxStatus: async (id) => this.#status(id),
      retryReceived: async (request) => this.#retry(request),
      records: async (id, keys) =>
        keys.flatMap((key) => {
          const found = this.#records.get(`${id}\n${key}`)
          return found ? [{ key, value: found.value, revision: found.revision }] : []
        }),
      eraseConnection: async (key) => {
        for (const row of this.#list((one) => nameOf(one) === nameOf(key))) {
          this.#rows.delete(row.id)
        }
        this.#counted.delete(nameOf(key))
      },
    }
  }

  eraseDataset(datasetId: string): void {
    const isOf = ({ dataset_id }: { dataset_id: string }): boolean => dataset_id === datasetId
    for (const row of this.#list(isOf)) this.#rows.delete(row.id)
    for (const [name, counted] of this.#counted) if (isOf(counted)) this.#counted.delete(name)
    for (const [name, record] of this.#records) if (isOf(record)) this.#records.delete(name)
  }

  dropBodies(datasetId: string): void {
    for (const row of this.#list((one) => one.dataset_id === datasetId && isDone(one))) {
      row.body = undefined
    }
  }

  tidyUp(nowMs: number): void {
    for (const row of this.#rows.values()) {
      if (isDone(row) && row.received_ms < nowMs - INBOX_BODY_MS) row.body = undefined
      if (row.received_ms >= nowMs - INBOX_ROW_MS) continue
      if (row.state === 'received') this.#move(row, 'failed')
      this.#rows.delete(row.id)
    }
    for (const [name, { touched_ms }] of this.#records) {
      if (touched_ms < nowMs - SOURCE_RECORD_MS) this.#records.delete(name)
    }
  }

  #list(is: (row: Row) => boolean): Row[] {
    return [...this.#rows.values()].filter(is)
  }

  #receive(write: InboxWrite): { id: number; duplicate: boolean } {
    const [known] = this.#list(
      (row) =>
        nameOf(row) === nameOf(write) &&
        row.delivery_key === write.delivery_key &&
        row.state !== 'duplicate',
    )
    this.#lastId += 1
    const state = known ? 'duplicate' : 'received'
    const row: Row = {
      ...write,
      id: this.#lastId,
      state,
      due_ms: write.received_ms,
      attempts: 0,
      ending: {},
      body: known ? undefined : write.sealed,
    }
    this.#rows.set(row.id, row)
    const counted = this.#countedOf(write)
    counted.states[state] += 1
    counted.last_received_ms = write.received_ms
    if (known?.state === 'failed' && known.body !== undefined) this.#again(known, write.received_ms)
    return { id: row.id, duplicate: known !== undefined }
  }

  #countedOf({ dataset_id, connection_id }: ConnectionKey): Counted {
    const name = nameOf({ dataset_id, connection_id })
    const states = { received: 0, translated: 0, ignored: 0, failed: 0, duplicate: 0 }
    const fresh = { dataset_id, connection_id, states, last_received_ms: 0 }
    const counted = this.#counted.get(name) ?? fresh
    this.#counted.set(name, counted)
    return counted
  }

  #claim({ now_ms, lease_until_ms, limit }: Parameters<Inbox['claimReceived']>[0]): ClaimedInbox[] {
    const due = this.#list(({ state, due_ms }) => state === 'received' && due_ms <= now_ms)
    due.sort((a, b) => a.due_ms - b.due_ms || a.id - b.id)
    const [first] = due
    const claimed = due.slice(0, limit)
    const other = claimed.findIndex(({ dataset_id }) => dataset_id !== first?.dataset_id)
    return claimed.slice(0, other < 0 ? limit : other).map((row) => {
      row.attempts += 1
      row.due_ms = lease_until_ms
      return { ...rowOf(row), sealed: row.body ?? '' }
    })
  }

  #settle({ dataset_id, now_ms, settlements, records, orders = [] }: SettleInboxRequest): {
    conflict: boolean
  } {
    const nameOfRecord = (key: string): string => `${dataset_id}\n${key}`
    const isStale = ({ key, revision }: SourceRecord): boolean =>
      (this.#records.get(nameOfRecord(key))?.revision ?? 0) !== revision
    if (records.some(isStale)) return { conflict: true }
    for (const { key, value, revision } of records) {
      const kept = { dataset_id, key, value, revision: revision + 1, touched_ms: now_ms }
      this.#records.set(nameOfRecord(key), kept)
    }
    this.#orders.put(orders)
    for (const settlement of settlements) {
      const row = this.#rows.get(settlement.id)
      if (row?.state !== 'received' || row.attempts !== settlement.attempts) continue
      if (settlement.state === 'received') {
        const { due_ms, reason, detail } = settlement
        row.due_ms = due_ms
        row.ending = { ...(reason ? { reason } : {}), ...(detail ? { detail } : {}) }
        continue
      }
      const { state, id: _, attempts: __, ...ending } = settlement
      row.ending = { ...ending, settled_ms: now_ms }
      this.#move(row, state)
    }
    return { conflict: false }
  }

  #move(row: Row, state: InboxState): void {
    const { states } = this.#countedOf(row)
    states[row.state] -= 1
    states[state] += 1
    row.state = state
  }

  #again(row: Row, nowMs: number): void {
    this.#move(row, 'received')
    row.due_ms = nowMs
    const { reason: _, detail: __, ...rest } = row.ending
    row.ending = rest
  }

  #retry({ ids, states, now_ms, ...key }: RetryInboxRequest): number {
    const again = this.#list(
      (row) =>
        nameOf(row) === nameOf(key) &&
        row.body !== undefined &&
        (states as readonly InboxState[]).includes(row.state) &&
        (row.state !== 'received' || row.ending.reason !== undefined) &&
        (ids === undefined || ids.includes(row.id)),
    )
    for (const row of again) this.#again(row, now_ms)
    return again.length
  }

  #status(datasetId: string): InboxStatus[] {
    const own = [...this.#counted.values()].filter(({ dataset_id }) => dataset_id === datasetId)
    return own.map((counted) => ({
      connection_id: counted.connection_id,
      states: { ...counted.states },
      last_received_ms: counted.last_received_ms,
      bytes: this.#list((row) => nameOf(row) === nameOf(counted)).reduce(
        (sum, { body }) => sum + inboxBytes(body),
        0,
      ),
    }))
  }
}

const isDone = ({ state }: Row): boolean => state !== 'received' && state !== 'failed'

function rowOf(row: Row): InboxRow {
  const { id, dataset_id, connection_id, topic, received_ms, state, attempts, ending } = row
  if (!INBOX_STATES.includes(state)) throw new Error(`there is no state ${state}`)
  const { events = [], ...rest } = ending
  const kept = row.body !== undefined
  return {
    id,
    dataset_id,
    connection_id,
    topic,
    received_ms,
    state,
    attempts,
    ...rest,
    events,
    kept,
  }
}
