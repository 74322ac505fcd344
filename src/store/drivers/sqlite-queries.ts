/**
 * Pages of the event log. Finds candidates through the narrowest way there is (the id indexes, the
 * list of conversions, else the blocks backwards), reads a bounded amount per call and leaves the
 * decision to matchesQuery.
 */
import type { StatementSync } from 'node:sqlite'
import { idKey } from '../../event/dedup-key.ts'
import { BROWSING_EVENTS, isBrowsing } from '../../event/names.ts'
import type { Leg, ServerEvent, StoredEvent, UserData } from '../../event/shape.ts'
import { ORDER_WINDOW_MS, READ_CHARS_MAX } from '../../limits.ts'
import { ORDER_PURCHASES_MAX } from '../../order-limits.ts'
import {
  anchorOf,
  type EventPage,
  type EventQuery,
  isAnchored,
  isPurchaseOf,
  matchesQuery,
  type OrderIds,
  type Refusal,
  refusalIn,
} from '../store.ts'
import type { BlockHead, Blocks } from './sqlite-blocks.ts'
import type { Connection } from './sqlite-connection.ts'
import type { KeyHash } from './sqlite-key-hash.ts'
import type { KeyIndex } from './sqlite-keys.ts'
import type { Names } from './sqlite-names.ts'

/** Blocks unpacked in one call: about 50 ms of work, in which no event can be kept. */
const BLOCKS_PER_PAGE_MAX = 32
/** Blocks passed over in one call because they hold no event of the name asked for. */
const HEADS_PER_PAGE_MAX = 10_000

interface Parts {
  readonly connection: Connection
  readonly blocks: Blocks
  readonly names: Names
  readonly window: KeyIndex
  readonly log: KeyIndex
  readonly hashOf: (datasetNo: number, key: string) => KeyHash
}

/** Under which keys of family `log` a leg is found by people. */
export const logKey = (kind: 'event_id' | 'order_id', id: string): string => `${kind}\n${id}`

/** The same for a Purchase that was not counted. */
export const refusalKeys = (ids: {
  readonly event_id?: string | undefined
  readonly order_id?: string | undefined
}): string[] =>
  (['order_id', 'event_id'] as const).flatMap((kind) =>
    ids[kind] === undefined ? [] : [`refused ${logKey(kind, ids[kind])}`],
  )

interface Range {
  readonly first: number
  readonly last: number
}

/** Whether so much text was read that one more event would take too much memory or time. */
function budgetOf(blocks: Blocks): () => boolean {
  const from = blocks.charsRead
  return () => blocks.charsRead - from > READ_CHARS_MAX
}

/** How a leg of an event that meets the filter looks in the text of its line: any of these. */
function anchorMarks({ person, finding }: EventQuery): readonly string[] {
  return person ? person.map((value) => JSON.stringify(value)) : [`"code":"${finding}"`]
}

export class Queries {
  readonly #parts: Parts
  readonly #sql: Record<'hours' | 'conversions', StatementSync>

