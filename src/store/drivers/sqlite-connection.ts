/**
 * One connection with its transactions, and the watch over what another process did to the same
 * file: every commit raises `revision`, every rearrangement of what is kept in memory raises
 * `layout`. Whatever is remembered from the file registers here to be told. Used by every part of
 * the SQLite driver.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { inOurWords, storeError } from './sqlite-errors.ts'
import { diskSync, type Sync, WalFlush } from './sqlite-wal-flush.ts'

/** Told when the memory is behind the file; `rearranged` when more than appending happened. */
export type OnForeignChange = (rearranged: boolean) => void

export class Connection {
  readonly db: DatabaseSync
  readonly file: string
  readonly nowMs: () => number
  readonly #flush: WalFlush
  /** As of the last transaction; valid inside one. */
  revision = -1
  layout = -1
  readonly #listeners: OnForeignChange[] = []
  #afterCommit: (() => void)[] = []
  readonly #sql: Record<'begin' | 'lock' | 'commit' | 'rollback' | 'instance', StatementSync>
  readonly #bump: Record<'revision' | 'layout', StatementSync>

  constructor(db: DatabaseSync, options: { file: string; nowMs: () => number; sync?: Sync }) {
    this.db = db
    this.file = options.file
    this.nowMs = options.nowMs
    this.#flush = new WalFlush(options.file, options.sync ?? diskSync(options.nowMs))
    this.#sql = {
      begin: db.prepare('BEGIN'),
      lock: db.prepare('BEGIN IMMEDIATE'),
      commit: db.prepare('COMMIT'),
      rollback: db.prepare('ROLLBACK'),
      instance: db.prepare('SELECT revision, layout FROM instance'),
    }
    this.#bump = {
      revision: db.prepare('UPDATE instance SET revision = revision + 1'),
      layout: db.prepare('UPDATE instance SET layout = layout + 1'),
    }
  }

  onForeignChange(listener: OnForeignChange): void {
    this.#listeners.push(listener)
  }

  /** All reads inside see one state of the file, and the memory agrees with it. */
  read<T>(work: () => T): T {
    return this.#transaction(this.#sql.begin, work)
  }

  /** Atomic at once, durable with the next `writeDurably`; when it throws, nothing was kept. */
  write<T>(work: () => T): T {
    this.#flush.requireIntact()
    return this.#transaction(this.#sql.lock, work)
  }

  /** Durable when it resolves. */
  async writeDurably<T>(work: () => T): Promise<T> {
    const result = this.write(work)
    await this.durable()
    return result
  }

  /** Resolves when all that was committed before is durable. */
  durable(): Promise<void> {
    return this.#flush.flushed()
  }

  async close(): Promise<void> {
    await this.#flush.close()
    if (this.db.isOpen) inOurWords(this.file, () => this.db.close())
  }

  /** Inside write: runs once the transaction is durable, in order; never after a rollback. */
  afterCommit(apply: () => void): void {
    this.#afterCommit.push(apply)
  }

  /** Inside write: tells other processes (and us, afterwards) that something changed. */
  bump(what: 'revision' | 'layout'): void {
    this.#bump[what].run()
    this.afterCommit(() => {
      this[what] += 1
    })
  }

  #transaction<T>(begin: StatementSync, work: () => T): T {
    this.#afterCommit = []
    inOurWords(this.file, () => begin.run())
    try {
      this.#followOthers()
      const result = work()
      this.#sql.commit.run()
      for (const apply of this.#afterCommit) apply()
      return result
    } catch (error) {
      this.#undo()
      throw storeError(error, this.file)
    }
  }

  /** SQLite may have rolled back on its own (disk full). Everything remembered is read anew. */
  #undo(): void {
    if (this.db.isOpen && this.db.isTransaction) this.#sql.rollback.run()
    this.revision = -1
    this.layout = -1
  }

  #followOthers(): void {
    const { revision, layout } = this.#sql.instance.get() as { revision: number; layout: number }
    if (revision === this.revision && layout === this.layout) return
    const rearranged = layout !== this.layout
    for (const listener of this.#listeners) listener(rearranged)
    this.revision = revision
    this.layout = layout
  }
}
