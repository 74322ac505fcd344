/**
 * A CSV file of orders into the order book: streamed, some hundred rows at a time, in memory that
 * does not grow with the file. Told twice, it changes nothing; bad rows are named and the good ones
 * kept. Called by reconciler.ts.
 */
import { TwofoldError } from '../errors.ts'
import type { Dataset } from '../event/dataset.ts'
import { hashFields } from '../event/hash-fields.ts'
import { isZone } from '../event/zone.ts'
import { ORDER_IMPORT_FAULTS_MAX, ORDER_IMPORT_ROWS } from '../order-limits.ts'
import { readRows } from '../sources/file-rows.ts'
import {
  type FileOrder,
  type OrderFile,
  type OrderFileOptions,
  openOrderFile,
} from '../sources/order-file.ts'
import type { Order, OrderBook } from '../store/orders.ts'
import type { ImportAsked, ImportFault, ImportReading, ImportReport } from './view.ts'

export interface ImportPorts {
  readonly store: Pick<OrderBook, 'putOrders' | 'compareOrders'>
  readonly sha256: (text: string) => string
  readonly nowMs: () => number
}

type Growing = { -readonly [Key in keyof ImportReport]: ImportReport[Key] } & {
  faults: ImportFault[]
}

interface Import {
  readonly dataset: Dataset
  readonly asked: ImportAsked
  /** How the last file was read. */
  readonly last: ImportReading | null
}

/** Throws `invalid_request` where nothing of the file can be read. */
export async function importOrders(
  text: AsyncIterable<string>,
  { dataset, asked, last }: Import,
  ports: ImportPorts,
): Promise<ImportReport> {
  const report = newReport(asked, ports.nowMs())
  const book = new Book(report, dataset, ports)
  const options = optionsOf(asked, dataset, last)
  const stopped = await readRows<OrderFile | undefined>(text, {
    open: (head) => {
      report.head = head
      const file = openOrderFile(head, options)
      report.columns = file.found ?? {}
      report.as_last_time = file.as_last_time ?? []
      if ('fault' in file) report.stopped = { line: 1, ...file.fault }
      return 'fault' in file ? undefined : file
    },
    // Without a head that fits, the rest is only let pass: who sends it waits for an answer.
    take: (file, { line, cells }) => {
      if (!file) return undefined
      const row = file.read(cells)
      if ('order' in row) return book.take(row.order)
      if ('fault' in row) refuse(report, { line, ...row.fault })
      else report.further += 1
    },
  })
  report.stopped ??= stopped
  await book.write()
  return report
}

function newReport({ dryRun }: ImportAsked, at_ms: number): Growing {
  return {
    ...{ at_ms, dry_run: dryRun, rows: 0, added: 0, changed: 0, same: 0, further: 0, bad: 0 },
    ...{ head: [], columns: {}, as_last_time: [], faults: [], stopped: null },
    ...{ first_s: null, last_s: null },
  }
}

/** What is asked now wins over what was asked last time. */
function optionsOf(
  asked: ImportAsked,
  dataset: Dataset,
  last: ImportReading | null,
): OrderFileOptions {
  const zone = asked.zone ?? last?.zone ?? dataset.orders_time_zone
  if (!isZone(zone)) {
    throw new TwofoldError('invalid_request', `zone: "${zone}" is no time zone.`)
  }
  return {
    ...{ zone, columns: asked.columns, last_columns: last?.columns },
    currency: asked.currency ?? last?.currency,
    prefix: asked.prefix ?? last?.prefix ?? '',
    paid: asked.paid ?? last?.paid ?? [],
  }
}

function refuse(report: Growing, fault: ImportFault): void {
  report.bad += 1
  if (report.faults.length < ORDER_IMPORT_FAULTS_MAX) report.faults.push(fault)
}

/** Gathers orders for one write. */
class Book {
  readonly #report: Growing
  readonly #dataset: Dataset
  readonly #ports: ImportPorts
  readonly #orders = new Map<string, Order>()

  constructor(report: Growing, dataset: Dataset, ports: ImportPorts) {
    this.#report = report
    this.#dataset = dataset
    this.#ports = ports
  }

  async take({ shopper, ...order }: FileOrder): Promise<void> {
    const report = this.#report
    report.rows += 1
    report.first_s = Math.min(report.first_s ?? order.at_s, order.at_s)
    report.last_s = Math.max(report.last_s ?? order.at_s, order.at_s)
    const { dataset_id } = this.#dataset
    const userData = hashFields(shopper, this.#dataset, this.#ports.sha256)
    // Of two rows of one order the later one counts, as it would in a later import.
    if (this.#orders.has(order.order_id)) await this.write()
    this.#orders.set(order.order_id, {
      ...{ ...order, dataset_id, origin: 'csv', source: 'file' },
      ...(userData ? { user_data: userData } : {}),
    })
    if (this.#orders.size >= ORDER_IMPORT_ROWS) await this.write()
  }

  async write(): Promise<void> {
    const orders = [...this.#orders.values()]
    this.#orders.clear()
    if (orders.length === 0) return
    const { store } = this.#ports
    const report = this.#report
    const done = await (report.dry_run ? store.compareOrders(orders) : store.putOrders(orders))
    report.added += done.added
    report.changed += done.changed
    report.same += done.same
  }
}
