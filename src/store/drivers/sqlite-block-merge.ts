/**
 * Joins the small blocks that small commits leave, a few at a time. A dataset remembers up to which
 * seq this was done, so every leg is rewritten at most once. Called by tidyUp.
 */
import type { StatementSync } from 'node:sqlite'
import { BLOCK_LEGS_MAX } from '../../limits.ts'
import { type BlockHead, type Blocks, isSale, type Line, lineFor } from './sqlite-blocks.ts'
import type { Connection } from './sqlite-connection.ts'
import type { Names } from './sqlite-names.ts'

/** A block of at least this many legs is left alone: joined to full ones such blocks would take a
 * tenth less (server events; 26, not 20, bytes a page view), and each leg 3 us more to write. */
const SMALL_LEGS = BLOCK_LEGS_MAX / 4
/** Heads looked at in one slice, and legs rewritten: about 5 ms. */
const HEADS_PER_SLICE = 1000
const LEGS_PER_SLICE = 4 * BLOCK_LEGS_MAX

export class BlockUpkeep {
  readonly #connection: Connection
  readonly #blocks: Blocks
  readonly #names: Names
  readonly #sql: Record<'pending' | 'setTidied', StatementSync>

  constructor(connection: Connection, blocks: Blocks, names: Names) {
    const { db } = connection
    this.#connection = connection
    this.#blocks = blocks
    this.#names = names
    this.#sql = {
      pending: db.prepare(
        'SELECT no, tidied_seq FROM datasets WHERE next_seq - tidied_seq > ? ORDER BY no',
      ),
      setTidied: db.prepare('UPDATE datasets SET tidied_seq = ? WHERE no = ?'),
    }
  }

  /** One slice for the first dataset that has work; true when something was done. */
  step(): boolean {
    if (this.#sql.pending.get(BLOCK_LEGS_MAX) === undefined) return false
    return this.#connection.write(() => {
      const pending = this.#sql.pending.all(BLOCK_LEGS_MAX)
      return pending.some((row) => this.#advance(row.no as number, row.tidied_seq as number))
    })
  }

  #advance(datasetNo: number, tidiedSeq: number): boolean {
    let tidied = tidiedSeq
    let group: BlockHead[] = []
    let rewritten = 0
    for (const head of this.#blocks.headsFrom(datasetNo, tidiedSeq, HEADS_PER_SLICE)) {
      if (head.n < SMALL_LEGS) group.push(head)
      const legs = group.reduce((sum, { n }) => sum + n, 0)
      if (head.n < SMALL_LEGS && legs < BLOCK_LEGS_MAX) continue
      this.#join(datasetNo, group)
      rewritten += legs
      group = []
      tidied = head.first_seq + head.n
      if (rewritten >= LEGS_PER_SLICE) break
    }
    if (tidied === tidiedSeq) return false
    this.#sql.setTidied.run(tidied, datasetNo)
    return true
  }

  #join(datasetNo: number, group: readonly BlockHead[]): void {
    const [first] = group
    if (!first || group.length < 2) return
    const lines = group.flatMap((head) => this.#linesOf(datasetNo, head))
    this.#blocks.remove(group.map(({ id }) => id))
    this.#blocks.append(datasetNo, first.first_seq, lines)
  }

  #linesOf(datasetNo: number, head: BlockHead): Line[] {
    return this.#blocks.lines(head).map((text) => {
      const name = NAME.exec(text)?.[1]
      if (name !== undefined) {
        return { text, nameNo: this.#names.find(datasetNo, name), isSale: isSale(name) }
      }
      const leg = this.#blocks.parse(text, head.id)
      return lineFor(leg, this.#names.find(datasetNo, leg.event.event_name), text)
    })
  }
}

/**
 * The event name of a line as commit writes it, where it needs no unescaping: parsing the whole leg
 * for one word was most of the work of a merge.
 */
const NAME = /^\{"seq":\d+,"event":\{"event_name":"([^"\\]*)"/
