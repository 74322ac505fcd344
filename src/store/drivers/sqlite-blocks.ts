/**
 * The legs themselves, in the SQLite driver: immutable blocks of neighbouring legs, one JSON line
 * each, compressed together. A block row never changes and its id never comes back, so what is
 * unpacked once may be remembered. Small blocks of small commits are joined later, each leg once.
 */
import type { StatementSync } from 'node:sqlite'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { TwofoldError } from '../../errors.ts'
import type { Leg } from '../../event/shape.ts'
import { BLOCK_BYTES_MAX, BLOCK_LEGS_MAX, BLOCKS_UNPACKED_BYTES_MAX } from '../../limits.ts'
import type { Connection } from './sqlite-connection.ts'

export interface BlockHead {
  readonly id: number
  readonly first_seq: number
  readonly n: number
}

/** What goes into a block: the leg's JSON and the number of its event name. */
export interface Line {
  readonly text: string
  readonly nameNo: number
}

/** The unpacked bytes of a block; a line becomes a string only when it is asked for. */
export class Lines {
  readonly bytes: Buffer
  #starts: number[] | undefined

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  get count(): number {
    return this.#index().length
  }

  at(index: number): string | undefined {
    const starts = this.#index()
    const start = starts[index]
    if (start === undefined) return undefined
    const next = starts[index + 1]
    return this.bytes.toString('utf8', start, next === undefined ? this.bytes.length : next - 1)
  }

  *[Symbol.iterator](): Generator<string> {
    for (let index = 0; index < this.count; index++) yield this.at(index) ?? ''
  }

  #index(): readonly number[] {
    if (this.#starts) return this.#starts
    this.#starts = [0]
    for (let at = this.bytes.indexOf(10); at >= 0; at = this.bytes.indexOf(10, at + 1)) {
      this.#starts.push(at + 1)
    }
    return this.#starts
  }
}

const PACKING = {
  [constants.ZSTD_c_compressionLevel]: 1,
  // Four bytes that find a damaged block before JSON does.
  [constants.ZSTD_c_checksumFlag]: 1,
}
/** Holds a usual block, so that it is unpacked in one piece. */
const UNPACKING = { chunkSize: 256 * 1024 }

export class Blocks {
  readonly #connection: Connection
  readonly #sql: ReturnType<typeof prepare>
  /** Lines by block id, least recently used first. */
  readonly #unpacked = new Map<number, Lines>()
  #unpackedBytes = 0

  constructor(connection: Connection) {
    this.#connection = connection
    this.#sql = prepare(connection)
  }

  /** Inside write: appends lines as blocks of even size. */
  append(datasetNo: number, firstSeq: number, all: readonly Line[]): void {
    let seq = firstSeq
    for (const block of cut(all)) {
      const texts = block.map(({ text }) => text)
      const names = Uint32Array.from(new Set(block.map(({ nameNo }) => nameNo)))
      const bytes = Buffer.from(texts.join('\n'))
      const size = { pledgedSrcSize: bytes.length }
      const data = zstdCompressSync(bytes, { params: PACKING, ...size })
      const nameNos = new Uint8Array(names.buffer)
      const { lastInsertRowid } = this.#sql.insert.run(datasetNo, seq, block.length, nameNos, data)
      const lines = new Lines(bytes)
      this.#connection.afterCommit(() => this.#remember(Number(lastInsertRowid), lines))
      seq += block.length
    }
  }

  /** The legs at these seqs that exist, in the order asked. */
  legs(datasetNo: number, seqs: readonly number[]): Leg[] {
    const legs: Leg[] = []
    for (const seq of seqs) {
      const head = this.headAt(datasetNo, seq)
      if (!head || seq >= head.first_seq + head.n) continue
      const line = this.lines(head.id).at(seq - head.first_seq)
      if (line !== undefined) legs.push(this.parse(line, head.id))
    }
    return legs
  }

  /** The kept leg and everything merged into it. */
  event(datasetNo: number, keptSeq: number): [Leg, ...Leg[]] | undefined {
    const later = this.#sql.merged.all(datasetNo, keptSeq).map((row) => row.seq as number)
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

  lines(blockId: number): Lines {
    const known = this.#unpacked.get(blockId)
    if (known) {
      this.#unpacked.delete(blockId)
      this.#unpacked.set(blockId, known)
      return known
    }
    const row = this.#sql.data.get(blockId) as { data: Uint8Array } | undefined
    if (!row) throw this.#damaged(blockId, undefined)
    const lines = this.#unpack(blockId, row.data)
    this.#remember(blockId, lines)
    return lines
  }

  parse(line: string, blockId: number): Leg {
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
      for (const id of blockIds) this.#sql.remove.run(id)
    } finally {
      db.exec('PRAGMA secure_delete = OFF')
    }
    this.#connection.afterCommit(() => {
      for (const id of blockIds) this.#forget(id)
    })
  }

  #unpack(blockId: number, data: Uint8Array): Lines {
    try {
      return new Lines(zstdDecompressSync(data, UNPACKING))
    } catch (error) {
      throw this.#damaged(blockId, error)
    }
  }

  #damaged(blockId: number, cause: unknown): TwofoldError {
    const detail = `${this.#connection.file}: block ${blockId} cannot be read.`
    return new TwofoldError('store_corrupt', detail, { cause })
  }

  #remember(blockId: number, lines: Lines): void {
    this.#unpacked.set(blockId, lines)
    this.#unpackedBytes += lines.bytes.length
    for (const oldest of this.#unpacked.keys()) {
      if (this.#unpackedBytes <= BLOCKS_UNPACKED_BYTES_MAX) return
      this.#forget(oldest)
    }
  }

  #forget(blockId: number): void {
    const lines = this.#unpacked.get(blockId)
    if (!lines) return
    this.#unpacked.delete(blockId)
    this.#unpackedBytes -= lines.bytes.length
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

function prepare({
  db,
}: Connection): Record<
  'insert' | 'remove' | 'data' | 'names' | 'headAt' | 'headsFrom' | 'merged' | 'insertMerged',
  StatementSync
> {
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
    merged: db.prepare('SELECT seq FROM merged WHERE dataset_no = ? AND kept_seq = ? ORDER BY seq'),
    insertMerged: db.prepare('INSERT INTO merged (dataset_no, kept_seq, seq) VALUES (?, ?, ?)'),
  }
}
