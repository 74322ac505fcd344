/**
 * Reconciliation as a whole: days compared and added up, orders that nobody reported sent, files of
 * orders taken in; where it is set, sending goes on by itself. Made by reconciling.ts.
 */
import { TwofoldError } from '../errors.ts'
import type { Dataset } from '../event/dataset.ts'
import { dayOf, dayPlus, dayStart } from '../event/zone.ts'
import type { Accept } from '../ingest/ingest.ts'
import {
  ORDER_IMPORT_FAULTS_KEPT,
  ORDER_IMPORTS_MAX,
  RECONCILE_DAYS_MAX,
  RECONCILE_GRACE_MS,
} from '../order-limits.ts'
import { ORIGIN_OF, type OrderOrigin, type OrderSpan } from '../store/orders.ts'
import type { Store } from '../store/store.ts'
import type { FoldedRow } from './fold.ts'
import { createKeptDays, type KeptDays } from './kept-days.ts'
import { importOrders } from './order-import.ts'
import { type DayAsked, type PurchasesByDay, readDay } from './reader.ts'
import { isUncounted, planSend, sendMissing, withoutCounted } from './send-missing.ts'
import { Tally } from './sums.ts'
import { createTurns } from './turns.ts'
import type {
  DayRows,
  DaySums,
  DaysAsked,
  ImportAsked,
  ImportReport,
  Imports,
  Reconciler,
  Reconciliation,
  Reports,
  Row,
  RowKind,
  SendAsked,
  SendReport,
} from './view.ts'

export interface ReconcilerPorts {
  readonly store: Store
  readonly accept: Accept
  readonly findDataset: (id: string) => Dataset | undefined
  /** Ids of the destinations that get something. */
  readonly destinationsOf: (datasetId: string) => readonly string[]
  readonly isBot: (agent: string) => boolean
  readonly sha256: (text: string) => string
  readonly nowMs: () => number
}

const IMPORTS = 'order_imports'
const DAYS = 7

export function createReconciler(ports: ReconcilerPorts): Reconciler {
  const inTurn = createTurns()
  const kept = createKeptDays(ports.nowMs)
  const looking = { ...ports, kept }
  return {
    reconcile: (asked) => inTurn(asked.datasetId, () => reconcile(asked, looking)),
    rows: (asked) => inTurn(asked.datasetId, () => rowsOf(asked, looking)),
    send: (asked) => inTurn(asked.datasetId, () => send(asked, ports)),
    importOrders: async (datasetId, text, asked) => {
      const dataset = datasetOf(datasetId, ports)
      const before = await importsOf(datasetId, ports)
      const report = await importOrders(text, { dataset, asked, last: before.reading }, ports)
      const isRead = !asked.dryRun && report.stopped?.line !== 1
      if (isRead) await remember(datasetId, { report, asked, before }, ports)
      return report
    },
    imports: (datasetId) => importsOf(datasetId, ports),
    tidyUp: kept.tidyUp,
  }
}

function datasetOf(id: string, { findDataset }: ReconcilerPorts): Dataset {
  const dataset = findDataset(id)
  if (dataset) return dataset
  throw new TwofoldError('dataset_not_found', `There is none with id ${id}.`)
}

interface Asking {
  readonly dataset: Dataset
  /** Undefined where nothing says what was sold. */
  readonly origin: OrderOrigin | undefined
  readonly days: readonly string[]
  readonly books: readonly OrderSpan[]
}

async function asking(asked: DaysAsked, ports: ReconcilerPorts): Promise<Asking> {
  const dataset = datasetOf(asked.datasetId, ports)
  const { orders_from: from } = dataset
  return {
    dataset,
    origin: from === 'none' ? undefined : ORIGIN_OF[from],
    days: daysOf(asked, dataset.orders_time_zone, ports.nowMs()),
    books: await ports.store.orderSpans(asked.datasetId),
  }
}

function daysOf({ from, to }: DaysAsked, zone: string, nowMs: number): string[] {
  const last = to ?? dayOf(nowMs / 1000, zone)
  const first = from ?? dayPlus(last, 1 - DAYS)
  if (first > last) throw new TwofoldError('invalid_request', `from: ${first} is after ${last}.`)
  const days: string[] = []
  for (let day = first; day <= last; day = dayPlus(day, 1)) {
    days.push(day)
    if (days.length > RECONCILE_DAYS_MAX) {
      throw new TwofoldError('invalid_request', `to: at most ${RECONCILE_DAYS_MAX} days at once.`)
    }
  }
  return days
}

type Looking = ReconcilerPorts & { readonly kept?: KeptDays }

async function reconcile(asked: DaysAsked, ports: Looking): Promise<Reconciliation> {
  const found = await asking(asked, ports)
  const { dataset, days, books } = found
  const total = new Tally()
  const sums: DaySums[] = []
  for await (const { day, rows } of compared(found, ports)) {
    const tally = new Tally()
    for (const row of rows) tally.add(row)
    total.addAll(tally)
    const zone = dataset.orders_time_zone
    const ends = { from_s: dayStart(day, zone), to_s: dayStart(dayPlus(day, 1), zone) }
    sums.push({ day, ...ends, ...tally.sums() })
  }
  return {
    orders_from: dataset.orders_from,
    zone: dataset.orders_time_zone,
    books,
    total: total.sums(),
    reports: await reportsOf(dataset, days, ports),
    days: sums.reverse(),
  }
}

interface Compared {
  readonly day: string
  readonly rows: readonly FoldedRow[]
}