  constructor(parts: Parts) {
    const { db } = parts.connection
    this.#parts = parts
    this.#sql = {
      hours: db.prepare(
        'SELECT min(first_seq) AS first, max(last_seq) AS last FROM hours ' +
          'WHERE dataset_no = ? AND hour_s > ? AND hour_s < ?',
      ),
      conversions: db.prepare(
        'SELECT seq FROM conversions WHERE dataset_no = ? AND name_no = ? ' +
          'AND seq >= ? AND seq <= ? ORDER BY seq DESC',
      ),
    }
  }

  page(datasetNo: number, query: EventQuery): EventPage {
    const range = this.#rangeOf(datasetNo, query)
    if (!range) return { events: [] }
    const indexed = this.#indexed(datasetNo, query, range)
    const page = indexed
      ? this.#fromSeqs(datasetNo, query, indexed)
      : this.#fromBlocks(datasetNo, query, range)
    const { next_before_seq: next } = page
    if (next === undefined) return page
    const [leg] = this.#parts.blocks.legs(datasetNo, [next])
    return leg ? { ...page, reached_ms: leg.envelope.received_at_ms } : page
  }

  refusals(datasetNo: number, orders: readonly OrderIds[]): (Refusal | null)[] {
    const { log, hashOf, blocks } = this.#parts
    const asked = orders.map(refusalKeys)
    const hashes = asked.flat().map((key) => hashOf(datasetNo, key))
    const found = log.find(hashes, Number.NEGATIVE_INFINITY)
    let at = 0
    return asked.map((keys) => {
      const seqs = keys.flatMap(() => found[at++] ?? [])
      if (seqs.length === 0) return null
      const [leg] = blocks.legs(datasetNo, [Math.max(...seqs)])
      return leg ? refusalIn(leg) : null
    })
  }

  purchaseSeqs(datasetNo: number, orders: readonly OrderIds[]): number[][] {
    const { log, hashOf } = this.#parts
    const hashes = orders.flatMap(({ order_id, event_id }) => [
      hashOf(datasetNo, logKey('order_id', order_id)),
      hashOf(datasetNo, logKey('event_id', event_id)),
    ])
    const found = log.find(hashes, Number.NEGATIVE_INFINITY)
    return orders.map((_, at) => {
      const seqs = new Set([...(found[2 * at] ?? []), ...(found[2 * at + 1] ?? [])])
      return [...seqs].sort((a, b) => a - b)
    })
  }

  purchases(datasetNo: number, orders: readonly OrderIds[]): StoredEvent[][] {
    const { blocks } = this.#parts
    const found = this.purchaseSeqs(datasetNo, orders)
    return orders.map((ids, at) => {
      const events: StoredEvent[] = []
      for (const seq of found[at] ?? []) {
        if (events.length === ORDER_PURCHASES_MAX) break
        const legs = blocks.event(datasetNo, seq)
        if (legs && isPurchaseOf(ids, legs)) events.push({ legs })
      }
      return events
    })
  }

  /** The seqs received in the hours asked for (of a later leg: in its window), below the cursor. */
  #rangeOf(datasetNo: number, query: EventQuery): Range | undefined {
    const {
      from_s = 0,
      to_s = Number.MAX_SAFE_INTEGER,
      before_seq = Number.MAX_SAFE_INTEGER,
    } = query
    const lateS = isAnchored(query) ? ORDER_WINDOW_MS / 1000 : 0
    const row = this.#sql.hours.get(
      datasetNo,
      from_s - 3600,
      Math.min(to_s + lateS, Number.MAX_SAFE_INTEGER),
    )
    const { first, last } = row as { first: number | null; last: number | null }
    if (first === null || last === null || first >= before_seq) return undefined
    return { first, last: Math.min(last, before_seq - 1) }
  }

  /** Candidates from an index, newest first; undefined where only the blocks know. */
  #indexed(datasetNo: number, query: EventQuery, range: Range): Iterable<number> | undefined {
    const { event_name, event_id, order_id, verdicts = ['accepted'] } = query
    if (isAnchored(query) || verdicts.some((verdict) => verdict !== 'accepted')) return undefined
    const inRange = (seqs: readonly number[]): number[] =>
      seqs.filter((seq) => seq >= range.first && seq <= range.last).sort((a, b) => b - a)
    if (order_id !== undefined)
      return inRange(this.#logged(datasetNo, logKey('order_id', order_id)))
    if (event_id !== undefined) {
      const found = this.#byEventId(datasetNo, event_id)
      if (found.length > 0) return inRange(found)
    }
    if (event_name === undefined || isBrowsing(event_name)) return undefined
    const nameNo = this.#parts.names.find(datasetNo, event_name)
    const rows = this.#sql.conversions.iterate(datasetNo, nameNo, range.first, range.last)
    return event_id === undefined ? rows.map((row) => row.seq as number) : []
  }

  #byEventId(datasetNo: number, eventId: string): number[] {
    const { window, hashOf, connection } = this.#parts
    const oldestS = window.oldestS(connection.nowMs())
    const keys = BROWSING_EVENTS.map((event_name) => {
      const named = { event_name, event_id: eventId } as ServerEvent<UserData>
      return hashOf(datasetNo, idKey(named) ?? '')
    })
    const browsing = window.find(keys, oldestS).flatMap((seqs) => seqs ?? [])
    return [...new Set([...browsing, ...this.#logged(datasetNo, logKey('event_id', eventId))])]
  }

  #logged(datasetNo: number, key: string): readonly number[] {
    const { log, hashOf } = this.#parts
    return log.find([hashOf(datasetNo, key)], Number.NEGATIVE_INFINITY)[0] ?? []
  }

  #fromSeqs(datasetNo: number, query: EventQuery, seqs: Iterable<number>): EventPage {
    const { blocks } = this.#parts
    const events: StoredEvent[] = []
    const unpacked = new Set<number>()
    const isSpent = budgetOf(blocks)
    for (const seq of seqs) {
      unpacked.add(blocks.headAt(datasetNo, seq)?.id ?? 0)
      const isFull = events.length === query.limit
      if (isFull || isSpent() || unpacked.size > BLOCKS_PER_PAGE_MAX) {
        return { events, next_before_seq: seq + 1 }
      }
      const legs = blocks.event(datasetNo, seq)
      if (legs && matchesQuery(query, legs)) events.push({ legs })
    }
    return { events }
  }

  #fromBlocks(datasetNo: number, query: EventQuery, range: Range): EventPage {
    const { blocks, names } = this.#parts
    const { event_name } = query
    const nameNo = event_name === undefined ? undefined : names.find(datasetNo, event_name)
    const events: StoredEvent[] = []
    const anchored = isAnchored(query)
    const isSpent = budgetOf(blocks)
    let before = range.last + 1
    for (let heads = 0, unpacked = 0; before > range.first; heads++) {
      const head = blocks.headAt(datasetNo, before - 1)
      if (!head) break
      if (unpacked === BLOCKS_PER_PAGE_MAX || heads === HEADS_PER_PAGE_MAX) {
        return { events, next_before_seq: before }
      }
      if (nameNo === undefined || blocks.namesOf(head.id).includes(nameNo)) {
        unpacked += 1
        for (const leg of this.#candidates(query, head, { ...range, last: before - 1 })) {
          if (isSpent()) return { events, next_before_seq: leg.seq + 1 }
          const legs = blocks.event(datasetNo, anchored ? (leg.of_seq ?? leg.seq) : leg.seq)
          if (!legs || !matchesQuery(query, legs)) continue
          if (anchored && anchorOf(query, legs) !== leg.seq) continue
          if (events.length === query.limit) return { events, next_before_seq: leg.seq + 1 }
          events.push({ legs })
        }
      }
      before = head.first_seq
    }
    return { events }
  }

  /** Legs of a block, newest first, without those that a look at their text rules out. */
  *#candidates(query: EventQuery, head: BlockHead, range: Range): Iterable<Leg> {
    const { blocks } = this.#parts
    const { verdicts = ['accepted'], event_name, event_id } = query
    const anyOf = isAnchored(query) ? anchorMarks(query) : undefined
    const marks = [
      ...(event_name === undefined ? [] : [`"event_name":${JSON.stringify(event_name)}`]),
      ...(event_id === undefined ? [] : [JSON.stringify(event_id)]),
      ...(verdicts.length === 1 && !anyOf ? [`"verdict":"${verdicts[0]}"`] : []),
      ...(query.reason === undefined || anyOf ? [] : [JSON.stringify(query.reason)]),
    ]
    for (const line of blocks.lines(head).reverse()) {
      if (!marks.every((mark) => line.includes(mark))) continue
      if (anyOf && !anyOf.some((mark) => line.includes(mark))) continue
      const leg = blocks.parse(line, head.id)
      if (leg.seq >= range.first && leg.seq <= range.last) yield leg
    }
  }
}
