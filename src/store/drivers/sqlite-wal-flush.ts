/**
 * The fsync of a commit: SQLite appends to the write-ahead log without waiting (synchronous =
 * NORMAL), and `flushed` resolves once the disk has confirmed the log. That is what FULL does inside
 * COMMIT, with the difference that requests are read meanwhile where the disk takes its time.
 * Commits that wait together share one flush. Used by sqlite.ts.
 */
import { close, fdatasync, fdatasyncSync, openSync } from 'node:fs'
import { TwofoldError } from '../../errors.ts'

interface Waiting {
  readonly done: () => void
  readonly fail: (error: unknown) => void
}

/** diskSync; tests put a failing disk in its place. */
export type Sync = (fd: number, done: (error: Error | null) => void) => void

/** A flush that lasts longer is not waited for in the thread. */
const WAIT_MS_MAX = 2
/** Flushes off the thread before it is tried again whether the disk is quick. */
const FLUSHES_AWAY = 100

/**
 * A quick disk is waited for on the spot: to hand a flush to another thread and to be woken by it
 * takes longer than the flush (a tenth of all time under a load of single hits, measured). A slow
 * one is left to another thread.
 */
export function diskSync(nowMs: () => number, wait = fdatasyncSync, away = fdatasync): Sync {
  let left = 0
  return (fd, done) => {
    if (left > 0) {
      left -= 1
      away(fd, done)
      return
    }
    const startedMs = nowMs()
    try {
      wait(fd)
    } catch (error) {
      done(error as Error)
      return
    }
    if (nowMs() - startedMs > WAIT_MS_MAX) left = FLUSHES_AWAY
    done(null)
  }
}

export class WalFlush {
  readonly #file: string
  readonly #sync: Sync
  #fd: number | undefined
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined
  /**
   * After a failed flush the system may have thrown away what it could not write, and a later flush
   * would say that all is well. Nothing is acknowledged any more until the file is opened anew.
   */
  #broken: TwofoldError | undefined

  /**
   * `file` is the database, on which a connection is open: its log stands beside it as long. Opened
   * here, so that a process without a free file number does not start, instead of failing at its
   * first event as if the disk were broken. Throws `store_failed`.
   */
  constructor(file: string, sync: Sync) {
    this.#file = file
    this.#sync = sync
    try {
      this.#fd = openSync(`${file}-wal`, 'r+')
    } catch (cause) {
      const { code = 'no code' } = cause as NodeJS.ErrnoException
      const detail = `${file}-wal cannot be opened (${code}).`
      throw new TwofoldError('store_failed', detail, { cause })
    }
  }

  /** Everything committed before the call is durable when it resolves. Rejects `store_failed`. */
  flushed(): Promise<void> {
    if (this.#broken) return Promise.reject(this.#broken)
    return new Promise((done, fail) => {
      this.#waiting.push({ done, fail })
      this.#running ??= this.#run()
    })
  }

  /** Throws when an earlier flush failed: what would be written now could not be trusted. */
  requireIntact(): void {
    if (this.#broken) throw this.#broken
  }

  async close(): Promise<void> {
    await this.#running
    const fd = this.#fd
    this.#fd = undefined
    if (fd !== undefined) await new Promise<void>((done) => close(fd, () => done()))
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const round = this.#waiting
      this.#waiting = []
      const error = await this.#flush()
      if (error) this.#broken = error
      for (const { done, fail } of round) error ? fail(error) : done()
    }
    this.#running = undefined
  }

  #flush(): Promise<TwofoldError | undefined> {
    // Who came while a flush failed: the next one would say that all is well.
    if (this.#broken) return Promise.resolve(this.#broken)
    const fd = this.#fd
    if (fd === undefined) return Promise.resolve(this.#failure({ code: 'closed' }))
    return new Promise((resolve) => {
      this.#sync(fd, (error) => resolve(error ? this.#failure(error) : undefined))
    })
  }

  #failure(cause: unknown): TwofoldError {
    const { code = 'no code' } = cause as NodeJS.ErrnoException
    const detail =
      `${this.#file}-wal: the disk did not confirm a write (${code}). ` +
      'Check the disk, then restart; what was acknowledged is kept.'
    return new TwofoldError('store_failed', detail, { cause })
  }
}