/** A day at a time: only one is held in memory, however many are asked for. */
async function* compared(found: Asking, ports: Looking): AsyncGenerator<Compared> {
  const { dataset, origin, days, books } = found
  if (!origin) return
  const { dataset_id, orders_time_zone: zone } = dataset
  const span = books.find((book) => book.origin === origin)
  const destinations = ports.destinationsOf(dataset_id)
  const startS = Math.min(dataset.created_at_ms / 1000, span?.first_s ?? Number.MAX_SAFE_INTEGER)
  const known: PurchasesByDay = new Map()
  for (const day of days) {
    const asked: DayAsked = {
      ...{ datasetId: dataset_id, origin, day, zone, span, destinations },
      startS: dataset.demo ? startS : dataset.created_at_ms / 1000,
    }
    const { rows, whole } = await readDay(asked, ports, known)
    if (!whole) {
      const detail = `${day} has more orders than can be compared at once.`
      throw new TwofoldError('limit_reached', detail)
    }
    yield { day, rows }
  }
}

const SANDBOX = 'reason:sandbox'

async function reportsOf(
  { dataset_id, orders_time_zone: zone }: Dataset,
  days: readonly string[],
  { store }: ReconcilerPorts,
): Promise<Reports> {
  const metrics = ['received', 'accepted', 'duplicate', 'dropped', 'rejected', SANDBOX]
  const { counters } = await store.counters({
    dataset_id,
    from_s: dayStart(days[0] ?? '', zone),
    to_s: dayStart(dayPlus(days.at(-1) ?? '', 1), zone),
    by: 'total',
    metrics,
  })
  const own = counters.filter(({ event_name }) => event_name === 'Purchase')
  const sum = (name: string): number =>
    own.reduce((all, { metric, n }) => all + (metric === name ? n : 0), 0)
  // Tests that are only shown are dropped ones, and in no report.
  const tests = sum(SANDBOX)
  return {
    received: sum('received') - tests,
    counted: sum('accepted'),
    duplicate: sum('duplicate'),
    dropped: sum('dropped') - tests,
    rejected: sum('rejected'),
  }
}

/** Neither is anything to do about, and a day may have thousands. */
const FITTING: ReadonlySet<RowKind> = new Set(['ok', 'not_sold', 'elsewhere'])

async function rowsOf(
  { datasetId, day, all, offset, limit }: Parameters<Reconciler['rows']>[0],
  ports: Looking,
): Promise<DayRows> {
  const found = await asking({ datasetId, from: day, to: day }, ports)
  const rows: FoldedRow[] = []
  for await (const one of compared(found, ports)) rows.push(...one.rows)
  const asked = rows.filter(({ kind }) => all || !FITTING.has(kind)).sort((a, b) => a.at_s - b.at_s)
  return { day, rows: asked.slice(offset, offset + limit).map(rowView), of: asked.length }
}

function rowView({ isUnnamed, isOtherDay, repeats, order, seen, ...row }: FoldedRow): Row {
  return row
}

async function send(
  { dryRun, older, ...asked }: SendAsked,
  ports: ReconcilerPorts,
): Promise<SendReport> {
  const found = await asking(asked, ports)
  const { dataset, days } = found
  const wanted = new Set(days)
  // What may be an order of the first or the last day can have been counted on the day beside it.
  const beside = [dayPlus(days[0] ?? '', -1), ...days, dayPlus(days.at(-1) ?? '', 1)]
  const rows: FoldedRow[] = []
  const extras: FoldedRow[] = []
  for await (const one of compared({ ...found, days: beside }, ports)) {
    extras.push(...one.rows.filter(({ kind }) => kind === 'extra'))
    if (wanted.has(one.day)) rows.push(...one.rows.filter(isUncounted))
  }
  const planned = planSend(rows, { nowMs: ports.nowMs(), older, extras })
  const sure = await withoutCounted(planned, dataset, ports)
  return sendMissing(sure, { dataset, accept: ports.accept, dryRun })
}

/** What can still be sent, of a dataset that sends by itself. Returns how many were sent. */
export async function sendByItself(dataset: Dataset, ports: ReconcilerPorts): Promise<number> {
  if (dataset.orders_from === 'none' || dataset.orders_send !== 'automatic') return 0
  const { dataset_id: datasetId, orders_time_zone: zone } = dataset
  const to = dayOf((ports.nowMs() - RECONCILE_GRACE_MS) / 1000, zone)
  return (
    await send({ datasetId, from: dayPlus(to, -DAYS), to, dryRun: false, older: false }, ports)
  ).sent
}

/** A list alone: as it was kept before it was remembered how a file was read. */
async function importsOf(id: string, { store }: ReconcilerPorts): Promise<Imports> {
  const documents = await store.getSettings(IMPORTS)
  const own = documents.find((one) => one.id === id)?.value as Imports | readonly ImportReport[]
  if (!own) return { reading: null, imports: [] }
  return 'imports' in own ? own : { reading: null, imports: own }
}

interface Done {
  readonly report: ImportReport
  readonly asked: ImportAsked
  readonly before: Imports
}

async function remember(id: string, done: Done, { store }: ReconcilerPorts): Promise<void> {
  const { report, asked, before } = done
  const { dryRun: _, ...said } = asked
  const given = Object.fromEntries(Object.entries(said).filter(([, one]) => one !== undefined))
  const faults = report.faults.slice(0, ORDER_IMPORT_FAULTS_KEPT)
  const columns = { ...before.reading?.columns, ...asked.columns, ...report.columns }
  const value: Imports = {
    reading: { ...before.reading, ...given, columns },
    imports: [{ ...report, faults }, ...before.imports].slice(0, ORDER_IMPORTS_MAX),
  }
  await store.putSettings([{ kind: IMPORTS, id, value }])
}

export function forgetImports(
  id: string,
  { store }: Pick<ReconcilerPorts, 'store'>,
): Promise<void> {
  return store.putSettings([{ kind: IMPORTS, id, value: undefined }])
}
