/**
 * From what SQLite says to what a person can act on. Only errors of the database change: a fault of
 * ours passes through as it is. Every file of the SQLite driver throws through here.
 */
import type { ErrorCode } from '../../errors.ts'
import { TwofoldError } from '../../errors.ts'

/** Primary result codes of SQLite (sqlite.org/rescode.html); extended ones carry them in 8 bits. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  5: 'store_locked', // BUSY
  6: 'store_locked', // LOCKED
  8: 'store_read_only', // READONLY
  11: 'store_corrupt', // CORRUPT
  13: 'store_full', // FULL
  14: 'store_read_only', // CANTOPEN: the folder is missing or may not be written
  26: 'store_corrupt', // NOTADB
}

/** `file` is named in the detail, so that whoever reads the log knows where to look. */
export function storeError(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || error instanceof TwofoldError) return error
  const { code, errcode } = error as Error & { code?: string; errcode?: number }
  if (code === 'ERR_INVALID_STATE') {
    return new TwofoldError('store_failed', `${file} was closed.`, { cause: error })
  }
  if (code !== 'ERR_SQLITE_ERROR' || errcode === undefined) return error
  const ours = CODES[errcode & 0xff] ?? 'store_failed'
  return new TwofoldError(ours, `${file}: ${error.message} (SQLite ${errcode}).`, { cause: error })
}

/** Runs `work` and lets its errors out in our words. */
export function inOurWords<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw storeError(error, file)
  }
}
