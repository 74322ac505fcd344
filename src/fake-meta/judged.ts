/**
 * What the checks of one event share: where it stands in the request, the first fault found, and
 * the warnings (what Meta documents without enforcing, or may ignore). Nothing said here repeats a
 * value. Used by judge.ts, judge-user-data.ts and judge-custom-data.ts.
 */
import { WARNINGS_MAX } from './bounds.ts'
import type { MetaErrorName } from './meta-errors.ts'

export type Fields = Readonly<Record<string, unknown>>

export interface Fault {
  readonly error: MetaErrorName
  readonly index: number
  /** Path below the event: `user_data.em`. */
  readonly key: string
  /** A sentence that names event and key and says what to do. */
  readonly detail: string
}

export class Judged {
  readonly index: number
  readonly warnings: string[] = []
  fault: Fault | undefined

  constructor(index: number) {
    this.index = index
  }

  /** The first fault wins. `what` continues the sentence "data[3].key". */
  refuse(error: MetaErrorName, key: string, what: string): void {
    const place = key ? `data[${this.index}].${key}` : `data[${this.index}]`
    this.fault ??= { error, index: this.index, key, detail: `${place} ${what}` }
  }

  unexpected(parent: string, key: string): void {
    const steps = parent.replace(/([A-Za-z_]+)\.?/g, "['$1']")
    const name = /^[\w$-]{1,64}$/.test(key) ? key : '(unprintable)'
    this.fault ??= {
      error: 'parameter_error',
      index: this.index,
      key: parent ? `${parent}.${name}` : name,
      detail: `Unexpected key "${name}" on param "$['data'][${this.index}]${steps}".`,
    }
  }

  warn(code: string): void {
    if (this.warnings.length < WARNINGS_MAX && !this.warnings.includes(code)) {
      this.warnings.push(code)
    }
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An entry of data: an event object, or the JSON text of one, as three of Meta's SDKs send it. */
export function eventIn(entry: unknown): Fields | undefined {
  const event = typeof entry === 'string' ? unpacked(entry) : entry
  return isFields(event) ? event : undefined
}

/** What a JSON text holds; undefined for what is no JSON. */
export function unpacked(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // Whoever asked refuses it in its own words.
  }
}

/** Clients send null and empty text for what they do not know. */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}

export function isText(value: unknown): value is string | number {
  return typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))
}

/** A whole number, also as text, as forms send it. */
export function wholeNumber(value: unknown): number | undefined {
  if (typeof value === 'string' && !/^-?\d{1,15}$/.test(value.trim())) return undefined
  const number = typeof value === 'string' ? Number(value) : value
  return Number.isSafeInteger(number) ? (number as number) : undefined
}

/** An amount in major units, also as text in plain decimals. */
export function decimal(value: unknown): number | undefined {
  if (typeof value === 'string' && !/^[+-]?(\d+\.?\d*|\.\d+)$/.test(value.trim())) return undefined
  const number = typeof value === 'string' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}
