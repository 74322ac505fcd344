/**
 * The small forms that clients use for one and the same value: text, number, boolean, list, JSON
 * text. Every reader answers undefined for what is absent or cannot be read. Used by parse-*.ts.
 */
import { JSON_DEPTH_MAX } from './bounds.ts'
import type { Report } from './parse-report.ts'
import type { Json } from './shape.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/** Clients send null, empty and blank text for what they do not know: all of it is absent. */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}

/** Text, or a number whose digits are all there. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? String(value) : undefined
}

/** An id that must be text: a number is written out, one too large for JSON is kept out. */
export function readId(value: unknown, key: string, report: Report): string | undefined {
  if (isAbsent(value)) return undefined
  const text = textOf(value)
  if (text === undefined) {
    if (typeof value === 'number') report.note('unsafe_integer', key, 'send it as text')
    else report.object('invalid_parameter', key, `is ${kindOf(value)}: send text.`)
    return undefined
  }
  report.spend(text.length)
  return text
}

/** The elements of a list, or a single value as a list of one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

/** An object, or an empty list, which is what PHP makes of an empty object. */
export function readObject(value: unknown, key: string, report: Report): JsonObject | undefined {
  if (isAbsent(value)) return undefined
  if (isObject(value)) return value
  if (Array.isArray(value) && value.length === 0) return {}
  report.object('invalid_parameter', key, `is ${kindOf(value)}: send an object.`)
  return undefined
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a JSON text holds, or undefined. */
export function unpackJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // The caller words what it expected.
  }
}

export function readBoolean(value: unknown, key: string, report: Report): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (isAbsent(value)) return undefined
  if (value === 1 || value === '1' || value === 'true') return true
  if (value === 0 || value === '0' || value === 'false') return false
  report.object('invalid_parameter', key, `is ${kindOf(value)}: send true or false.`)
  return undefined
}

export function readInteger(value: unknown, key: string, report: Report): number | undefined {
  if (isAbsent(value)) return undefined
  const number = typeof value === 'string' ? Number(value) : value
  if (Number.isSafeInteger(number)) return (number as number) + 0
  report.object('invalid_parameter', key, `is ${kindOf(value)}: send a whole number.`)
  return undefined
}

/** One of a few words, in any case. */
export function readWord<W extends string>(
  value: unknown,
  words: ReadonlySet<W>,
  where: { readonly key: string; readonly report: Report },
): W | undefined {
  if (isAbsent(value)) return undefined
  const word = typeof value === 'string' ? value.trim().toLowerCase() : ''
  if (words.has(word as W)) return word as W
  where.report.object('invalid_parameter', where.key, `must be one of ${[...words].join(', ')}.`)
  return undefined
}

/**
 * A copy of an open part of the contract: bounded in depth, without what JSON cannot write and
 * without `__proto__`. Undefined when nothing is left.
 */
/** What an object or list costs in memory, in characters: `{}` is short only on the wire. */
const NODE_CHARS = 32

export function copyJson(value: unknown, key: string, report: Report): Json | undefined {
  let depth = 0
  const copy = (part: unknown): Json | undefined => {
    if (typeof part === 'string') {
      report.spend(part.length)
      return part
    }
    if (typeof part === 'number') return keepNumber(part, key, report)
    if (part === null || typeof part === 'boolean') return part
    if (typeof part !== 'object') {
      if (part !== undefined) report.note('invalid_parameter', key, `holds ${kindOf(part)}`)
      return undefined
    }
    if (depth >= JSON_DEPTH_MAX) {
      report.note('too_deep', key, `is nested deeper than ${JSON_DEPTH_MAX} levels`)
      return undefined
    }
    report.spend(NODE_CHARS)
    depth += 1
    const copied = Array.isArray(part) ? copyList(part) : copyObject(part as JsonObject)
    depth -= 1
    return copied
  }
  const copyList = (list: readonly unknown[]): Json[] => {
    report.spend(list.length)
    return list.map((item) => copy(item) ?? null)
  }
  const copyObject = (object: JsonObject): Json => {
    const result: Record<string, Json> = {}
    for (const name of Object.keys(object)) {
      if (name === '__proto__') {
        report.unexpectedKey(key, name)
        continue
      }
      report.spend(name.length)
      const copied = copy(object[name])
      if (copied !== undefined) result[name] = copied
    }
    return result
  }
  return copy(value)
}

/**
 * 1e999 is legal JSON text and reads as Infinity, which JSON cannot write again; -0 is written as
 * 0, which adding 0 makes of it.
 */
function keepNumber(number: number, key: string, report: Report): number | undefined {
  report.spend(8)
  if (Number.isFinite(number)) return number + 0
  report.note('invalid_parameter', key, 'holds a number that is not finite')
  return undefined
}

/** The kind of a value, for messages, which never repeat the value itself. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  switch (typeof value) {
    case 'string':
      return 'text'
    case 'number':
      return 'a number'
    case 'boolean':
      return 'true or false'
    default:
      return 'an object'
  }
}
