/**
 * Fills a data folder with a past before a server opens it: the requests of the shop's history go
 * through the real doors and the real ingest into the real store, with the clock of that time. A
 * composition root beside main.ts and ledger-thread.ts; `twofold demo --days` calls it. Nothing is
 * queued for any destination: there is none yet, and one added later starts with what comes later.
 */
import { hash } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { BROKEN, CLEAN, FAULTY, type Faults } from '../examples/brewbeans/past/faults.ts'
import { history, type PastOrder } from '../examples/brewbeans/past/history.ts'
import type { BrowserReport, Report, ServerReport } from '../examples/brewbeans/past/tellings.ts'
import { SITE } from '../examples/brewbeans/past/visit.ts'
import { productFeed } from '../examples/brewbeans/product-feed.ts'
import { createAccess } from './access/access.ts'
import { isBot } from './collector/bots.ts'
import { createServerDoor } from './collector/graph.ts'
import { createPixelDoor } from './collector/pixel-door.ts'
import type { AnswerPixel, TakeServerBody } from './collector/ports.ts'
import { createRate } from './collector/rate.ts'
import { createDemoDataset } from './demo.ts'
import { looksOf, watchPast } from './demo-watch.ts'
import { TwofoldError } from './errors.ts'
import type { Dataset } from './event/dataset.ts'
import { hashFields } from './event/hash-fields.ts'
import { lockFolder, makeFolder } from './folder-lock.ts'
import { createIngest } from './ingest/accept.ts'
import { ORDER_IMPORT_ROWS } from './order-limits.ts'
import { importFeed, newImport } from './sources/catalog/catalog-import.ts'
import { CATALOG_IMPORTS } from './sources/catalog/catalogs.ts'
import { measureNew } from './sources/catalog/measurer.ts'
import { sightedStretch } from './sources/catalog/sighted-stretch.ts'
import { majorOf } from './sources/decimal.ts'
import { openSqliteStore } from './store/drivers/sqlite.ts'
import type { Order } from './store/orders.ts'
import type { Store } from './store/store.ts'

export interface PastOptions {
  readonly dataDir: string
  readonly seed: number
  readonly days: number
  /** Where the past ends. */
  readonly nowMs: number
  readonly randomBytes: (n: number) => Uint8Array
  /** In a clean past nothing goes wrong, in a broken one everything. */
  readonly kind: 'usual' | 'clean' | 'broken'
  /** Instead of what goes wrong in a past of this kind. */
  readonly faults?: Faults
  readonly sessionsPerDay?: number
  readonly ordersPerDay?: number
  /** Of the demo's dataset, beside its own. */
  readonly settings?: Readonly<Record<string, unknown>>
  readonly onProgress: (share: number, events: number) => void
}

export interface LoadedPast {
  readonly dataset_id: string
  readonly truth_file: string
  /** Absent where the past was there already. */
  readonly events?: number
}

const TRUTH_FILE = 'demo-truth.json'

/** Kept with the events, so that a past is loaded once, and a half-loaded one is noticed. */
interface Mark {
  readonly dataset_id: string
  readonly seed: number
  readonly days: number
  readonly kind: PastOptions['kind']
  readonly whole: boolean
}
const MARK = { kind: 'demo', id: 'past' }

/**
 * Throws `invalid_request` when the folder's demo shop has other events already, and what opening
 * a store throws. When it is stopped on the way, the next call begins anew.
 */
export async function loadPast(options: PastOptions): Promise<LoadedPast> {
  makeFolder(options.dataDir)
  const unlock = lockFolder(options.dataDir)
  const clock: Clock = { nowMs: options.nowMs, storeMs: options.nowMs }
  const file = join(options.dataDir, 'twofold.db')
  try {
    const store = await openSqliteStore({ file, nowMs: () => clock.storeMs })
    try {
      return await loadInto(store, clock, options)
    } finally {
      await store.close()
    }
  } finally {
    unlock()
  }
}

interface Clock {
  nowMs: number
  /** What is too old to be found is judged by the first of the requests that wait together. */
  storeMs: number
}

const FAULTS_OF = { usual: FAULTY, clean: CLEAN, broken: BROKEN } as const

