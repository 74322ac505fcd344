/**
 * The legs themselves, in the SQLite driver: immutable blocks of neighbouring legs, one JSON line
 * each, compressed together. A few purchases among many others stand apart, in a row of their own:
 * they are looked up one by one, each in another block, and unpacking their neighbours was most of
 * that work. A row never changes and its id never comes back, so what is unpacked once may be
 * remembered. Small blocks of small commits are joined later, each leg once.
 */
import type { StatementSync } from 'node:sqlite'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { TwofoldError } from '../../errors.ts'
import type { Leg } from '../../event/shape.ts'
import {
  BLOCK_BYTES_MAX,
  BLOCK_LEGS_MAX,
  BLOCKS_UNPACKED_BYTES_MAX,
  EVENT_LEGS_READ_MAX,
} from '../../limits.ts'
import { BlockCache, lineOf, lineStarts, SEQ_FIRST } from './sqlite-block-cache.ts'
import type { Connection } from './sqlite-connection.ts'

export interface BlockHead {
  readonly id: number
  readonly first_seq: number
  readonly n: number
}

/** What goes into a block: the leg's JSON, the number of its event name, if it is a Purchase. */
export interface Line {
  readonly text: string
  readonly nameNo: number
  readonly isSale: boolean
}

/** `seq` comes first, so that a line is found among others without being parsed. */
export function lineFor(leg: Leg, nameNo: number, text = JSON.stringify(leg)): Line {
  return {
    text: text.startsWith(SEQ_FIRST) ? text : JSON.stringify(seqFirst(leg)),
    nameNo,
    isSale: isSale(leg.event.event_name),
  }
}

export const isSale = (eventName: string): boolean => eventName === 'Purchase'

const seqFirst = ({ seq, ...rest }: Leg): Leg => ({ seq, ...rest })

const PACKING = {
  [constants.ZSTD_c_compressionLevel]: 1,
  // Four bytes that find a damaged block before JSON does.
  [constants.ZSTD_c_checksumFlag]: 1,
}
/** Hold a usual block, and the purchases of one, so that they are unpacked in one piece. */
const UNPACKING = { chunkSize: 256 * 1024 }
const UNPACKING_SALES = { chunkSize: 32 * 1024 }
/** Of a smaller block nothing stands apart: it is read quickly, and soon joined with others. */
const APART_LEGS_MIN = BLOCK_LEGS_MAX / 4

export class Blocks {
  readonly #connection: Connection
  readonly #sql: ReturnType<typeof prepare>
  readonly #recent = new BlockCache(BLOCKS_UNPACKED_BYTES_MAX)

  constructor(connection: Connection) {
    this.#connection = connection
    this.#sql = prepare(connection)
    // Ids of a write that did not take place are given again.
    connection.onForeignChange((rearranged) => {
      if (rearranged) this.#recent.clear()
    })
  }

