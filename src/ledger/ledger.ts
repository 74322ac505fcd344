/**
 * The ledger as the thread that speaks HTTP sees it: starts ledger-thread.ts and offers what it
 * keeps under the same ports as if it stood here (store, accept, the pixel's door). Bounded: what
 * the thread has not answered yet is counted here. main.ts is its only user.
 */
import { Worker } from 'node:worker_threads'
import type { AnswerPixel, PixelAnswer, ServerBody, TakeServerBody } from '../collector/ports.ts'
import type { Answer } from '../collector/respond.ts'
import { packVisit } from '../collector/visit.ts'
import { TwofoldError } from '../errors.ts'
import type { Dataset } from '../event/dataset.ts'
import type { SightedStretch } from '../event/products.ts'
import type { Route } from '../event/route.ts'
import type { Leg } from '../event/shape.ts'
import type { Accept, OnCommitted, Outcome } from '../ingest/ingest.ts'
import type { Tallies } from '../ingest/tally.ts'
import {
  COMMIT_EVENTS_MAX,
  LEDGER_HEAP_MB,
  LEDGER_READING_BYTES_MAX,
  QUEUE_BYTES_MAX,
  QUEUE_EVENTS_MAX,
  ROUND_BYTES_MAX,
} from '../limits.ts'
import type { PublishedRules } from '../rules/rules-in-force.ts'
import type { Store, StoreCapabilities } from '../store/store.ts'
import {
  CALLS,
  type CallName,
  errorOf,
  type FromThread,
  type PackedHits,
  type ThreadOptions,
  type ToThread,
  unpackAnswer,
} from './messages.ts'

export interface Ledger {
  readonly store: Store
  readonly accept: Accept
  readonly answerPixel: AnswerPixel
  readonly takeServerBody: TakeServerBody
  /** In force for everything handed over after the call; undefined: it is gone. */
  readonly setDataset: (datasetId: string, dataset: Dataset | undefined) => void
  /** Where the events of a dataset go, for everything handed over after the call. */
  readonly setRoutes: (datasetId: string, routes: readonly Route[]) => void
  readonly setRules: (datasetId: string, published: PublishedRules | undefined) => void
  /** Legs of these datasets come to `onLegs` from now on. */
  readonly watch: (datasets: readonly string[]) => void
  readonly tallies: () => Promise<Tallies>
  /** Which products a stretch of the log names, from this seq on; undefined where it ends. */
  readonly sightings: (datasetId: string, fromSeq: number) => Promise<SightedStretch | undefined>
  /** Events (or requests with some) that wait for their commit. */
  readonly queued: () => number
  /** The last failure of the store, until a commit succeeds again. */
  readonly failing: () => Error | undefined
  /** Refuses new events; resolves when every accepted one is answered. */
  readonly drain: () => Promise<void>
}

export interface LedgerPorts {
  /** What runs in the thread. */
  readonly threadFile: string
  readonly options: ThreadOptions
  readonly onLegs: OnCommitted
  /** There may be something to send. */
  readonly onDue: () => void
  /** Something went wrong that nobody is waiting to hear of. */
  readonly onTrouble: (error: Error, words: string) => void
  /** The thread is gone and took what it had not answered with it: the process has to end. */
  readonly onDeath: (error: Error) => void
}

/** Rejects with what opening the store throws. */
export async function openLedger(ports: LedgerPorts): Promise<Ledger> {
  const worker = new Worker(ports.threadFile, {
    name: 'ledger',
    workerData: ports.options,
    resourceLimits: { maxOldGenerationSizeMb: LEDGER_HEAP_MB },
  })
  const link = new Link(worker, ports)
  const capabilities = await link.opened
  return {
    store: remoteStore(link, capabilities),
    accept: (delivery) => link.accept(delivery),
    answerPixel: (body, visit) => link.hit(body, packVisit(visit)),
    takeServerBody: (request) => link.server(request),
    setDataset: (dataset_id, dataset) => link.tell({ kind: 'dataset', dataset_id, dataset }),
    setRoutes: (dataset_id, routes) => link.tell({ kind: 'routes', dataset_id, routes }),
    setRules: (dataset_id, published) => link.tell({ kind: 'rules', dataset_id, published }),
    watch: (datasets) => link.tell({ kind: 'watch', datasets }),
    tallies: () => link.call('tallies', []) as Promise<Tallies>,
    sightings: async (datasetId, fromSeq) => {
      const text = (await link.call('sightings', [datasetId, fromSeq])) as string
      return (JSON.parse(text) as SightedStretch | null) ?? undefined
    },
    queued: () => link.events,
    failing: () => link.failing,
    drain: () => link.drain(),
  }
}

interface Waiting {
  readonly done: (value: unknown) => void
  readonly fail: (error: Error) => void
}

