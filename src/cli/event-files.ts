/**
 * Reads events for `twofold send`: a file or stdin that holds one JSON event per line, a JSON list,
 * one event, or `{"data":[...]}` as the Conversions API takes it. Lines are read as they come, so a
 * file of any size needs little memory; a single JSON document is read whole.
 */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { parse } from './client.ts'
import { systemCode, wrongUsage } from './exit.ts'

export interface Batch {
  readonly events: readonly unknown[]
  /** Characters read so far. */
  readonly read: number
}

/** `-` is stdin. Throws wrong usage, naming the line, for what is not JSON. */
export async function* readBatches(file: string, batchSize: number): AsyncGenerator<Batch> {
  let events: unknown[] = []
  let read = 0
  for await (const item of readItems(file)) {
    read = item.read
    for (const event of item.events) {
      events.push(event)
      if (events.length < batchSize) continue
      yield { events, read }
      events = []
    }
  }
  if (events.length > 0) yield { events, read }
}

async function* readItems(file: string): AsyncGenerator<Batch> {
  let read = 0
  let number = 0
  let seen = false
  /** The lines of a document that is not one event per line. */
  let document: string[] | undefined
  for await (const line of linesOf(file)) {
    read += line.length + 1
    number += 1
    if (document) {
      document.push(line)
      continue
    }
    if (line.trim() === '') continue
    const parsed = parse(line)
    if (parsed !== undefined) yield { events: eventsIn(parsed), read }
    else if (seen) throw wrongUsage(`Line ${number} of ${nameOf(file)} is not JSON.`)
    else document = [line]
    seen = true
  }
  if (document) yield { events: eventsIn(parseDocument(document.join('\n'), file)), read }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const input = file === '-' ? process.stdin : createReadStream(file)
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  } catch (error) {
    throw wrongUsage(`${nameOf(file)} cannot be read (${systemCode(error) ?? error}).`)
  }
}

function parseDocument(text: string, file: string): unknown {
  const parsed = parse(text)
  if (parsed !== undefined) return parsed
  throw wrongUsage(
    `${nameOf(file)} is not JSON.`,
    'Give one JSON event per line, a JSON list of events, or {"data":[...]}.',
  )
}

function eventsIn(parsed: unknown): readonly unknown[] {
  if (Array.isArray(parsed)) return parsed
  const { data } = (parsed ?? {}) as { data?: unknown }
  return Array.isArray(data) ? data : [parsed]
}

function nameOf(file: string): string {
  return file === '-' ? 'stdin' : file
}
