/**
 * Bad rows of an imported file, written to a file beside it, each with its reason. The rows stay on
 * this machine: the server only says which they are. Called by the imports.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CsvFault, csvRows, separatorOf } from '../sources/csv-reader.ts'
import { CliError, EXIT, systemCode, wrongUsage } from './exit.ts'
import { count, note } from './output.ts'

interface BadRows {
  readonly faults: readonly {
    readonly line: number
    readonly column: string
    readonly reason: string
  }[]
  /** All there are; the faults may be only the first of them. */
  readonly bad: number
}

/** `target` undefined: beside the file, as FILE.bad.csv. */
export async function keepBadRows(
  file: string,
  target: string | undefined,
  { faults, bad }: BadRows,
): Promise<void> {
  if (faults.length === 0) return
  const path = target ?? `${file.replace(/\.csv$/i, '')}.bad.csv`
  if (resolve(path) === resolve(file)) {
    throw wrongUsage('--bad names the file itself.', 'Bad rows would take the place of all rows.')
  }
  const reasons = new Map(faults.map(({ line, column, reason }) => [line, `${column}: ${reason}`]))
  try {
    await pipeline(Readable.from(badRows(file, reasons)), createWriteStream(path))
  } catch (error) {
    throw new CliError(EXIT.failed, 'bad_rows_lost', {
      message: `The bad rows could not be written to ${path} (${systemCode(error) ?? 'failed'}).`,
      fix: 'Name another file with --bad and import it again: good rows are not counted twice.',
    })
  }
  const rest = bad > faults.length ? ` (the first ${count(faults.length)} of ${count(bad)})` : ''
  note(`Bad rows are in ${path}${rest}.`)
}

async function* badRows(
  file: string,
  reasons: ReadonlyMap<number, string>,
): AsyncGenerator<string> {
  const separator = await separatorIn(file)
  let isHead = true
  try {
    for await (const { line, cells } of csvRows(createReadStream(file, 'utf8'))) {
      const reason = isHead ? 'reason' : reasons.get(line)
      isHead = false
      if (reason !== undefined) yield `${[...cells, reason].map(cellOf).join(separator)}\n`
    }
  } catch (error) {
    // The server stopped there too, and said so.
    if (!(error instanceof CsvFault)) throw error
  }
}

async function separatorIn(file: string): Promise<string> {
  for await (const piece of createReadStream(file, { encoding: 'utf8', end: HEAD_BYTES })) {
    return separatorOf(piece as string)
  }
  return ','
}

/** Longer than the heads of the longest exports. */
const HEAD_BYTES = 64 * 1024 - 1

const cellOf = (text: string): string =>
  /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
