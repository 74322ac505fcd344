/**
 * The rows of a product feed, whatever it is written in: CSV, TSV or XML, packed or not. Streams:
 * one row in memory at a time. Throws FeedFault where it cannot be read any further. Called by
 * catalog-import.ts.
 */
import { FEED_NAME_CHARS_MAX } from '../../catalog-limits.ts'
import { CsvFault, csvRows, separatorOf } from '../csv-reader.ts'
import { placesOf, plain } from '../file-cells.ts'
import { FEED_COLUMNS, type FeedColumn, type FeedRow } from './feed-columns.ts'
import { FeedFault } from './feed-fault.ts'
import { feedText } from './feed-text.ts'
import type { FeedFormat } from './view.ts'
import { type XmlItem, xmlItems } from './xml-items.ts'

export interface FeedEvents {
  /** Told once, before the first row. */
  readonly onFormat: (format: FeedFormat) => void
  /** Column -> its name in the feed; of XML as the items come. */
  readonly onColumn: (column: FeedColumn, name: string) => void
}

export async function* feedRows(
  bytes: AsyncIterable<Uint8Array>,
  events: FeedEvents,
): AsyncGenerator<FeedRow> {
  const { head, text } = await begun(feedText(bytes))
  if (head.trim() === '') throw new FeedFault(1, 'It is empty.')
  if (/^\s*</.test(head)) {
    events.onFormat('xml')
    yield* xmlRows(text, events)
    return
  }
  events.onFormat(separatorOf(head) === '\t' ? 'tsv' : 'csv')
  yield* tableRows(text, events)
}

const HEAD_CHARS = 4096

/** The beginning, to tell the format by, and all of it. */
async function begun(
  pieces: AsyncGenerator<string>,
): Promise<{ head: string; text: AsyncIterable<string> }> {
  let head = ''
  let isDone = false
  while (!isDone && (head.trim() === '' || !/[\r\n<]/.test(head)) && head.length < HEAD_CHARS) {
    const next = await pieces.next()
    if (next.done) isDone = true
    else head += next.value
  }
  async function* all(): AsyncGenerator<string> {
    yield head
    if (!isDone) yield* pieces
  }
  return { head, text: all() }
}

const COLUMNS = Object.keys(FEED_COLUMNS) as FeedColumn[]

async function* tableRows(
  text: AsyncIterable<string>,
  { onColumn }: FeedEvents,
): AsyncGenerator<FeedRow> {
  let places: ReadonlyMap<FeedColumn, number> | undefined
  let head: readonly string[] = []
  try {
    for await (const { line, cells } of csvRows(text)) {
      if (places) {
        const own = places
        yield {
          line,
          cell: (column) => cells[own.get(column) ?? -1]?.trim() ?? '',
          nameOf: (column) => head[own.get(column) ?? -1] ?? column,
        }
        continue
      }
      head = cells.map((name) => name.trim().slice(0, FEED_NAME_CHARS_MAX))
      places = headOf(head, line)
      for (const [column, at] of places) onColumn(column, head[at] ?? column)
    }
  } catch (error) {
    if (error instanceof CsvFault) throw new FeedFault(error.line, error.message)
    throw error
  }
}

function headOf(head: readonly string[], line: number): Map<FeedColumn, number> {
  const places = placesOf(
    head.map((name) => name.replace(/^g:/i, '')),
    FEED_COLUMNS,
    {},
  )
  if ('fault' in places) throw new FeedFault(line, places.fault.reason, places.fault.column)
  for (const column of ['id', 'price'] as const) {
    if (places.has(column)) continue
    const words = `No column of the first row is called ${column}: name it as Google and Meta do.`
    throw new FeedFault(line, words, column)
  }
  return places
}

async function* xmlRows(
  text: AsyncIterable<string>,
  { onColumn }: FeedEvents,
): AsyncGenerator<FeedRow> {
  const told = new Set<FeedColumn>()
  for await (const { line, fields } of xmlItems(text)) {
    const named = new Map(
      COLUMNS.flatMap((column) => {
        const field = fieldOf(column, fields)
        return field ? [[column, field] as const] : []
      }),
    )
    for (const [column, { name }] of named) {
      if (told.has(column)) continue
      told.add(column)
      onColumn(column, name)
    }
    yield {
      line,
      cell: (column) => named.get(column)?.text ?? '',
      nameOf: (column) => named.get(column)?.name ?? column,
    }
  }
}

function fieldOf(column: FeedColumn, fields: XmlItem['fields']) {
  for (const name of FEED_COLUMNS[column]) {
    const field = fields.get(plain(name))
    if (field) return field
  }
  return undefined
}
