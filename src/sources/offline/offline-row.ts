/**
 * Offline sales from the rows of a CSV file: each becomes an event of Meta's shape with its person
 * hashed, or is refused by column with the reason. Pure. Used by offline-import.ts.
 */
import { isCurrency } from '../../event/currency.ts'
import { eventId } from '../../event/ids.ts'
import { parseEvent } from '../../event/parse.ts'
import type { UserData } from '../../event/shape.ts'
import { ORDER_ID_CHARS_MAX } from '../../order-limits.ts'
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
} from '../file-cells.ts'
import type { UserFields } from '../source.ts'
import type { OFFLINE_COLUMNS, OfflineReading, OfflineSource } from './view.ts'

type OfflineColumn = (typeof OFFLINE_COLUMNS)[number]

/** The names under which tills, CRMs and Meta's own template write them. */
const USUAL: Readonly<Record<OfflineColumn, readonly string[]>> = {
  time: [
    'event time',
    'time',
    'sold at',
    'paid at',
    'date',
    'order date',
    'timestamp',
    'call time',
  ],
  order_id: [
    'order id',
    'order number',
    'receipt',
    'receipt number',
    'transaction id',
    'invoice',
    'deal id',
  ],
  value: ['value', 'total', 'amount', 'order total', 'grand total', 'revenue', 'price'],
  currency: ['currency', 'currency code', 'order currency'],
  event_name: ['event name', 'event', 'conversion', 'stage'],
  action_source: ['action source', 'channel', 'source'],
  consent: ['consent', 'ad consent', 'marketing consent'],
  ...PERSON_COLUMNS,
  first_name: [...PERSON_COLUMNS.first_name, 'fn'],
  last_name: [...PERSON_COLUMNS.last_name, 'ln'],
  city: [...PERSON_COLUMNS.city, 'ct'],
  state: [...PERSON_COLUMNS.state, 'st'],
  birth_date: ['birth date', 'date of birth', 'birthday', 'dob'],
  gender: ['gender', 'gen', 'sex'],
  external_id: ['external id', 'customer id', 'customer number', 'loyalty id', 'uid'],
  lead_id: ['lead id', 'meta lead id', 'facebook lead id'],
}

const SOURCE_WORDS: Readonly<Record<OfflineSource, readonly string[]>> = {
  physical_store: ['physical store', 'store', 'in store', 'shop', 'pos', 'till', 'offline'],
  phone_call: ['phone call', 'phone', 'call', 'telephone'],
  email: ['email', 'e mail', 'mail'],
  chat: ['chat', 'whatsapp', 'messenger', 'sms'],
  system_generated: ['system generated', 'crm', 'system'],
  other: ['other'],
}

const CONSENT_WORDS = {
  granted: ['granted', 'yes', 'true', '1', 'y'],
  denied: ['denied', 'no', 'false', '0', 'n'],
} as const

export interface OfflineRowPorts {
  readonly nowMs: number
  readonly zone: string
  readonly hashed: (fields: UserFields) => UserData | undefined
  readonly sha256: (text: string) => string
}

/** As ingest takes it. */
export interface OfflineEvent {
  readonly event_name: string
  readonly event_time: number
  readonly event_id: string
  readonly action_source: OfflineSource
  readonly user_data: UserData
  readonly custom_data: { readonly [key: string]: string | number }
}

export interface OfflineRow {
  readonly event: OfflineEvent
  readonly consent: 'granted' | 'denied' | undefined
}

export interface OfflineFile {
  readonly found: Readonly<Record<string, string>>
  /** Columns that only the last file tells of. */
  readonly as_last_time: readonly string[]
  readonly read: (cells: readonly string[]) => OfflineRow | { readonly fault: CellFault }
}

/** A fault where the head lacks what is needed, beside what was found. */
export function openOfflineFile(
  head: readonly string[],
  reading: OfflineReading,
  ports: OfflineRowPorts,
): OfflineFile | (Partial<OfflineFile> & { readonly fault: CellFault }) {
  const asked = columnsAsked(head, USUAL, reading)
  const { as_last_time } = asked
  const places = placesOf(head, USUAL, asked.columns)
  if ('fault' in places) return places
  const nameAt = (column: OfflineColumn): string => head[places.get(column) ?? -1] ?? column
  const found = Object.fromEntries([...places.keys()].map((column) => [column, nameAt(column)]))
  const lacking = lackIn(places, reading)
  if (lacking) return { ...lacking, found, as_last_time }
  return {
    ...{ found, as_last_time },
    read: (cells) => {
      const cell = (column: OfflineColumn): string => cells[places.get(column) ?? -1]?.trim() ?? ''
      const row = readRow(cell, reading, ports)
      return 'fault' in row ? faultOf(nameAt(row.fault.column), row.fault.reason) : row
    },
  }
}

function lackIn(
  places: ReadonlyMap<OfflineColumn, number>,
  reading: OfflineReading,
): { readonly fault: CellFault } | undefined {
  if (!places.has('time')) {
    return faultOf('time', 'No column looks like it: say which one is the time.')
  }
  const isPurchase = !places.has('event_name') && nameIn('', reading) === 'Purchase'
  if (isPurchase && !places.has('value')) {
    return faultOf('value', 'No column looks like it: say which one is the value.')
  }
  if (places.has('value') && !places.has('currency') && !reading.currency) {
    return faultOf('currency', 'No column looks like it: name one, or say the currency of all.')
  }
  return undefined
}

