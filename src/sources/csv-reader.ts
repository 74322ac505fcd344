/**
 * Rows of a CSV file as they come, whatever its size: one row in memory at a time. Reads what
 * spreadsheets and shops write: comma, semicolon or tab, quoted fields with line breaks, a byte
 * order mark, any line end. Pure; the caller brings the text.
 */
import { FILE_COLUMNS_MAX, FILE_ROW_CHARS_MAX } from '../order-limits.ts'

export interface CsvRow {
  /** As an editor counts lines: the head is 1. */
  readonly line: number
  readonly cells: readonly string[]
}

/** It cannot be read any further. */
export class CsvFault extends Error {
  readonly line: number

  constructor(line: number, message: string) {
    super(message)
    this.line = line
  }
}

/** Empty lines are left out. Throws CsvFault. */
export async function* csvRows(text: AsyncIterable<string>): AsyncGenerator<CsvRow> {
  const reader = new Reader()
  for await (const piece of text) yield* reader.take(piece)
  yield* reader.end()
}

class Reader {
  #separator: string | undefined
  /** What came before the separator was known: the beginning of the head. */
  #head = ''
  #cells: string[] = []
  #cell = ''
  #chars = 0
  #state: 'start' | 'plain' | 'quoted' | 'closed' = 'start'
  #line = 1
  #rowLine = 1
  #skipFeed = false

  #quoted(char: string): void {
    if (char === '"') this.#state = 'closed'
    else this.#cell += char
  }

  *take(piece: string): Generator<CsvRow> {
    if (this.#separator !== undefined) return yield* this.#read(piece)
    this.#head += piece
    if (!/[\r\n]/.test(this.#head) && this.#head.length < FILE_ROW_CHARS_MAX) return
    yield* this.#begin()
  }

  *end(): Generator<CsvRow> {
    if (this.#separator === undefined) yield* this.#begin()
    if (this.#state === 'quoted') {
      const words = 'A quoted field is never closed: look for a lone " in this row.'
      throw new CsvFault(this.#rowLine, words)
    }
    yield* this.#endRow()
  }

  *#begin(): Generator<CsvRow> {
    const head = this.#head.replace(/^\uFEFF/, '')
    this.#separator = separatorOf(head)
    this.#head = ''
    yield* this.#read(head)
  }

  *#read(piece: string): Generator<CsvRow> {
    for (const char of piece) {
      if (this.#skipFeed && char === '\n') {
        this.#skipFeed = false
        continue
      }
      this.#skipFeed = char === '\r'
      if (char === '\n' || char === '\r') this.#line += 1
      this.#chars += 1
      if (this.#chars > FILE_ROW_CHARS_MAX) {
        const words = `A row has more than ${FILE_ROW_CHARS_MAX} characters: is this a CSV file?`
        throw new CsvFault(this.#rowLine, words)
      }
      if (this.#state === 'quoted') this.#quoted(char)
      else if (char === '"' && this.#state !== 'plain') this.#quote()
      else if (char === this.#separator) this.#endCell()
      else if (char === '\n' || char === '\r') yield* this.#endRow()
      else {
        this.#cell += char
        this.#state = 'plain'
      }
    }
  }

  /** Opens a field, or stands for itself where it is doubled. */
  #quote(): void {
    if (this.#state === 'closed') this.#cell += '"'
    this.#state = 'quoted'
  }

  #endCell(): void {
    this.#cells.push(this.#cell)
    if (this.#cells.length > FILE_COLUMNS_MAX) {
      throw new CsvFault(this.#rowLine, `A row has more than ${FILE_COLUMNS_MAX} columns.`)
    }
    this.#cell = ''
    this.#state = 'start'
  }

  *#endRow(): Generator<CsvRow> {
    this.#endCell()
    const cells = this.#cells
    const line = this.#rowLine
    this.#cells = []
    this.#chars = 0
    this.#rowLine = this.#line
    if (cells.some((cell) => cell.trim() !== '')) yield { line, cells }
  }
}

/** The one that the head of the file has most of; a head of one column needs none. */
export function separatorOf(text: string): string {
  const [head = ''] = text.split(/[\r\n]/, 1)
  const plain = head.replaceAll(/"[^"]*"/g, '')
  const counts = [',', ';', '\t'].map((mark) => [plain.split(mark).length, mark] as const)
  return counts.reduce((best, one) => (one[0] > best[0] ? one : best))[1]
}