async function loadInto(store: Store, clock: Clock, options: PastOptions): Promise<LoadedPast> {
  const { seed, days, nowMs, kind, sessionsPerDay, ordersPerDay } = options
  const { faults = FAULTS_OF[kind] } = options
  const truth_file = join(options.dataDir, TRUTH_FILE)
  const past = history({
    ...{ seed, days, endMs: nowMs, faults },
    ...(sessionsPerDay === undefined ? {} : { sessionsPerDay }),
    ...(ordersPerDay === undefined ? {} : { ordersPerDay }),
  })
  clock.nowMs = past.startMs
  const { dataset, isLoaded } = await openDataset(store, clock, options)
  const { dataset_id } = dataset
  if (isLoaded) return { dataset_id, truth_file }
  const mark: Mark = { dataset_id, seed, days, kind, whole: false }
  await store.putSettings([{ ...MARK, value: mark }])
  const doors = openDoors(store, clock, dataset)
  const watch = await watchPast({
    ...{ store, dataset, nowMs: () => clock.nowMs, startMs: past.startMs },
  })
  let events = 0
  for (const { reports, lookMs } of rounds(past.reports, looksOf(past, nowMs))) {
    clock.storeMs = reports[0]?.atMs ?? clock.storeMs
    events += await sendAll(reports, { clock, doors, dataset })
    options.onProgress((clock.nowMs - past.startMs) / (nowMs - past.startMs), events)
    for (let step = 0; step < UPKEEP_STEPS && (await store.tidyUp(clock.storeMs)); step++);
    if (lookMs === undefined) continue
    clock.nowMs = lookMs
    clock.storeMs = lookMs
    await watch.look()
  }
  clock.storeMs = nowMs
  clock.nowMs = nowMs
  while (await store.tidyUp(nowMs));
  await keepOrders(store, dataset, past.orders())
  await keepCatalog(store, dataset, nowMs)
  await watch.look()
  writeTruth(truth_file, past.truth())
  await store.putSettings([...watch.documents(), { ...MARK, value: { ...mark, whole: true } }])
  return { dataset_id, truth_file, events }
}

/** Small pieces of upkeep after each round, as a server does them while it runs. */
const UPKEEP_STEPS = 8

/** The demo's dataset, made at the beginning of its past. */
async function openDataset(
  store: Store,
  clock: Clock,
  options: PastOptions,
): Promise<{ dataset: Dataset; isLoaded: boolean }> {
  const { randomBytes, dataDir, seed, days, kind } = options
  const access = await createAccess({
    ...{ store, randomBytes, adminToken: undefined },
    nowMs: () => clock.nowMs,
    onDataset: () => undefined,
  })
  const documents = await store.getSettings(MARK.kind)
  const mark = documents.find(({ id }) => id === MARK.id)?.value as Mark | undefined
  const found = access.datasets().find(({ demo }) => demo)
  const create = async (): Promise<Dataset> => {
    const { dataset_id } = await createDemoDataset(access)
    return access.updateDataset(dataset_id, { orders_from: 'csv', ...options.settings })
  }
  if (!found) return { dataset: await create(), isLoaded: false }
  if (mark?.dataset_id === found.dataset_id && !mark.whole) {
    await access.deleteDataset(found.dataset_id)
    return { dataset: await create(), isLoaded: false }
  }
  const isSame = mark?.seed === seed && mark.days === days && mark.kind === kind
  if (mark?.dataset_id === found.dataset_id && isSame) return { dataset: found, isLoaded: true }
  const { nextSeq } = await store.load([], [found.dataset_id])
  if ((nextSeq.get(found.dataset_id) ?? 1) > 1) throw hasEvents(dataDir, mark)
  return { dataset: found, isLoaded: false }
}

function hasEvents(dataDir: string, mark: Mark | undefined): TwofoldError {
  const what = mark
    ? `a ${mark.kind === 'usual' ? '' : `${mark.kind} `}past of ${mark.days} ${mark.days === 1 ? 'day' : 'days'} (seed ${mark.seed})`
    : 'events of its own'
  return new TwofoldError(
    'invalid_request',
    `The demo shop in ${dataDir} has ${what}. Leave --days out to open it as it is, take another ` +
      'folder (--data FOLDER), or delete this one.',
  )
}

interface Doors {
  readonly answerPixel: AnswerPixel
  readonly takeServerBody: TakeServerBody
  /** Resolves when the request in the door was handed to ingest, with its moment. */
  readonly handed: () => Promise<void>
}

function openDoors(store: Store, clock: Clock, dataset: Dataset): Doors {
  const nowMs = (): number => clock.nowMs
  const ingest = createIngest({
    ...{ store, nowMs, isBot, soon: setImmediate },
    routesOf: () => [],
    clockMs: () => 0,
    sha256: (text) => hash('sha256', text),
    rulesOf: () => undefined,
    onCommitted: () => undefined,
    onError: () => undefined,
    onStep: () => undefined,
  })
  let hand = (): void => undefined
  const ports = {
    accept: (delivery: Parameters<typeof ingest.accept>[0]) => {
      const outcomes = ingest.accept(delivery)
      hand()
      return outcomes
    },
    findDataset: () => dataset,
    rate: createRate(nowMs),
    publicUrl: undefined,
    trustedProxies: 0,
    nowMs,
    // Cookies that the door makes leave with its answer, which nobody keeps here.
    random: () => 0.5,
    logError: () => undefined,
  }
  return {
    answerPixel: createPixelDoor(ports),
    takeServerBody: createServerDoor(ports),
    handed: () =>
      new Promise((done) => {
        hand = done
      }),
  }
}

/** Events of a round, which one commit keeps. Larger rounds outlive the collector's first look:
 * 2000 take a fifth more work (measured). */
const ROUND_EVENTS = 250

