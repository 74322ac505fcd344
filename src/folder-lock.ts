/**
 * One server per data folder: settings and tokens are held in memory, so a second server would not
 * hear of a revoked token. The lock is an open transaction on a file of its own: the system lets go
 * of it when the process ends, however it ends. Called by main.ts.
 */
import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { TwofoldError } from './errors.ts'

const FILE = 'server.lock'
const SQLITE_BUSY = 5

/** Returns how to let go. Throws `store_locked` when another server has it. */
export function lockFolder(folder: string): () => void {
  const file = join(folder, FILE)
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(file)
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    db?.close()
    const busy = ((error as { errcode?: number }).errcode ?? 0) % 256 === SQLITE_BUSY
    const code = busy ? 'store_locked' : 'store_read_only'
    const detail = busy ? `A server is running on ${folder}.` : `${file} cannot be opened.`
    throw new TwofoldError(code, detail, { cause: error })
  }
  const held = db
  return () => held.close()
}

/** Not mkdir's own recursion: on a file system that refuses new folders it never comes back. */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  const parent = dirname(resolve(folder))
  if (parent !== resolve(folder)) makeFolder(parent)
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    const full = (error as NodeJS.ErrnoException).code === 'ENOSPC'
    const detail = `${folder} cannot be made: take another, --data FOLDER.`
    throw new TwofoldError(full ? 'store_full' : 'store_read_only', detail, { cause: error })
  }
}
