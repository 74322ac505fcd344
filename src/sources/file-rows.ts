/**
 * The rows of a CSV file one after another, from the first on by what its head says; how every
 * import reads. Called by reconcile/order-import.ts and sources/offline/.
 */
import { TwofoldError } from '../errors.ts'
import { CsvFault, csvRows } from './csv-reader.ts'

interface Reading<File> {
  /** What throws here ends the reading. */
  readonly open: (head: readonly string[]) => File
  readonly take: (
    file: File,
    row: { readonly line: number; readonly cells: readonly string[] },
  ) => Promise<void> | void
}

/** Where and why a file ended before its end. */
export interface Stopped {
  readonly line: number
  readonly column: string
  readonly reason: string
}

/** Null when all was read. Throws `invalid_request` where there is not even a head. */
export async function readRows<File>(
  text: AsyncIterable<string>,
  { open, take }: Reading<File>,
): Promise<Stopped | null> {
  let opened: { readonly file: File } | undefined
  try {
    for await (const row of csvRows(text)) {
      if (opened) await take(opened.file, row)
      else opened = { file: open(row.cells) }
    }
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error
    if (!opened) throw new TwofoldError('invalid_request', `line ${error.line}: ${error.message}`)
    return { line: error.line, column: '', reason: error.message }
  }
  if (!opened) throw new TwofoldError('invalid_request', 'The file is empty: it has no head.')
  return null
}
