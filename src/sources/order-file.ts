/**
 * Orders from the rows of a CSV file: which column holds what (found by its name, or named by a
 * person), and each cell read exactly or refused with the reason. Pure. The shopper leaves in
 * clear, to be hashed by whoever keeps the order. Used by reconcile/order-import.ts.
 */
import { isCurrency } from '../event/currency.ts'
import { ORDER_ID_CHARS_MAX } from '../order-limits.ts'
import {
  amountIn,
  type CellFault,
  columnsAsked,
  faultOf,
  PERSON_COLUMNS,
  placesOf,
  plain,
  shopperOf,
  timeOf,
} from './file-cells.ts'
import type { UserFields } from './source.ts'

/** What a column may hold, and the names under which shops export it. */
export const ORDER_COLUMNS = {
  order_id: ['order_id', 'id', 'order number', 'order no', 'order', 'name', 'increment_id'],
  time: ['paid at', 'date paid', 'created at', 'order date', 'date', 'time', 'purchased on'],
  value: ['total', 'order total', 'grand total', 'total price', 'value', 'amount', 'revenue'],
  currency: ['currency', 'order currency', 'currency code'],
  status: ['financial status', 'payment status', 'order status', 'status'],
  ...PERSON_COLUMNS,
} as const satisfies Record<string, readonly string[]>

export type OrderColumn = keyof typeof ORDER_COLUMNS

export interface OrderFileOptions {
  /** Names of columns in the file; the others are found by their usual names. */
  readonly columns: { readonly [column: string]: string | undefined }
  /** As the last file had them. */
  readonly last_columns?: { readonly [column: string]: string | undefined } | undefined
  /** Of all orders, where no column says it. */
  readonly currency?: string | undefined
  /** Of times without one. */
  readonly zone: string
  /** Put in front of each id, as the pixel does. */
  readonly prefix: string
  /** Words in the status column that mean sold, beside the usual ones. */
  readonly paid: readonly string[]
}

export interface FileOrder {
  readonly order_id: string
  readonly at_s: number
  readonly status: 'paid' | 'pending' | 'cancelled' | 'test'
  readonly amount: string
  readonly currency: string
  readonly shopper: UserFields
}

export type ReadRow =
  | { readonly order: FileOrder }
  | { readonly fault: CellFault }
  /** A further product of the order above, as some exports have them. */
  | { readonly further: true }

export interface OrderFile {
  /** Column -> its name in the file. */
  readonly found: Readonly<Partial<Record<OrderColumn, string>>>
  /** Columns that only the last file tells of. */
  readonly as_last_time: readonly string[]
  readonly read: (cells: readonly string[]) => ReadRow
}

/** A fault where the head lacks what is needed. */
export function openOrderFile(
  head: readonly string[],
  options: OrderFileOptions,
): OrderFile | (Partial<OrderFile> & { readonly fault: CellFault }) {
  const { columns, as_last_time } = columnsAsked(head, ORDER_COLUMNS, options)
  const places = placesOf(head, ORDER_COLUMNS, columns)
  if ('fault' in places) return places
  const nameAt = (column: OrderColumn): string => head[places.get(column) ?? -1] ?? column
  const found = Object.fromEntries([...places.keys()].map((column) => [column, nameAt(column)]))
  const lacking = lackIn(places, options)
  if (lacking) return { ...lacking, found, as_last_time }
  let above = ''
  return {
    ...{ found, as_last_time },
    read: (cells) => {
      const cell = (column: OrderColumn): string => cells[places.get(column) ?? -1]?.trim() ?? ''
      const id = cell('order_id')
      if (cell('value') === '' && (id === '' || id === above)) return { further: true }
      above = id
      return readRow(cell, nameAt, options)
    },
  }
}

function lackIn(
  places: ReadonlyMap<OrderColumn, number>,
  { currency }: OrderFileOptions,
): { readonly fault: CellFault } | undefined {
  for (const column of ['order_id', 'time', 'value'] as const) {
    if (!places.has(column)) {
      return faultOf(column, `No column looks like it: say which one is the ${column}.`)
    }
  }
  if (places.has('currency') || currency !== undefined) return undefined
  return faultOf('currency', 'No column looks like it: name one, or say the currency of all.')
}

type Cells = (column: OrderColumn) => string

function readRow(cell: Cells, nameAt: Cells, options: OrderFileOptions): ReadRow {
  const refuse = (column: OrderColumn, reason: string): ReadRow => faultOf(nameAt(column), reason)
  const id = cell('order_id').replace(/^#/, '')
  if (id === '') return refuse('order_id', 'The order has no id.')
  const order_id = options.prefix + id
  if (order_id.length > ORDER_ID_CHARS_MAX) {
    return refuse('order_id', `It is longer than ${ORDER_ID_CHARS_MAX} characters.`)
  }
  const at_s = timeOf(cell('time'), options.zone)
  if (at_s === undefined) {
    return refuse('time', 'It is no time: write 2026-11-28 14:05, with or without a zone.')
  }
  const amount = amountIn(cell('value'))
  if (typeof amount === 'object') return refuse('value', amount.reason)
  const currency = (cell('currency') || (options.currency ?? '')).toUpperCase()
  if (!isCurrency(currency)) {
    return refuse('currency', 'It is no currency of ISO 4217: write a code such as EUR.')
  }
  const status = statusOf(cell('status'), options.paid)
  if (status === undefined) {
    return refuse('status', 'The word is not known: say which words mean paid.')
  }
  return { order: { order_id, at_s, status, amount, currency, shopper: shopperOf(cell) } }
}

const STATUS_WORDS: Readonly<Record<FileOrder['status'], readonly string[]>> = {
  paid: [
    ...['paid', 'processing', 'complete', 'completed', 'shipped', 'delivered', 'fulfilled'],
    ...['refunded', 'partially refunded', 'closed'],
  ],
  pending: [
    ...['pending', 'pending payment', 'on hold', 'unpaid', 'authorized', 'partially paid'],
    ...['draft', 'checkout draft', 'open'],
  ],
  cancelled: ['cancelled', 'canceled', 'voided', 'failed', 'expired', 'declined'],
  test: ['test'],
}

function statusOf(word: string, paid: readonly string[]): FileOrder['status'] | undefined {
  const text = plain(word)
  if (text === '' || paid.some((one) => plain(one) === text)) return 'paid'
  const statuses = Object.keys(STATUS_WORDS) as FileOrder['status'][]
  return statuses.find((status) => STATUS_WORDS[status].includes(text))
}
