/**
 * The inbox of the SQLite driver: one row per delivery of a webhook, counters per connection, the
 * records of the sources. Every change of a row's state moves its counters in the same transaction.
 * Called by sqlite.ts.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { TwofoldError } from '../../errors.ts'
import {
  INBOX_BODY_MS,
  INBOX_BYTES_MAX,
  INBOX_ROW_MS,
  READ_CHARS_MAX,
  SOURCE_RECORD_MS,
} from '../../limits.ts'
import {
  type ClaimedInbox,
  type ConnectionKey,
  INBOX_STATES,
  type Inbox,
  type InboxPage,
  type InboxQuery,
  type InboxRow,
  type InboxState,
  type InboxStatus,
  type InboxWrite,
  inboxBytes,
  type Received,
  type RetryInboxRequest,
  type SettleInboxRequest,
  type SourceRecord,
} from '../inbox.ts'
import type { Connection } from './sqlite-connection.ts'
import { type InboxStatements, inboxStatements } from './sqlite-inbox-statements.ts'
import type { SqliteOrders } from './sqlite-orders.ts'

type Stored = { readonly [column: string]: unknown }
type Change = Partial<Record<InboxState | 'bytes', number>>

export class SqliteInbox {
  readonly #connection: Connection
  readonly #sql: InboxStatements
  readonly #orders: SqliteOrders

  constructor(connection: Connection, orders: SqliteOrders) {
    this.#connection = connection
    this.#orders = orders
    this.#sql = inboxStatements(connection.db)
  }

  port(): Inbox {
    const connection = this.#connection
    return {
      receive: async (delivery) => {
        const received = connection.write(() => this.#receive(delivery))
        // Outside the transaction: one that throws costs the connection all that it remembers.
        if (!received) throw new TwofoldError('overloaded', 'The inbox of the webhooks is full.')
        await connection.durable()
        return received
      },
      claimReceived: async (request) => connection.write(() => this.#claim(request)),
      endClaims: () => connection.writeDurably(() => Number(this.#sql.endClaims.run().changes)),
      nextReceivedMs: async () =>
        connection.read(() => (this.#sql.next.get()?.due_ms ?? undefined) as number | undefined),
      settleReceived: (request) => connection.writeDurably(() => this.#settle(request)),
      inbox: async (query) => connection.read(() => this.#page(query)),
      inboxStatus: async (id) => connection.read(() => this.#sql.status.all(id).map(statusOf)),
      retryReceived: (request) => this.#retry(request),
      records: async (id, keys) => connection.read(() => this.#records(id, keys)),
      eraseConnection: async (key) => {
        await this.#inSlices(() => this.#removeRows(key))
        await connection.writeDurably(() => this.#sql.forget.run(key.dataset_id, key.connection_id))
      },
    }
  }

  async eraseDataset(datasetId: string): Promise<void> {
    const { forgetAll, removeRecords } = this.#sql
    await this.#inSlices(() => Number(this.#sql.removeDataset.run(datasetId).changes))
    await this.#inSlices(() => Number(removeRecords.run(datasetId).changes))
    await this.#inSlices(() => Number(forgetAll.run(datasetId).changes))
  }

  /** Of all deliveries of a dataset that are done with. */
  async dropBodies(datasetId: string): Promise<void> {
    await this.#inSlices(() => this.#drop(this.#sql.doneOf.all(datasetId)))
  }

  /** One slice of upkeep; true when something was done. */
  step(nowMs: number): boolean {
    const { dated, expired, oldRecords } = this.#sql
    const rowsBefore = nowMs - INBOX_ROW_MS
    const recordsBefore = nowMs - SOURCE_RECORD_MS
    const isFull = this.#bytes() > 0.9 * INBOX_BYTES_MAX
    const bodiesBefore = isFull ? Number.MAX_SAFE_INTEGER : nowMs - INBOX_BODY_MS
    if (
      dated.get(bodiesBefore) === undefined &&
      expired.get(rowsBefore) === undefined &&
      oldRecords.get(recordsBefore) === undefined
    )
      return false
    return this.#connection.write(() => {
      const dropped = this.#drop(dated.all(bodiesBefore))
      const removed = this.#remove(expired.all(rowsBefore))
      const forgotten = Number(this.#sql.forgetRecords.run(recordsBefore).changes)
      return dropped + removed + forgotten > 0
    })
  }

  #bytes(): number {
    return Number(this.#sql.bytes.get()?.bytes ?? 0)
  }

  /** Inside write. Undefined, and nothing written, when the inbox is full. */
  #receive({ sealed, ...write }: InboxWrite): Received | undefined {
    const { dataset_id, connection_id, delivery_key, topic, received_ms } = write
    const bytes = inboxBytes(sealed)
    if (this.#bytes() + bytes > INBOX_BYTES_MAX) return undefined
    const known = this.#sql.byKey.get(dataset_id, connection_id, delivery_key)
    const state: InboxState = known ? 'duplicate' : 'received'
    const { lastInsertRowid } = this.#sql.insert.run(
      dataset_id,
      connection_id,
      delivery_key,
      topic,
      received_ms,
      INBOX_STATES.indexOf(state),
      received_ms,
      known ? null : sealed,
    )
    this.#sql.seen.run(dataset_id, connection_id, received_ms, received_ms)
    this.#count(write, { [state]: 1, bytes: known ? inboxBytes(null) : bytes })
    if (known?.state === INBOX_STATES.indexOf('failed') && known.sealed !== null) {
      this.#again(known, received_ms)
    }
    return { id: Number(lastInsertRowid), duplicate: known !== undefined }
  }

  #claim({
    now_ms,
    lease_until_ms,
    limit,
  }: Parameters<Inbox['claimReceived']>[0]): readonly ClaimedInbox[] {
    const claimed: ClaimedInbox[] = []
    let chars = 0
    for (const stored of this.#sql.due.iterate(now_ms, limit)) {
      const sealed = String(stored.sealed ?? '')
      chars += sealed.length
      const [first] = claimed
      if (first && (first.dataset_id !== stored.dataset_id || chars > READ_CHARS_MAX)) break
      const row = rowOf(stored)
      claimed.push({ ...row, attempts: row.attempts + 1, sealed })
    }
    for (const { id } of claimed) this.#sql.lease.run(lease_until_ms, id)
    return claimed
  }

  #settle(request: SettleInboxRequest): { conflict: boolean } {
    const { dataset_id, now_ms } = request
    for (const { key, revision } of request.records) {
      const now = this.#sql.record.get(dataset_id, key)?.revision ?? 0
      if (now !== revision) return { conflict: true }
    }
    for (const { key, value, revision } of request.records) {
      this.#sql.putRecord.run(dataset_id, key, value, revision + 1, now_ms)
    }
    this.#orders.put(request.orders ?? [])
    for (const settlement of request.settlements) {
      const stored = this.#sql.byId.get(settlement.id)
      if (stored?.state !== 0 || stored.attempts !== settlement.attempts) continue
      if (settlement.state === 'received') {
        const { due_ms, reason = null, detail = null, id } = settlement
        this.#sql.giveBack.run(due_ms, reason, detail, id)
        continue
      }
      const { state, reason = null, detail = null, events, id } = settlement
      const text = events.length > 0 ? JSON.stringify(events) : null
      this.#sql.end.run(INBOX_STATES.indexOf(state), now_ms, reason, detail, text, id)
      this.#count(keyIn(stored), { received: -1, [state]: 1 })
    }
    return { conflict: false }
  }

  #page({ dataset_id, connection_id, state, limit, before_id }: InboxQuery): InboxPage {
    const below = before_id ?? Number.MAX_SAFE_INTEGER
    const number = state === undefined ? -1 : INBOX_STATES.indexOf(state)
    const rows =
      connection_id === undefined
        ? number < 0
          ? this.#sql.page.all(dataset_id, below, limit + 1)
          : this.#sql.pageOfState.all(dataset_id, number, below, limit + 1)
        : this.#sql.pageOfConnection.all(
            dataset_id,
            connection_id,
            below,
            number,
            number,
            limit + 1,
          )
    const deliveries = rows.slice(0, limit).map(rowOf)
    const last = deliveries.at(-1)
    return rows.length > limit && last ? { deliveries, next_before_id: last.id } : { deliveries }
  }

  async #retry({ ids, states, now_ms, ...key }: RetryInboxRequest): Promise<number> {
    const wanted = new Set<unknown>(states.map((state) => INBOX_STATES.indexOf(state)))
    const isOurs = (row: Stored | undefined): row is Stored =>
      row !== undefined &&
      row.dataset_id === key.dataset_id &&
      row.connection_id === key.connection_id &&
      row.sealed !== null &&
      wanted.has(row.state) &&
      (row.state !== 0 || row.reason !== null)
    let n = 0
    if (ids) {
      await this.#connection.writeDurably(() => {
        const rows: (Stored | undefined)[] = ids.map((id) => this.#sql.byId.get(id))
        for (const row of rows.filter(isOurs)) {
          this.#again(row, now_ms)
          n += 1
        }
      })
      return n
    }
    let below = Number.MAX_SAFE_INTEGER
    while (below > 0) {
      below = this.#connection.write(() => {
        const { dataset_id, connection_id } = key
        const rows = this.#sql.slice.all(dataset_id, connection_id, below)
        for (const row of rows.filter(isOurs)) {
          this.#again(row, now_ms)
          n += 1
        }
        return (rows.at(-1)?.id as number | undefined) ?? 0
      })
      await turn()
    }
    await this.#connection.durable()
    return n
  }

  /** Inside write: due now, as if it had just come. */
  #again(row: Stored, nowMs: number): void {
    const state = INBOX_STATES[Number(row.state)] ?? 'failed'
    this.#sql.again.run(nowMs, row.id as number)
    if (state !== 'received') this.#count(keyIn(row), { [state]: -1, received: 1 })
  }

  #records(datasetId: string, keys: readonly string[]): SourceRecord[] {
    return keys.flatMap((key) => {
      const row = this.#sql.record.get(datasetId, key)
      return row ? [{ key, value: String(row.value), revision: Number(row.revision) }] : []
    })
  }

  #count({ dataset_id, connection_id }: ConnectionKey, change: Change): void {
    const by = (name: InboxState | 'bytes'): number => change[name] ?? 0
    this.#sql.count.run(by('bytes'), ...INBOX_STATES.map(by), dataset_id, connection_id)
  }

  /** Inside write. */
  #drop(rows: readonly Stored[]): number {
    for (const row of rows) {
      this.#sql.drop.run(row.id as number)
      this.#count(keyIn(row), { bytes: -Number(row.chars) })
    }
    return rows.length
  }

  /** Inside write. What waits for a month will not be translated any more. */
  #remove(rows: readonly Stored[]): number {
    for (const row of rows) {
      this.#sql.remove.run(row.id as number)
      const lost = row.state === 0 ? { received: -1, failed: 1 } : {}
      this.#count(keyIn(row), { bytes: -inboxBytes(null) - Number(row.chars ?? 0), ...lost })
    }
    return rows.length
  }

  #removeRows({ dataset_id, connection_id }: ConnectionKey): number {
    return Number(this.#sql.removeConnection.run(dataset_id, connection_id).changes)
  }

  async #inSlices(work: () => number): Promise<void> {
    while (this.#connection.write(work) > 0) await turn()
  }
}

const keyIn = (row: Stored): ConnectionKey => ({
  dataset_id: String(row.dataset_id),
  connection_id: String(row.connection_id),
})

function rowOf(row: Stored): InboxRow {
  const text = (name: string): Record<string, string> =>
    typeof row[name] === 'string' ? { [name]: row[name] } : {}
  return {
    ...keyIn(row),
    id: Number(row.id),
    topic: String(row.topic),
    received_ms: Number(row.received_ms),
    state: INBOX_STATES[Number(row.state)] ?? 'failed',
    attempts: Number(row.attempts),
    ...(row.settled_ms === null ? {} : { settled_ms: Number(row.settled_ms) }),
    ...text('reason'),
    ...text('detail'),
    events: typeof row.events === 'string' ? JSON.parse(row.events) : [],
    kept: row.kept === 1,
  }
}

function statusOf(row: Stored): InboxStatus {
  const states = Object.fromEntries(INBOX_STATES.map((state) => [state, Number(row[state])]))
  return {
    connection_id: String(row.connection_id),
    states: states as InboxStatus['states'],
    last_received_ms: Number(row.last_ms),
    bytes: Number(row.bytes),
  }
}
