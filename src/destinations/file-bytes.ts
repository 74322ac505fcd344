/**
 * From events to the bytes of one file, NDJSON or Parquet. The same events give the same bytes in
 * whatever order they come, so that a file written twice is one file.
 */
import { promisify } from 'node:util'
import { gzip, zstdCompress } from 'node:zlib'
import type { SchemaElement } from 'hyparquet-writer'
import { parquetWriteBuffer } from 'hyparquet-writer'
import type { Json } from '../event/shape.ts'
import type { OutboundEvent } from './destination.ts'
import { recordOf } from './event-record.ts'
import { COLUMNS, type Column, rowOf } from './file-columns.ts'
import type { FileSettings } from './file-settings.ts'

const gzipped = promisify(gzip)
const zstdCompressed = promisify(zstdCompress)

/** Names end in what is in the file, as readers expect it. */
export function extensionOf({ format, compression }: FileSettings): string {
  if (format === 'parquet') return '.parquet'
  return { none: '.ndjson', gzip: '.ndjson.gz', zstd: '.ndjson.zst' }[compression]
}

/** What one event is in the file, before encoding. */
export function entryOf(event: OutboundEvent, { format }: FileSettings): Json {
  return format === 'parquet' ? rowOf(event) : recordOf(event)
}

export async function bytesOf(
  events: readonly OutboundEvent[],
  settings: FileSettings,
): Promise<Uint8Array<ArrayBuffer>> {
  const sorted = events.toSorted((a, b) => (a.key < b.key ? -1 : 1))
  if (settings.format === 'parquet') return parquetOf(sorted)
  const text = sorted.map((event) => `${JSON.stringify(recordOf(event))}\n`).join('')
  const bytes = Buffer.from(text)
  if (settings.compression === 'gzip') return gzipped(bytes)
  return settings.compression === 'zstd' ? zstdCompressed(bytes) : bytes
}

/** Column by column: a row object of every event would cost more than the encoding. */
function parquetOf(events: readonly OutboundEvent[]): Uint8Array<ArrayBuffer> {
  const columnData = COLUMNS.map((column) => ({
    name: column.name,
    data: events.map((event) => encoded(column, column.from(event) ?? null)),
  }))
  return new Uint8Array(parquetWriteBuffer({ columnData, schema: SCHEMA, createdBy: 'twofold' }))
}

/** Decimals as integers of millionths: through a number they would lose digits. */
function encoded({ type }: Column, value: Json): unknown {
  if (typeof value !== 'string') return value
  if (type === 'time') return new Date(value)
  if (type !== 'decimal') return value
  const [whole = '', fraction = ''] = value.split('.')
  return BigInt(whole + fraction.padEnd(DECIMAL.scale, '0'))
}

/** 38 digits, so that nothing amountOf lets through is too large. */
const DECIMAL = {
  type: 'FIXED_LEN_BYTE_ARRAY',
  type_length: 16,
  converted_type: 'DECIMAL',
  precision: 38,
  scale: 6,
} as const

const SCHEMA: SchemaElement[] = [
  { name: 'root', num_children: COLUMNS.length },
  ...COLUMNS.flatMap(elementsOf),
]

function elementsOf({ name, type, optional }: Column): SchemaElement[] {
  const repetition_type = optional ? 'OPTIONAL' : 'REQUIRED'
  const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const
  if (type === 'list') {
    return [
      { name, repetition_type, num_children: 1, converted_type: 'LIST' },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', repetition_type: 'REQUIRED', ...text },
    ]
  }
  if (type === 'decimal') return [{ name, repetition_type, ...DECIMAL }]
  if (type === 'boolean') return [{ name, repetition_type, type: 'BOOLEAN' }]
  if (type === 'time') {
    return [{ name, repetition_type, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' }]
  }
  return [{ name, repetition_type, ...text }]
}
