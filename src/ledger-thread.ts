/**
 * The thread that keeps the events: opens the store, runs ingest and the pixel's door on it, does
 * the store's upkeep. The second composition root beside main.ts, which starts it through
 * ledger/ledger.ts; the two speak in ledger/messages.ts and share no memory.
 */
import { hash } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { isBot } from './collector/bots.ts'
import { createServerDoor } from './collector/graph.ts'
import { createPixelDoor } from './collector/pixel-door.ts'
import type { AnswerPixel, TakeServerBody } from './collector/ports.ts'
import { createRate } from './collector/rate.ts'
import { createTestCodes } from './collector/test-codes.ts'
import { createTestVisits } from './collector/test-visits.ts'
import { unpackVisit } from './collector/visit.ts'
import { TwofoldError } from './errors.ts'
import type { Dataset } from './event/dataset.ts'
import type { Route } from './event/route.ts'
import type { Leg } from './event/shape.ts'
import { createIngest, type Ingest } from './ingest/accept.ts'
import type { Delivery } from './ingest/ingest.ts'
import { createTally, type Tally } from './ingest/tally.ts'
import {
  type CallName,
  type FromThread,
  failureOf,
  type PackedHits,
  packAnswer,
  type ServerRequest,
  type ThreadOptions,
  type ToThread,
} from './ledger/messages.ts'
import { createRulesInForce, type RulesInForce } from './rules/rules-in-force.ts'
import { sightedStretch } from './sources/catalog/sighted-stretch.ts'
import { openSqliteStore } from './store/drivers/sqlite.ts'
import type { Store } from './store/store.ts'

/** Between two lines about the same trouble. */
const TROUBLE_MS = 30_000
/** How often the store merges small blocks and drops expired keys. */
const UPKEEP_MS = 2000
const UPKEEP_AGAIN_MS = 50

if (!parentPort) throw new Error('ledger-thread.ts runs in a worker thread')
const port = parentPort
const tell = (message: FromThread): void => port.postMessage(message)

await run(workerData as ThreadOptions).catch((error: unknown) =>
  tell({ kind: 'closed', failure: failureOf(error) }),
)

interface Parts {
  readonly store: Store
  readonly ingest: Ingest
  readonly tally: Tally
  readonly answerPixel: AnswerPixel
  readonly takeServerBody: TakeServerBody
  readonly datasets: Map<string, Dataset>
  readonly routes: Map<string, readonly Route[]>
  readonly rules: RulesInForce
  /** Datasets that somebody watches right now. */
  readonly watched: Set<string>
}

async function run(options: ThreadOptions): Promise<void> {
  const store = await openSqliteStore({ file: options.file, nowMs: Date.now })
  const parts = assemble(store, options)
  const stopUpkeep = startUpkeep(parts)
  port.on('message', (message: ToThread) => {
    if (message.kind === 'close') void close(parts, stopUpkeep)
    else take(message, parts)
  })
  tell({ kind: 'open', capabilities: store.capabilities })
}

function assemble(store: Store, options: ThreadOptions): Parts {
  const datasets = new Map<string, Dataset>()
  const watched = new Set<string>()
  const routes = new Map<string, readonly Route[]>()
  const sha256 = (text: string): string => hash('sha256', text)
  const rules = createRulesInForce(sha256)
  const tally = createTally()
  const trouble = atMostEvery(TROUBLE_MS, (error) => {
    const words = 'events could not be committed; more of the same is not logged'
    tell({ kind: 'trouble', words, failure: failureOf(error) })
  })
  const ingest = createIngest({
    store,
    nowMs: Date.now,
    routesOf: (datasetId) => routes.get(datasetId) ?? NO_ROUTES,
    clockMs: () => performance.now(),
    soon: setImmediate,
    sha256,
    isBot,
    rulesOf: rules.of,
    onCommitted: (legs) => {
      tally.countLegs(legs)
      publish(legs, watched)
      if (legs.some(({ envelope }) => routes.has(envelope.dataset_id))) tell({ kind: 'due' })
    },
    onError: trouble,
    onStep: tally.timeStep,
  })
  const findDataset = (id: string): Dataset | undefined => datasets.get(id)
  const doorPorts = {
    accept: ingest.accept,
    findDataset,
    rate: createRate(Date.now),
    testVisits: createTestVisits(createTestCodes(options.testKey, Date.now), Date.now),
    publicUrl: options.publicUrl,
    trustedProxies: options.trustedProxies,
    nowMs: Date.now,
    random: Math.random,
    logError: trouble,
  }
  const answerPixel = createPixelDoor(doorPorts)
  const takeServerBody = createServerDoor(doorPorts)
  return { store, ingest, tally, answerPixel, takeServerBody, datasets, routes, rules, watched }
}

const NO_ROUTES: readonly Route[] = []

/** Costs nothing while nobody watches. */
function publish(legs: readonly Leg[], watched: ReadonlySet<string>): void {
  if (watched.size === 0) return
  const wanted = legs.filter(({ envelope }) => watched.has(envelope.dataset_id))
  if (wanted.length > 0) tell({ kind: 'legs', text: JSON.stringify(wanted) })
}

