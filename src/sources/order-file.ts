/**
 * Orders from the rows of a CSV file: which column holds what (found by its name, or named by a
 * person), and each cell read exactly or refused with the reason. Pure. The shopper leaves in
 * clear, to be hashed by whoever keeps the order. Used by reconcile/order-import.ts.
 */
import { isCurrency } from '../event/currency.ts'
import { momentAt } from '../event/zone.ts'
import { ORDER_ID_CHARS_MAX } from '../order-limits.ts'
import { decimalText, microsOf } from './decimal.ts'
import { secondsOf } from './moment.ts'
import { userDataOf } from './person.ts'
import type { UserFields } from './source.ts'

/** What a column may hold, and the names under which shops export it. */
export const ORDER_COLUMNS = {
  order_id: ['order_id', 'id', 'order number', 'order no', 'order', 'name', 'increment_id'],
  time: ['paid at', 'date paid', 'created at', 'order date', 'date', 'time', 'purchased on'],
  value: ['total', 'order total', 'grand total', 'total price', 'value', 'amount', 'revenue'],
  currency: ['currency', 'order currency', 'currency code'],
  status: ['financial status', 'payment status', 'order status', 'status'],
  email: ['email', 'billing email', 'e-mail', 'customer email'],
  phone: ['phone', 'billing phone', 'telephone', 'customer phone'],
  first_name: ['first name', 'billing first name', 'firstname'],
  last_name: ['last name', 'billing last name', 'lastname'],
  city: ['city', 'billing city'],
  state: ['state', 'billing state', 'billing province', 'province'],
  zip: ['zip', 'postcode', 'billing zip', 'billing postcode', 'postal code'],
  country: ['country', 'billing country', 'country code'],
} as const satisfies Record<string, readonly string[]>

export type OrderColumn = keyof typeof ORDER_COLUMNS

export interface OrderFileOptions {
  /** Names of columns in the file; the others are found by their usual names. */
  readonly columns: { readonly [Column in OrderColumn]?: string | undefined }
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

/** Why a cell cannot be read. Nothing of the cell is in it: it may name a person. */
export interface CellFault {
  readonly column: string
  readonly reason: string
}

export type ReadRow =
  | { readonly order: FileOrder }
  | { readonly fault: CellFault }
  /** A further product of the order above, as some exports have them. */
  | { readonly further: true }

export interface OrderFile {
  /** Column -> its name in the file. */
  readonly found: Readonly<Partial<Record<OrderColumn, string>>>
  readonly read: (cells: readonly string[]) => ReadRow
}

/** A fault where the head lacks what is needed. */
export function openOrderFile(
  head: readonly string[],
  options: OrderFileOptions,
): OrderFile | { readonly fault: CellFault } {
  const places = new Map<OrderColumn, number>()
  for (const column of Object.keys(ORDER_COLUMNS) as OrderColumn[]) {
    const asked = options.columns[column]
    const place = placeOf(head, asked === undefined ? ORDER_COLUMNS[column] : [asked])
    if (place >= 0) places.set(column, place)
    else if (asked !== undefined) return faultOf(asked, 'There is no column of this name.')
  }
  for (const column of ['order_id', 'time', 'value'] as const) {
    if (!places.has(column)) {
      return faultOf(column, `No column looks like it: say which one is the ${column}.`)
    }
  }
  if (!places.has('currency') && options.currency === undefined) {
    return faultOf('currency', 'No column looks like it: name one, or say the currency of all.')
  }
  const nameAt = (column: OrderColumn): string => head[places.get(column) ?? -1] ?? column
  let above = ''
  return {
    found: Object.fromEntries([...places.keys()].map((column) => [column, nameAt(column)])),
    read: (cells) => {
      const cell = (column: OrderColumn): string => cells[places.get(column) ?? -1]?.trim() ?? ''
      const id = cell('order_id')
      if (cell('value') === '' && (id === '' || id === above)) return { further: true }
      above = id
      return readRow(cell, nameAt, options)
    },
  }
}

const faultOf = (column: string, reason: string) => ({ fault: { column, reason } })

const plain = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')

/** The first of the names that the head has. */
function placeOf(head: readonly string[], names: readonly string[]): number {
  const heads = head.map(plain)
  for (const name of names) {
    const place = heads.indexOf(plain(name))
    if (place >= 0) return place
  }
  return -1
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

const LOCAL = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:[.,]\d+)?)?$/

function timeOf(text: string, zone: string): number | undefined {
  const [, date, time = '00:00', seconds = ':00'] = LOCAL.exec(text) ?? []
  if (!date) return secondsOf(text)
  const local = `${date}T${time}${seconds}`
  return Number.isNaN(Date.parse(`${local}Z`)) ? undefined : momentAt(local, zone)
}

/** Exact decimals; what can be read in two ways is refused, never guessed. */
function amountIn(text: string): string | { readonly reason: string } {
  const bare = text.replace(/^[^\d.,+-]+|[^\d.,]+$/g, '')
  if (/^[+-]?\d{1,3}([.,])\d{3}$/.test(bare)) {
    return { reason: 'It can be read in two ways: write 1234.00 or 1.234, with decimals.' }
  }
  const decimalAt = Math.max(bare.lastIndexOf('.'), bare.lastIndexOf(','))
  const fraction = decimalAt < 0 ? '' : bare.slice(decimalAt + 1)
  const whole = decimalAt < 0 ? bare : bare.slice(0, decimalAt)
  const isGrouped = /^[+-]?\d{1,3}(?:([.,' ])\d{3})(?:\1\d{3})*$/.test(whole)
  const isPlain = /^[+-]?\d+$/.test(whole)
  if ((!isGrouped && !isPlain) || !/^\d*$/.test(fraction)) {
    return { reason: 'It is no amount: write 29.95.' }
  }
  const micros = microsOf(`${whole.replaceAll(/[., ']/g, '')}.${fraction}`)
  return micros === undefined ? { reason: 'It is no amount: write 29.95.' } : decimalText(micros)
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

function shopperOf(cell: Cells): UserFields {
  const text = (column: OrderColumn): string | undefined => cell(column) || undefined
  return userDataOf({
    email: text('email'),
    phone: text('phone'),
    firstName: text('first_name'),
    lastName: text('last_name'),
    city: text('city'),
    state: text('state'),
    zip: text('zip'),
    country: text('country'),
  })
}
