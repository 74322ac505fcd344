/**
 * The fsync of a commit, off the thread: SQLite appends to the write-ahead log without waiting
 * (synchronous = NORMAL), and `flushed` resolves once the disk has confirmed the log. That is what
 * FULL does inside COMMIT, with the difference that requests are read meanwhile. Commits that wait
 * together share one flush. Used by sqlite.ts.
 */
import { close, fdatasync, openSync } from 'node:fs'
import { TwofoldError } from '../../errors.ts'

interface Waiting {
  readonly done: () => void
  readonly fail: (error: unknown) => void
}

/** fs.fdatasync; tests put a failing disk in its place. */
export type Sync = (fd: number, done: (error: Error | null) => void) => void

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
  constructor(file: string, sync: Sync = fdatasync) {
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
