/**
 * Columns of a file found by their names, and its cells read exactly or refused: what files of
 * orders and of offline sales have in common. Pure. Used by order-file.ts and offline/.
 */
import { momentAt } from '../event/zone.ts'
import { decimalText, microsOf } from './decimal.ts'
import { secondsOf } from './moment.ts'
import { userDataOf } from './person.ts'
import type { UserFields } from './source.ts'

/** Why a cell cannot be read. Nothing of the cell is in it: it may name a person. */
export interface CellFault {
  readonly column: string
  readonly reason: string
}

/** Columns that name the shopper, and the names under which shops export them. */
export const PERSON_COLUMNS = {
  email: ['email', 'billing email', 'e-mail', 'customer email'],
  phone: ['phone', 'billing phone', 'telephone', 'customer phone'],
  first_name: ['first name', 'billing first name', 'firstname'],
  last_name: ['last name', 'billing last name', 'lastname'],
  city: ['city', 'billing city'],
  state: ['state', 'billing state', 'billing province', 'province'],
  zip: ['zip', 'postcode', 'billing zip', 'billing postcode', 'postal code'],
  country: ['country', 'billing country', 'country code'],
} as const satisfies Record<string, readonly string[]>

type PersonColumn = keyof typeof PERSON_COLUMNS

export const faultOf = (column: string, reason: string) => ({ fault: { column, reason } })

/** Capitals, spaces, dashes and low lines make no difference between names. */
export const plain = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')

/**
 * Where each column stands: as a person named it, or the first of its usual names. An empty name
 * says that the file has no such column.
 */
export function placesOf<Column extends string>(
  head: readonly string[],
  usual: Readonly<Record<Column, readonly string[]>>,
  asked: { readonly [C in NoInfer<Column>]?: string | undefined },
): Map<Column, number> | { readonly fault: CellFault } {
  const places = new Map<Column, number>()
  for (const column of Object.keys(usual) as Column[]) {
    const named = asked[column]
    if (named === '') continue
    const place = placeOf(head, named === undefined ? usual[column] : [named])
    if (place >= 0) places.set(column, place)
    else if (named !== undefined) return faultOf(named, 'There is no column of this name.')
  }
  return places
}

type Named = { readonly [column: string]: string | undefined }

/**
 * What stands where, as somebody says now or the last file had it: those of its columns whose names
 * this one has too, and those that were said to be in none. `as_last_time`: of the latter, those
 * that their usual names would not have found so.
 */
export function columnsAsked(
  head: readonly string[],
  usual: Readonly<Record<string, readonly string[]>>,
  {
    columns,
    last_columns = {},
  }: { readonly columns: Named; readonly last_columns?: Named | undefined },
): { readonly columns: Named; readonly as_last_time: readonly string[] } {
  const heads = new Set(head.map(plain))
  const last = Object.entries(last_columns).filter(
    ([column, name]) =>
      name !== undefined &&
      columns[column] === undefined &&
      (name === '' || heads.has(plain(name))),
  )
  const as_last_time = last.flatMap(([column, name]) => {
    const place = name ? placeOf(head, [name]) : -1
    return placeOf(head, usual[column] ?? []) === place ? [] : [column]
  })
  const named = Object.entries(columns).filter(([, name]) => name !== undefined)
  return { columns: Object.fromEntries([...last, ...named]), as_last_time }
}

/** The first of the names that the head has. */
function placeOf(head: readonly string[], names: readonly string[]): number {
  const heads = head.map(plain)
  for (const name of names) {
    const place = heads.indexOf(plain(name))
    if (place >= 0) return place
  }
  return -1
}

const LOCAL = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:[.,]\d+)?)?$/

export function timeOf(text: string, zone: string): number | undefined {
  const [, date, time = '00:00', seconds = ':00'] = LOCAL.exec(text) ?? []
  if (!date) return secondsOf(text)
  const local = `${date}T${time}${seconds}`
  // Date makes the third of March of the 31st of February.
  const isDay = new Date(`${date}T00:00Z`).getUTCDate() === Number(date.slice(8))
  return isDay && !Number.isNaN(Date.parse(`${local}Z`)) ? momentAt(local, zone) : undefined
}

/** Below zero as bookkeeping writes it: (5.00), 5.00-, and with the sign of typesetters. */
const BOOKED_BELOW = /^\D*[(\u2012-\u2015\u2212]\D*\d|\d\s*[-\u2012-\u2015\u2212]\D*$/

/** Exact decimals; what can be read in two ways is refused, never guessed. */
export function amountIn(text: string): string | { readonly reason: string } {
  // Without its sign a refund would become a sale.
  if (BOOKED_BELOW.test(text)) return { reason: 'It is below zero, or no amount: write -29.95.' }
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

export function shopperOf(cell: (column: PersonColumn) => string): UserFields {
  const text = (column: PersonColumn): string | undefined => cell(column) || undefined
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