  /** Inside write: appends lines as blocks of even size. */
  append(datasetNo: number, firstSeq: number, all: readonly Line[]): void {
    let seq = firstSeq
    for (const block of cut(all)) {
      const names = Uint32Array.from(new Set(block.map(({ nameNo }) => nameNo)))
      const nameNos = new Uint8Array(names.buffer)
      const [rest, sales] = apart(block)
      const id = this.#write(rest, (data) =>
        Number(this.#sql.insert.run(datasetNo, seq, block.length, nameNos, data).lastInsertRowid),
      )
      if (sales.length > 0) {
        this.#write(sales, (data) => {
          this.#sql.insertSales.run(id, data)
          return -id
        })
      }
      seq += block.length
    }
  }

  /** The legs at these seqs that exist, in the order asked. */
  legs(datasetNo: number, seqs: readonly number[]): Leg[] {
    const legs: Leg[] = []
    for (const seq of seqs) {
      const head = this.headAt(datasetNo, seq)
      if (!head || seq >= head.first_seq + head.n) continue
      legs.push(this.parse(this.#line(head, seq), head.id))
    }
    return legs
  }

  /** The kept leg and everything merged into it. */
  event(datasetNo: number, keptSeq: number): [Leg, ...Leg[]] | undefined {
    const later = this.#sql.merged
      .all(datasetNo, keptSeq, EVENT_LEGS_READ_MAX - 1)
      .map((row) => row.seq as number)
    const [kept, ...rest] = this.legs(datasetNo, [keptSeq, ...later])
    return kept && [kept, ...rest]
  }

  merge(datasetNo: number, keptSeq: number, seq: number): void {
    this.#sql.insertMerged.run(datasetNo, keptSeq, seq)
  }

  /** The block that holds `seq`, or the last one before it. */
  headAt(datasetNo: number, seq: number): BlockHead | undefined {
    return this.#sql.headAt.get(datasetNo, seq) as BlockHead | undefined
  }

  headsFrom(datasetNo: number, seq: number, limit: number): BlockHead[] {
    return this.#sql.headsFrom.all(datasetNo, seq, limit) as unknown as BlockHead[]
  }

  namesOf(blockId: number): Uint32Array {
    const row = this.#sql.names.get(blockId) as { names: Uint8Array } | undefined
    return new Uint32Array((row?.names ?? new Uint8Array()).slice().buffer)
  }

  /** All lines of a block. Does not push out what is remembered for twins. */
  lines({ id, n }: BlockHead): string[] {
    const [rest = [], sales] = [id, -id].map((key) =>
      (this.#recent.bytes(key) ?? this.#unpack(key))?.toString('utf8').split('\n'),
    )
    const lines = sales ? [...rest, ...sales].sort((a, b) => seqIn(a) - seqIn(b)) : rest
    // The row of its purchases is gone: whoever counts lines would take one leg for another.
    if (lines.length !== n) throw this.#damaged(id, undefined)
    return lines
  }

  /** Looks among the purchases first: they are few, or not there. */
  #line(head: BlockHead, seq: number): string {
    const { id } = head
    const known = this.#recent.line(id, head, seq) ?? this.#recent.line(-id, head, seq)
    if (known !== undefined) return known
    for (const key of [-id, id]) {
      const bytes = this.#recent.bytes(key) ? undefined : this.#unpack(key)
      if (!bytes) continue
      this.#recent.put(key, bytes)
      const line = lineOf(bytes, lineStarts(bytes), head, seq)
      if (line !== undefined) return line
    }
    throw this.#damaged(id, undefined)
  }

  /** Text parsed so far: who reads a lot looks at the difference. */
  charsRead = 0

  parse(line: string, blockId: number): Leg {
    this.charsRead += line.length
    try {
      return JSON.parse(line) as Leg
    } catch (error) {
      throw this.#damaged(blockId, error)
    }
  }

  /** Inside write: the space is overwritten, so that erased values do not stay in free pages. */
  remove(blockIds: readonly number[]): void {
    const { db } = this.#connection
    db.exec('PRAGMA secure_delete = ON')
    try {
      for (const id of blockIds) {
        this.#sql.remove.run(id)
        this.#sql.removeSales.run(id)
      }
    } finally {
      db.exec('PRAGMA secure_delete = OFF')
    }
    this.#connection.afterCommit(() => {
      for (const id of blockIds) for (const key of [id, -id]) this.#recent.delete(key)
    })
  }

  /** Inside write: `insert` says under which key the packed lines are known. */
  #write(lines: readonly Line[], insert: (data: Buffer) => number): number {
    const bytes = this.#recent.write(lines.map(({ text }) => text))
    const data = zstdCompressSync(bytes, { params: PACKING, pledgedSrcSize: bytes.length })
    const key = insert(data)
    this.#recent.keepWritten(key, bytes)
    return key
  }

  /** Of a negative key the purchases of that block: undefined where none stand apart. */
  #unpack(key: number): Buffer | undefined {
    const blockId = Math.abs(key)
    const row = (key < 0 ? this.#sql.sales : this.#sql.data).get(blockId)
    if (!row && key < 0) return undefined
    if (!row) throw this.#damaged(blockId, undefined)
    try {
      return zstdDecompressSync(row.data as Uint8Array, key < 0 ? UNPACKING_SALES : UNPACKING)
    } catch (error) {
      throw this.#damaged(blockId, error)
    }
  }

  #damaged(blockId: number, cause: unknown): TwofoldError {
    const detail = `${this.#connection.file}: block ${blockId} cannot be read.`
    return new TwofoldError('store_corrupt', detail, { cause })
  }
}

/** Even parts of at most BLOCK_LEGS_MAX lines and about BLOCK_BYTES_MAX bytes. */
function cut(lines: readonly Line[]): Line[][] {
  const size = Math.ceil(lines.length / Math.ceil(lines.length / BLOCK_LEGS_MAX))
  const blocks: Line[][] = []
  let bytes = 0
  for (const line of lines) {
    const last = blocks.at(-1)
    bytes += line.text.length
    if (last && last.length < size && bytes <= BLOCK_BYTES_MAX) {
      last.push(line)
    } else {
      blocks.push([line])
      bytes = line.text.length
    }
  }
  return blocks
}

/** The lines of a block that stay together, and the purchases where they are the fewer. */
function apart(block: readonly Line[]): readonly [readonly Line[], readonly Line[]] {
  if (block.length < APART_LEGS_MIN) return [block, []]
  const sales = block.filter(({ isSale }) => isSale)
  if (sales.length === 0 || sales.length > block.length / 2) return [block, []]
  return [block.filter(({ isSale }) => !isSale), sales]
}

const seqIn = (line: string): number => Number.parseInt(line.slice(SEQ_FIRST.length), 10)

function prepare({ db }: Connection) {
  const head = 'SELECT id, first_seq, n FROM blocks WHERE dataset_no = ?'
  return {
    insert: db.prepare(
      'INSERT INTO blocks (dataset_no, first_seq, n, names, data) VALUES (?, ?, ?, ?, ?)',
    ),
    remove: db.prepare('DELETE FROM blocks WHERE id = ?'),
    data: db.prepare('SELECT data FROM blocks WHERE id = ?'),
    names: db.prepare('SELECT names FROM blocks WHERE id = ?'),
    headAt: db.prepare(`${head} AND first_seq <= ? ORDER BY first_seq DESC LIMIT 1`),
    headsFrom: db.prepare(`${head} AND first_seq >= ? ORDER BY first_seq LIMIT ?`),
    merged: db.prepare(
      'SELECT seq FROM merged WHERE dataset_no = ? AND kept_seq = ? ORDER BY seq LIMIT ?',
    ),
    insertMerged: db.prepare('INSERT INTO merged (dataset_no, kept_seq, seq) VALUES (?, ?, ?)'),
    insertSales: db.prepare('INSERT INTO block_sales (block_id, data) VALUES (?, ?)'),
    removeSales: db.prepare('DELETE FROM block_sales WHERE block_id = ?'),
    sales: db.prepare('SELECT data FROM block_sales WHERE block_id = ?'),
  } satisfies Record<string, StatementSync>
}
