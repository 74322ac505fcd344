/**
 * The columns of Parquet files: name, type, what is in it and where it comes from. Flat, typed, and
 * only ever added to, so that files of different days read as one table. docs/destinations/file.md
 * lists the same columns; a test compares the two.
 */
import { clearKeys } from '../event/clear-keys.ts'
import { amountOf, decimalOf } from '../event/money.ts'
import type { HashedKey, Json } from '../event/shape.ts'
import type { OutboundEvent } from './destination.ts'

/** json: text that holds JSON. decimal: exact, six places. time: milliseconds, UTC. */
export type ColumnType = 'text' | 'json' | 'list' | 'decimal' | 'time' | 'boolean'

export interface Column {
  readonly name: string
  readonly type: ColumnType
  /** False where every row has a value. */
  readonly optional: boolean
  readonly about: string
  /** Decimals and times as text: the row is also what people are shown. */
  readonly from: (event: OutboundEvent) => Json | undefined
}

export type Row = { readonly [column: string]: Json }

const HASHED: readonly HashedKey[] = [
  'em',
  'ph',
  'fn',
  'ln',
  'ge',
  'db',
  'ct',
  'st',
  'zp',
  'country',
  'external_id',
  'f5first',
  'f5last',
  'fi',
  'dobd',
  'dobm',
  'doby',
  'app_user_id',
]
/** Parts of the event with a column of their own; everything else goes into `more`. */
const OWN_COLUMN = new Set([
  'event_name',
  'event_time',
  'event_id',
  'action_source',
  'event_source_url',
  'referrer_url',
  'user_data',
  'custom_data',
  'opt_out',
  'data_processing_options',
])

const needed = { optional: false } as const
const optional = { optional: true } as const

export const COLUMNS: readonly Column[] = [
  {
    ...{ name: 'key', type: 'text', ...needed },
    about: 'Names this delivery for ever; the same row never has another key.',
    from: ({ key }) => key,
  },
  {
    ...{ name: 'dataset_id', type: 'text', ...needed },
    about: 'The dataset that counted it.',
    from: ({ envelope }) => envelope.dataset_id,
  },
  {
    ...{ name: 'event_id', type: 'text', ...needed },
    about: 'Shared by all legs of one action.',
    from: ({ event }) => event.event_id,
  },
  {
    ...{ name: 'event_name', type: 'text', ...needed },
    about: 'Such as Purchase.',
    from: ({ event }) => event.event_name,
  },
  {
    ...{ name: 'event_time', type: 'time', ...needed },
    about: 'When it happened.',
    from: ({ event }) => iso(event.event_time * 1000),
  },
  {
    ...{ name: 'received_at', type: 'time', ...needed },
    about: 'When Twofold received it.',
    from: ({ envelope }) => iso(envelope.received_at_ms),
  },
  {
    ...{ name: 'action_source', type: 'text', ...needed },
    about: 'website, app, physical_store, ...',
    from: ({ event }) => event.action_source,
  },
  {
    ...{ name: 'channel', type: 'text', ...needed },
    about: 'browser, server or other: who reported it.',
    from: ({ envelope }) => envelope.channel,
  },
  {
    ...{ name: 'via', type: 'text', ...needed },
    about: 'The door it came in by, such as pixel or graph.',
    from: ({ envelope }) => envelope.via,
  },
  {
    ...{ name: 'event_source_url', type: 'text', ...optional },
    about: 'Address of the page.',
    from: ({ event }) => event.event_source_url,
  },
  {
    ...{ name: 'referrer_url', type: 'text', ...optional },
    about: 'Address of the page before.',
    from: ({ event }) => event.referrer_url,
  },
  {
    ...{ name: 'value', type: 'decimal', ...optional },
    about: 'custom_data.value in units of the currency, exact to six places.',
    from: ({ event }) => money(event.custom_data?.value),
  },
  {
    ...{ name: 'currency', type: 'text', ...optional },
    about: 'ISO 4217; never invented.',
    from: ({ event }) => text(event.custom_data?.currency),
  },
  {
    ...{ name: 'order_id', type: 'text', ...optional },
    about: 'custom_data.order_id.',
    from: ({ event }) => text(event.custom_data?.order_id),
  },
  {
    ...{ name: 'content_ids', type: 'list', ...optional },
    about: 'custom_data.content_ids.',
    from: ({ event }) => list(event.custom_data?.content_ids),
  },
  {
    ...{ name: 'custom_data', type: 'json', ...optional },
    about: 'All of custom_data as it was sent.',
    from: ({ event }) => event.custom_data && JSON.stringify(event.custom_data),
  },
  ...HASHED.map(
    (key): Column => ({
      ...{ name: key, type: 'list', ...optional },
      about: `user_data.${key}: SHA-256 in hex, one or more.`,
      from: ({ event }) => list(event.user_data[key]),
    }),
  ),
  ...clearKeys().map(
    (key): Column => ({
      ...{ name: key, type: 'text', ...optional },
      about: `user_data.${key}.`,
      from: ({ event }) => text(event.user_data[key]),
    }),
  ),
  {
    ...{ name: 'consent', type: 'text', ...optional },
    about: 'granted, denied or unknown, where a signal said so.',
    from: ({ envelope }) => envelope.consent?.state,
  },
  {
    ...{ name: 'opt_out', type: 'boolean', ...optional },
    about: 'Not to be used for targeting.',
    from: ({ event }) => (typeof event.opt_out === 'boolean' ? event.opt_out : undefined),
  },
  {
    ...{ name: 'data_processing_options', type: 'list', ...optional },
    about: 'LDU where data use is limited.',
    from: ({ event }) => list(event.data_processing_options),
  },
  {
    ...{ name: 'test_event_code', type: 'text', ...optional },
    about: 'Of test events; leave their rows out of sums.',
    from: ({ envelope }) => envelope.test_event_code,
  },
  {
    ...{ name: 'more', type: 'json', ...optional },
    about: 'The other parts of the event (app_data, original_event_data, ...).',
    from: ({ event }) => {
      const rest = Object.entries(event).filter(([name]) => !OWN_COLUMN.has(name))
      return rest.length > 0 ? JSON.stringify(Object.fromEntries(rest)) : undefined
    },
  },
]

/** Every column, null where the event has nothing for it. */
export function rowOf(event: OutboundEvent): Row {
  return Object.fromEntries(COLUMNS.map(({ name, from }) => [name, from(event) ?? null]))
}

/** Undefined for what is no amount; custom_data keeps what was sent. */
function money(value: unknown): string | undefined {
  const amount = typeof value === 'number' ? amountOf(value) : undefined
  return amount && decimalOf(BigInt(amount.units), BigInt(amount.micros))
}

function list(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.map(String) : undefined
}

function text(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value)
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