type Cells = (column: OfflineColumn) => string
type Refused = { readonly fault: { readonly column: OfflineColumn; readonly reason: string } }

const refuse = (column: OfflineColumn, reason: string): Refused => ({ fault: { column, reason } })

const nameIn = (text: string, reading: OfflineReading): string =>
  text || reading.event_name || 'Purchase'

function readRow(
  cell: Cells,
  reading: OfflineReading,
  ports: OfflineRowPorts,
): OfflineRow | Refused {
  const event_time = timeOf(cell('time'), ports.zone)
  if (event_time === undefined) {
    return refuse('time', 'It is no time: write 2026-11-28 14:05, with or without a zone.')
  }
  const money = moneyIn(cell, reading)
  if ('fault' in money) return money
  const event_name = nameIn(cell('event_name'), reading)
  if (event_name === 'Purchase' && money.value === undefined) {
    return refuse('value', 'A purchase needs its value: write 29.95.')
  }
  const order_id = orderIdIn(cell('order_id'), reading)
  if ((order_id?.length ?? 0) > ORDER_ID_CHARS_MAX) {
    return refuse('order_id', `It is longer than ${ORDER_ID_CHARS_MAX} characters.`)
  }
  const sourceText = cell('action_source')
  const action_source = sourceText ? wordIn(sourceText, SOURCE_WORDS) : reading.action_source
  if (sourceText && !action_source) {
    return refuse('action_source', 'Write physical_store, phone_call, email, chat or other.')
  }
  const consentText = cell('consent')
  const consent = wordIn(consentText, CONSENT_WORDS)
  if (consentText && !consent) return refuse('consent', 'Write yes or no, or leave it empty.')
  const sale: Sale = {
    ...{ event_name, event_time, order_id, ...money, crm: reading.crm },
    action_source: action_source ?? 'physical_store',
    user_data: ports.hashed(personIn(cell)) ?? {},
  }
  const event = eventOfSale(sale, ports.sha256)
  const refused = refusalOf(event, ports.nowMs)
  return refused ? refuse(columnOf(refused.key), refused.reason) : { event, consent }
}

interface Sale extends Omit<OfflineEvent, 'event_id' | 'custom_data'> {
  readonly order_id?: string | undefined
  readonly value?: string | undefined
  readonly currency?: string | undefined
  /** Name of the CRM. */
  readonly crm?: string | undefined
}

/**
 * Told again, it has the same id: that of the order, which every other report of it has too, or
 * one made of everything that is said of it. A lead of a CRM tells each stage once, whenever that
 * was: it may move back and forth.
 */
export function eventOfSale(sale: Sale, sha256: (text: string) => string): OfflineEvent {
  const { value, currency, order_id, crm = 'CRM', ...event } = sale
  const { event_name, event_time, action_source, user_data } = event
  const person = Object.entries(user_data).sort(([a], [b]) => (a < b ? -1 : 1))
  const isStage = action_source === 'system_generated'
  const id = order_id ?? (isStage ? user_data.lead_id : undefined)
  const said = JSON.stringify([event_name, event_time, action_source, value, currency, person])
  return {
    ...event,
    event_id: eventId(event_name, id ?? `row-${sha256(said).slice(0, 40)}`),
    custom_data: {
      ...(value === undefined || !currency ? {} : { value: Number(value), currency }),
      ...(order_id === undefined ? {} : { order_id }),
      ...(isStage ? { event_source: 'crm', lead_event_source: crm } : {}),
    },
  }
}

/** What ingest would say to it; undefined where it takes it. */
export function refusalOf(
  event: OfflineEvent,
  nowMs: number,
): { readonly key: string; readonly reason: string } | undefined {
  const parsed = parseEvent(event, { mode: 'lenient', nowMs, index: 0, channel: 'other' })
  if (parsed.ok) return undefined
  const { key = '', message } = parsed.problem
  const what = message.replace(/^data\[0\]\.?\S*\s/, '')
  return { key, reason: `It ${what}` }
}

const KEY_COLUMNS: Readonly<Record<string, OfflineColumn>> = {
  event_name: 'event_name',
  action_source: 'action_source',
  event_id: 'order_id',
}

const columnOf = (key: string): OfflineColumn => KEY_COLUMNS[key] ?? 'time'

function moneyIn(
  cell: Cells,
  reading: OfflineReading,
): { readonly value?: string; readonly currency?: string } | Refused {
  const text = cell('value')
  if (text === '') return {}
  const value = amountIn(text)
  if (typeof value === 'object') return refuse('value', value.reason)
  const currency = (cell('currency') || (reading.currency ?? '')).toUpperCase()
  if (isCurrency(currency)) return { value, currency }
  return refuse('currency', 'It is no currency of ISO 4217: write a code such as EUR.')
}

function orderIdIn(text: string, { prefix = '' }: OfflineReading): string | undefined {
  const id = text.replace(/^#/, '')
  return id === '' ? undefined : prefix + id
}

function wordIn<Word extends string>(
  text: string,
  words: Readonly<Record<Word, readonly string[]>>,
): Word | undefined {
  const word = plain(text)
  return (Object.keys(words) as Word[]).find((one) => words[one].includes(word))
}

function personIn(cell: Cells): UserFields {
  const more = {
    db: cell('birth_date'),
    ge: cell('gender'),
    external_id: cell('external_id'),
    lead_id: cell('lead_id').replace(/^l:/, ''),
  }
  const given = Object.entries(more).filter(([, text]) => text !== '')
  return { ...shopperOf(cell), ...Object.fromEntries(given) }
}