interface Round {
  readonly reports: readonly Report[]
  /** After them the watch looks, at this moment. */
  readonly lookMs?: number
}

function* rounds(reports: Iterable<Report>, looksMs: readonly number[]): Generator<Round> {
  let round: Report[] = []
  let events = 0
  let looks = 0
  for (const report of reports) {
    for (let lookMs = looksMs[looks]; lookMs !== undefined && lookMs <= report.atMs; ) {
      yield { reports: round, lookMs }
      round = []
      events = 0
      looks += 1
      lookMs = looksMs[looks]
    }
    if (events + report.events.length > ROUND_EVENTS) {
      yield { reports: round }
      round = []
      events = 0
    }
    round.push(report)
    events += report.events.length
  }
  if (round.length > 0) yield { reports: round }
  for (const lookMs of looksMs.slice(looks)) yield { reports: [], lookMs }
}

interface Sending {
  readonly clock: Clock
  readonly doors: Doors
  readonly dataset: Dataset
}

/** Each at its moment; the answers are waited for together. Returns the number of events. */
async function sendAll(
  reports: readonly Report[],
  { clock, doors, dataset }: Sending,
): Promise<number> {
  const answers: Promise<unknown>[] = []
  let events = 0
  for (const report of reports) {
    clock.nowMs = report.atMs
    events += report.events.length
    const handed = doors.handed()
    const answer =
      report.side === 'browser'
        ? fromBrowser(report, doors, dataset)
        : fromServer(report, doors, dataset)
    answers.push(answer)
    // A refusal never reaches ingest.
    await Promise.race([handed, answer])
  }
  await Promise.all(answers)
  return events
}

async function fromBrowser(
  report: BrowserReport,
  { answerPixel }: Doors,
  { dataset_id }: Dataset,
): Promise<void> {
  const { sentAtMs, events, testCode, ip, agent, gpc, page } = report
  const body = {
    sent_at: sentAtMs,
    test_event_code: testCode,
    events: events.map((event) => ({ dataset_id, ...event })),
  }
  const { status, text } = await answerPixel(Buffer.from(JSON.stringify(body)), {
    headers: {
      host: 'events.brewbeans.example',
      origin: 'https://www.brewbeans.example',
      referer: page,
      'user-agent': agent,
      ...(gpc ? { 'sec-gpc': '1' } : {}),
    },
    socket: { remoteAddress: ip, encrypted: true },
  })
  if (status !== 200) throw new Error(`the pixel's door answered ${status}: ${text}`)
}

/** What the door finds wrong with an event is part of the past; a request as a whole never is. */
async function fromServer(
  { events, testCode }: ServerReport,
  { takeServerBody }: Doors,
  { dataset_id }: Dataset,
): Promise<void> {
  const body = Buffer.from(JSON.stringify({ data: events, test_event_code: testCode }))
  const door = { via: 'graph', okStatus: 200 } as const
  const answer = await takeServerBody({ dataset_id, token: '', body, query: {}, door })
  if (Buffer.isBuffer(answer) || answer.status >= 500) {
    throw new Error(`the server's door answered ${JSON.stringify(answer)}`)
  }
}

/** The shop's books, as a person would import them: what the count is compared with. */
async function keepOrders(
  store: Store,
  dataset: Dataset,
  sold: readonly PastOrder[],
): Promise<void> {
  const sha256 = (text: string): string => hash('sha256', text)
  const orders = sold.map(({ orderId, atMs, minor, currency, email }): Order => {
    const userData = email && hashFields({ em: email }, dataset, sha256)
    return {
      ...{ dataset_id: dataset.dataset_id, origin: 'csv', order_id: orderId, source: 'demo' },
      ...{ at_s: Math.floor(atMs / 1000), status: 'paid', currency },
      amount: majorOf(String(minor), currency) ?? '0',
      ...(userData ? { user_data: userData } : {}),
    }
  })
  for (let at = 0; at < orders.length; at += ORDER_IMPORT_ROWS) {
    await store.putOrders(orders.slice(at, at + ORDER_IMPORT_ROWS))
  }
}

/** The shop's feed, as a person would import it, with the reports of the last weeks measured. */
async function keepCatalog(store: Store, { dataset_id }: Dataset, nowMs: number): Promise<void> {
  const report = newImport('file', nowMs)
  const asked = { dryRun: false, confirmed: true }
  const feed = Readable.from([Buffer.from(productFeed(SITE))])
  await importFeed(feed, { datasetId: dataset_id, asked, report }, store)
  await store.putSettings([{ kind: CATALOG_IMPORTS, id: dataset_id, value: [report] }])
  const sightings = (...where: [id: string, fromSeq: number]) => sightedStretch(store, ...where)
  while (await measureNew(dataset_id, { store, sightings, nowMs: () => nowMs }));
}

/** Under another name until it is whole. */
function writeTruth(file: string, truth: unknown): void {
  writeFileSync(`${file}.part`, `${JSON.stringify(truth, undefined, 1)}\n`)
  renameSync(`${file}.part`, file)
}
