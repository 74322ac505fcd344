/**
 * `twofold/sdk/file-spool`: keeps events in a file of this machine until the server has them, so
 * that they survive the end of the program at any moment, kill -9 included (not a loss of power: a
 * write is handed to the system, not forced onto the disk). One file for each program, lines only
 * ever added; what a dead program left is taken over by the next. Holds hashed events, no token.
 */
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { SPOOL_DEAD_BYTES } from './limits.ts'
import type { Spool, SpoolChange, SpooledEvent } from './spool.ts'

export interface FileSpoolOptions {
  /** A folder of this program on a disk of this machine; made where it is missing. */
  readonly folder: string
}

/** Throws where the folder cannot be written: better at the start than with the first event. */
export function fileSpool({ folder }: FileSpoolOptions): Spool {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return new FileSpool(folder)
}

/** The numbers of the process and its thread, and something that tells two of one number apart. */
const NAME = /^(events-(\d+)-(?:(\d+)t)?[a-z\d]+\.spool)(?:\.old|\.new)?$/

/** Files in use by this thread, however many copies of this module a bundler made. */
const SHARED = Symbol.for('twofold.file-spool')
const shared = globalThis as { [SHARED]?: Set<string> }
shared[SHARED] ??= new Set()
const inUse = shared[SHARED]

class FileSpool implements Spool {
  readonly #folder: string
  readonly #path: string
  #file: number
  /** Lines of the events that are not done, by key. */
  readonly #live = new Map<string, string>()
  /** Taken over from a program of several datasets, until the client of each asks. */
  readonly #found = new Map<string, SpooledEvent>()
  #liveBytes = 0
  #fileBytes = 0
  #isTorn = false

  constructor(folder: string) {
    const [unique = ''] = globalThis.crypto
      ? globalThis.crypto.randomUUID().split('-', 1)
      : [process.hrtime.bigint().toString(36)]
    this.#path = join(realpathSync(folder), `events-${process.pid}-${threadId}t${unique}.spool`)
    this.#folder = dirname(this.#path)
    this.#file = openSync(this.#path, 'a', 0o600)
    inUse.add(this.#path)
  }

  async load(dataset: string): Promise<readonly SpooledEvent[]> {
    for (const name of readdirSync(this.#folder).sort()) {
      const old = this.#takeOver(name, dataset)
      if (!old) continue
      const events = readEvents(readFileSync(old, 'utf8'))
      // Kept under our own name first: whenever this program ends, one of the files has them.
      this.save({ added: events, done: [] })
      rmSync(old)
      for (const event of events) this.#found.set(event.key, event)
    }
    const own = [...this.#found.values()].filter((event) => isOf(dataset, event))
    for (const { key } of own) this.#found.delete(key)
    return own.sort((a, b) => a.queuedAtMs - b.queuedAtMs)
  }

  save({ added, done }: SpoolChange): void {
    let text = ''
    for (const event of added) {
      const line = `${JSON.stringify(event)}\n`
      this.#live.set(event.key, line)
      this.#liveBytes += Buffer.byteLength(line)
      text += line
    }
    for (const key of done) {
      const line = this.#live.get(key)
      if (line === undefined) continue
      this.#live.delete(key)
      this.#liveBytes -= Buffer.byteLength(line)
      text += `${JSON.stringify({ done: key })}\n`
    }
    if (text) this.#append(text)
    if (this.#fileBytes - this.#liveBytes > SPOOL_DEAD_BYTES + this.#liveBytes) this.#renew()
  }

  /** The file stays open: an answer may still come, and says what is done. */
  close(): void {
    inUse.delete(this.#path)
  }

  /** A disk that is full may take half a line: the next one must not stand behind that half. */
  #append(text: string): void {
    const bytes = Buffer.from(this.#isTorn ? `\n${text}` : text)
    let at = 0
    try {
      while (at < bytes.length) at += writeSync(this.#file, bytes, at)
    } finally {
      this.#fileBytes += at
      if (at > 0) this.#isTorn = at < bytes.length
    }
  }

  /**
   * Only what is not done, in a new file that takes the old one's name in one step. At every moment
   * one of the two is whole, and a later program reads both. No file is open while it is renamed:
   * some systems refuse that.
   */
  #renew(): void {
    const path = `${this.#path}.new`
    const text = [...this.#live.values()].join('')
    writeFileSync(path, text, { mode: 0o600 })
    closeSync(this.#file)
    renameSync(path, this.#path)
    this.#file = openSync(this.#path, 'a', 0o600)
    this.#fileBytes = Buffer.byteLength(text)
  }

  /**
   * The path of a file whose program is gone, now ours alone; undefined for any other. Renaming
   * decides between two that start at once. In a container every program has the same number: a
   * file of our own number that nobody here uses is of one before us.
   */
  #takeOver(name: string, dataset: string): string | undefined {
    const [, own = '', pid, thread = '0'] = NAME.exec(name) ?? []
    if (!pid || inUse.has(join(this.#folder, own))) return undefined
    const mayBeOurs = Number(pid) === process.pid && Number(thread) === threadId
    if (!mayBeOurs && isRunning(Number(pid))) return undefined
    const path = join(this.#folder, name)
    try {
      const events = readEvents(readFileSync(path, 'utf8'))
      if (events.length > 0 && !events.some((event) => isOf(dataset, event))) return undefined
      renameSync(path, `${this.#path}.old`)
      return `${this.#path}.old`
    } catch {
      return undefined
    }
  }
}

const isOf = (wanted: string, { dataset = wanted }: SpooledEvent): boolean => dataset === wanted

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A line that a kill cut off is no event yet: track() had not returned. */
function readEvents(text: string): readonly SpooledEvent[] {
  const events = new Map<string, SpooledEvent>()
  for (const line of text.split('\n')) {
    const read = parsed(line)
    if (typeof read?.done === 'string') events.delete(read.done)
    else if (typeof read?.key === 'string' && typeof read.text === 'string') {
      events.set(read.key, read as SpooledEvent)
    }
  }
  return [...events.values()]
}

function parsed(line: string): (Partial<SpooledEvent> & { readonly done?: unknown }) | undefined {
  try {
    return Object(JSON.parse(line))
  } catch {
    return undefined
  }
}