function take(message: Exclude<ToThread, { kind: 'close' }>, parts: Parts): void {
  switch (message.kind) {
    case 'hits':
      void answerHits(message.hits, parts)
      return
    case 'server':
      answerTo(message.id, parts, async () => serverBody(message.request, parts))
      return
    case 'accept':
      answerTo(message.id, parts, async () => accept(message, parts))
      return
    case 'call':
      answerTo(message.id, parts, async () => call(message.method, message.args, parts))
      return
    case 'dataset':
      if (message.dataset) parts.datasets.set(message.dataset_id, message.dataset)
      else parts.datasets.delete(message.dataset_id)
      return
    case 'routes':
      if (message.routes.length > 0) parts.routes.set(message.dataset_id, message.routes)
      else parts.routes.delete(message.dataset_id)
      return
    case 'rules':
      setRules(message, parts)
      return
    case 'watch':
      parts.watched.clear()
      for (const id of message.datasets) parts.watched.add(id)
  }
}

/** A version that cannot be compiled must not stop the start: events pass without it. */
function setRules(
  { dataset_id, published }: Extract<ToThread, { kind: 'rules' }>,
  { rules }: Parts,
): void {
  try {
    rules.set(dataset_id, published)
  } catch (error) {
    const words = `the rules of dataset ${dataset_id} cannot be read and are not applied`
    tell({ kind: 'trouble', words, failure: failureOf(error) })
  }
}

async function answerHits(hits: PackedHits, parts: Parts): Promise<void> {
  const answers: Promise<string>[] = []
  const bodies = Buffer.from(hits.bodies.buffer)
  let start = 0
  for (const [index, end] of hits.ends.entries()) {
    const visit = unpackVisit(hits.visits[index] ?? '')
    answers.push(parts.answerPixel(bodies.subarray(start, end), visit).then(packAnswer))
    start = end
  }
  const done = await Promise.all(answers)
  tellHealth(parts)
  tell({ kind: 'hits', answers: done })
}

/** An answer, or the body. */
function serverBody(
  { body, ...request }: ServerRequest,
  { takeServerBody }: Parts,
): Promise<unknown> {
  return takeServerBody({ ...request, body: Buffer.from(body.buffer) })
}

async function accept(
  { dataset_id, text }: { dataset_id: string; text: string },
  { ingest, datasets }: Parts,
): Promise<string> {
  const dataset = datasets.get(dataset_id)
  if (!dataset) throw new TwofoldError('dataset_not_found', `There is none with id ${dataset_id}.`)
  const delivery = { ...(JSON.parse(text) as Omit<Delivery, 'dataset'>), dataset }
  return JSON.stringify(await ingest.accept(delivery))
}

type Callable = (...args: readonly unknown[]) => unknown

async function call(
  method: CallName,
  args: readonly unknown[],
  { store, tally }: Parts,
): Promise<unknown> {
  if (method === 'tallies') return tally.read()
  if (method === 'claimText') {
    const [request] = args as Parameters<Store['claim']>
    return JSON.stringify(await store.claim(request))
  }
  if (method === 'scanChunk') {
    const [datasetId, fromSeq] = args as [string, number]
    for await (const chunk of store.scan(datasetId, fromSeq)) return chunk
    return []
  }
  if (method === 'sightings') {
    const [datasetId, fromSeq] = args as [string, number]
    return JSON.stringify((await sightedStretch(store, datasetId, fromSeq)) ?? null)
  }
  return (store[method] as Callable)(...args)
}

function answerTo(id: number, parts: Parts, work: () => Promise<unknown>): void {
  work().then(
    (value) => {
      tellHealth(parts)
      tell({ kind: 'done', id, value })
    },
    (error: unknown) => {
      tellHealth(parts)
      tell({ kind: 'failed', id, failure: failureOf(error) })
    },
  )
}

let told: TwofoldError | undefined

/** Before the answer that made it so, and only when it changed. */
function tellHealth({ ingest }: Pick<Parts, 'ingest'>): void {
  const failing = ingest.failing()
  if (failing === told) return
  told = failing
  tell({ kind: 'failing', failure: failing && failureOf(failing) })
}

async function close({ ingest, store }: Parts, stopUpkeep: () => void): Promise<void> {
  stopUpkeep()
  try {
    await ingest.drain()
    await store.close()
    tell({ kind: 'closed', failure: undefined })
  } catch (error) {
    tell({ kind: 'closed', failure: failureOf(error) })
  }
  port.close()
}

/** Bounded upkeep, a step at a time; catches up while there is more, but never in one go. */
function startUpkeep(parts: Parts): () => void {
  const { store, ingest } = parts
  let stopped = false
  let timer: NodeJS.Timeout
  const step = async (): Promise<void> => {
    if (ingest.failing()) await probe(parts)
    const more = await store.tidyUp(Date.now()).catch((error: unknown) => {
      const words = 'upkeep of the store failed; it is tried again'
      tell({ kind: 'trouble', words, failure: failureOf(error) })
      return false
    })
    if (!stopped) timer = setTimeout(step, more ? UPKEEP_AGAIN_MS : UPKEEP_MS)
  }
  timer = setTimeout(step, UPKEEP_MS)
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}

/** Nobody sends to a server that says it is not ready, so it must find out by itself that it is. */
async function probe({ store, ingest }: Parts): Promise<void> {
  const document = { kind: 'instance', id: 'probe', value: Date.now() }
  await store.putSettings([document]).then(ingest.recovered, () => undefined)
  tellHealth({ ingest })
}

/** A full disk fails every request: one line a while says as much as a thousand. */
function atMostEvery(ms: number, report: (error: unknown) => void): (error: unknown) => void {
  let lastMs = Number.NEGATIVE_INFINITY
  return (error) => {
    if (Date.now() - lastMs < ms) return
    lastMs = Date.now()
    report(error)
  }
}