interface Hit {
  readonly body: Buffer
  readonly visit: string
  readonly answer: (answer: PixelAnswer) => void
  readonly fail: (error: Error) => void
}

/** The messages both ways, and who waits for which. */
class Link {
  /** What opening said. */
  readonly opened: Promise<StoreCapabilities>
  events = 0
  #bytes = 0
  failing: Error | undefined
  readonly #worker: Worker
  readonly #ports: LedgerPorts
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  /** Hits that go with the next message, and those of the one that is on its way. */
  #gathered: Hit[] = []
  #flying: Hit[] = []
  #flushing = false
  /** Bytes of bodies that the thread reads or has not answered, and those that wait for it. */
  #reading = 0
  readonly #turns: { readonly length: number; readonly go: () => void }[] = []
  #draining = false
  readonly #onIdle: (() => void)[] = []
  #closed: ((error: Error | undefined) => void) | undefined
  #dead: Error | undefined

  constructor(worker: Worker, ports: LedgerPorts) {
    this.#worker = worker
    this.#ports = ports
    let open: (capabilities: StoreCapabilities) => void = () => undefined
    let refuse: (error: Error) => void = () => undefined
    this.opened = new Promise((resolve, reject) => {
      open = resolve
      refuse = reject
    })
    this.#closed = (error) => refuse(error ?? new Error('the ledger closed before it opened'))
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'open') {
        this.#closed = undefined
        open(message.capabilities)
      } else this.#hear(message)
    })
    worker.on('error', (error) => this.#die(error))
    worker.on('exit', (code) => this.#die(new Error(`the ledger's thread ended with ${code}`)))
  }

  tell(message: ToThread): void {
    if (!this.#dead) this.#worker.postMessage(message)
  }

  call(method: CallName, args: readonly unknown[]): Promise<unknown> {
    return this.#ask((id) => ({ kind: 'call', id, method, args }))
  }

  async accept({ dataset, ...delivery }: Parameters<Accept>[0]): Promise<readonly Outcome[]> {
    const { length } = delivery.events
    this.#take(length, delivery.bytes)
    try {
      const text = JSON.stringify(delivery)
      const { dataset_id } = dataset
      const outcomes = await this.#ask((id) => ({ kind: 'accept', id, dataset_id, text }))
      return JSON.parse(outcomes as string) as readonly Outcome[]
    } finally {
      this.#release(length, delivery.bytes)
    }
  }

  /** How many events are in it is not known yet: its bytes bound it. */
  async server({ body, ...request }: ServerBody): Promise<Answer | Buffer> {
    const { length } = body
    this.#take(1, length)
    try {
      await this.#turn(length)
      const moved = ownBytes(body)
      const send = { ...request, body: moved }
      const asked = this.#ask((id) => ({ kind: 'server', id, request: send }), [moved.buffer])
      const answer = (await asked) as Answer | Uint8Array<ArrayBuffer>
      return answer instanceof Uint8Array ? Buffer.from(answer.buffer) : answer
    } finally {
      this.#reading -= length
      this.#nextTurn()
      this.#release(1, length)
    }
  }

  /** Resolves when the thread has room to read a body of this length: in the order asked. */
  #turn(length: number): Promise<void> {
    return new Promise((go) => {
      this.#turns.push({ length, go })
      this.#nextTurn()
    })
  }

  #nextTurn(): void {
    for (let [next] = this.#turns; next; [next] = this.#turns) {
      if (this.#reading > 0 && this.#reading + next.length > LEDGER_READING_BYTES_MAX) return
      this.#turns.shift()
      this.#reading += next.length
      next.go()
    }
  }

  hit(body: Buffer, visit: string): Promise<PixelAnswer> {
    return new Promise((answer, fail) => {
      if (this.#dead) throw this.#dead
      this.#take(1, body.length)
      this.#gathered.push({ body, visit, answer, fail })
      if (this.#flushing || this.#flying.length > 0) return
      this.#flushing = true
      setImmediate(() => this.#flush())
    })
  }

  drain(): Promise<void> {
    this.#draining = true
    if (this.events === 0) return Promise.resolve()
    return new Promise((done) => this.#onIdle.push(done))
  }

  close(): Promise<void> {
    return new Promise((done, fail) => {
      if (this.#dead) return done()
      this.#closed = (error) => (error ? fail(error) : done())
      this.tell({ kind: 'close' })
    })
  }

  #ask(message: (id: number) => ToThread, moved: ArrayBuffer[] = []): Promise<unknown> {
    return new Promise((done, fail) => {
      if (this.#dead) throw this.#dead
      this.#lastId += 1
      // What cannot be sent throws, and then nobody waits.
      this.#worker.postMessage(message(this.#lastId), moved)
      this.#waiting.set(this.#lastId, { done, fail })
    })
  }

  #take(events: number, bytes: number): void {
    if (this.#draining) throw new TwofoldError('shutting_down')
    if (this.events + events > QUEUE_EVENTS_MAX || this.#bytes + bytes > QUEUE_BYTES_MAX) {
      throw new TwofoldError('overloaded')
    }
    this.events += events
    this.#bytes += bytes
  }

  #release(events: number, bytes: number): void {
    this.events -= events
    this.#bytes -= bytes
    if (this.events > 0) return
    for (const done of this.#onIdle.splice(0)) done()
  }

  /** One message at a time: what arrives meanwhile goes together, and shares a commit. */
  #flush(): void {
    this.#flushing = false
    if (this.#gathered.length === 0 || this.#dead) return
    let bytes = 0
    const fits = this.#gathered.findIndex(({ body }) => {
      bytes += body.length
      return bytes > ROUND_BYTES_MAX
    })
    // One body is smaller than a round, so at least one goes.
    const count = Math.min(fits < 0 ? COMMIT_EVENTS_MAX : Math.max(1, fits), COMMIT_EVENTS_MAX)
    const flying = this.#gathered.splice(0, count)
    try {
      const hits = packHits(flying)
      this.#worker.postMessage({ kind: 'hits', hits } satisfies ToThread, [hits.bodies.buffer])
      this.#flying = flying
    } catch (error) {
      for (const { fail, body } of flying) {
        this.#release(1, body.length)
        fail(error as Error)
      }
    }
  }

  #hear(message: Exclude<FromThread, { kind: 'open' }>): void {
    switch (message.kind) {
      case 'hits': {
        const answered = this.#flying
        this.#flying = []
        let packed = ''
        let unpacked = unpackAnswer(packed)
        for (const [index, { answer, body }] of answered.entries()) {
          this.#release(1, body.length)
          const next = message.answers[index] ?? ''
          // Most are the same words.
          if (next !== packed) {
            packed = next
            unpacked = unpackAnswer(next)
          }
          answer(unpacked)
        }
        this.#flush()
        return
      }
      case 'done':
        this.#waitingFor(message.id)?.done(message.value)
        return
      case 'failed':
        this.#waitingFor(message.id)?.fail(errorOf(message.failure))
        return
      case 'legs':
        this.#ports.onLegs(JSON.parse(message.text) as readonly Leg[])
        return
      case 'due':
        this.#ports.onDue()
        return
      case 'failing':
        this.failing = message.failure && errorOf(message.failure)
        return
      case 'trouble':
        this.#ports.onTrouble(errorOf(message.failure), message.words)
        return
      case 'closed':
        this.#dead = new TwofoldError('shutting_down')
        this.#closed?.(message.failure && errorOf(message.failure))
    }
  }

  #waitingFor(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    return waiting
  }

  #die(error: Error): void {
    if (this.#dead) return
    // Told once, to who ends the process. Whoever waits tries again: that is no defect of theirs,
    // and hundreds of equal lines would hide the one that says why.
    const stopping = new TwofoldError('shutting_down')
    this.#dead = stopping
    this.#closed?.(error)
    for (const { fail } of this.#waiting.values()) fail(stopping)
    for (const { fail } of [...this.#flying, ...this.#gathered]) fail(stopping)
    this.#ports.onDeath(error)
  }
}

function packHits(hits: readonly Hit[]): PackedHits {
  const ends: number[] = []
  let end = 0
  for (const { body } of hits) {
    end += body.length
    ends.push(end)
  }
  const bodies = Buffer.allocUnsafeSlow(end)
  for (const [index, { body }] of hits.entries()) bodies.set(body, (ends[index] ?? 0) - body.length)
  return { bodies, ends, visits: hits.map(({ visit }) => visit) }
}

/** Bytes that share their memory with nobody, so that it can move. */
function ownBytes(body: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer, length } = body
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === length
  // No bytes may be everybody's.
  return isWhole && length > 0 ? new Uint8Array(buffer) : new Uint8Array(body)
}

function remoteStore(link: Link, capabilities: StoreCapabilities): Store {
  const calls = CALLS.map((method) => [method, (...args: unknown[]) => link.call(method, args)])
  return {
    ...(Object.fromEntries(calls) as Pick<Store, (typeof CALLS)[number]>),
    capabilities,
    scan: (datasetId, fromSeq) => scan(link, datasetId, fromSeq),
    claim: async (request) => JSON.parse((await link.call('claimText', [request])) as string),
    close: () => link.close(),
  }
}

async function* scan(
  link: Link,
  datasetId: string,
  fromSeq: number,
): AsyncGenerator<readonly Leg[]> {
  for (let next = fromSeq; ; ) {
    const legs = (await link.call('scanChunk', [datasetId, next])) as readonly Leg[]
    const last = legs.at(-1)
    if (!last) return
    yield legs
    next = last.seq + 1
  }
}
