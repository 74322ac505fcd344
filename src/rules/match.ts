/**
 * Decides the `when` of a rule: compiles a condition into a function once, so that an event costs
 * only the comparisons. A list meets a test when any of its values does; a missing field meets none
 * but `missing` and the negated ones. Pure; called by engine.ts.
 */
import type { Json } from '../event/shape.ts'
import type { Condition, Test } from './condition.ts'
import { compare, type Decimal, decimal } from './decimal.ts'
import { type Facts, type Reader, readerOf } from './fields.ts'

export type Matcher = (facts: Facts) => boolean

export function matcherOf(condition: Condition): Matcher {
  switch (condition.op) {
    case 'all': {
      const parts = condition.of.map(matcherOf)
      return (facts) => parts.every((part) => part(facts))
    }
    case 'any': {
      const parts = condition.of.map(matcherOf)
      return (facts) => parts.some((part) => part(facts))
    }
    case 'not': {
      const part = matcherOf(condition.of)
      return (facts) => !part(facts)
    }
    default:
      return testerOf(condition)
  }
}

function testerOf(given: Test): Matcher {
  const read = readerOf(given.field)
  // Hosts and countries have no capitals of their own, however a rule or a sender writes them.
  const test = CASELESS.test(given.field) ? { ...given, ignore_case: true } : given
  switch (test.op) {
    case 'exists':
      return (facts) => isThere(read(facts))
    case 'missing':
      return (facts) => !isThere(read(facts))
    case 'equals':
      return anyOf(read, equality([test.value], test.ignore_case))
    case 'not_equals':
      return negated(anyOf(read, equality([test.value], test.ignore_case)))
    case 'in':
      return anyOf(read, equality(test.values, test.ignore_case))
    case 'not_in':
      return negated(anyOf(read, equality(test.values, test.ignore_case)))
    case 'not_contains':
      return negated(anyOf(read, wording('contains', test)))
    case 'contains':
    case 'starts_with':
    case 'ends_with':
    case 'glob':
      return anyOf(read, wording(test.op, test))
    default:
      return anyOf(read, ordering(test.op, test.value))
  }
}

const CASELESS = /\.host$|^country$/

type Scalar = string | number | boolean
type Check = (value: Scalar) => boolean

const negated =
  (matcher: Matcher): Matcher =>
  (facts) =>
    !matcher(facts)

function anyOf(read: Reader, check: Check): Matcher {
  return (facts) => {
    const value = read(facts)
    if (Array.isArray(value)) return value.some((one: Json) => isScalar(one) && check(one))
    return isScalar(value) && check(value)
  }
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function isThere(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return false
  return !Array.isArray(value) || value.length > 0
}

/** Numbers meet numbers and numeric text as decimals; everything else letter by letter. */
function equality(wanted: readonly Scalar[], ignoreCase = false): Check {
  const fold = folding(ignoreCase)
  const words = new Set(wanted.map((value) => fold(String(value))))
  const decimals = wanted.filter((value) => typeof value === 'number').map(decimal)
  return (value) => {
    if (words.has(fold(String(value)))) return true
    const own = decimals.length > 0 ? decimal(value) : undefined
    return own !== undefined && decimals.some((one) => one && compare(own, one) === 0)
  }
}

type Wording = 'contains' | 'starts_with' | 'ends_with' | 'glob'

function wording(op: Wording, test: { value: string; ignore_case?: boolean | undefined }): Check {
  const fold = folding(test.ignore_case ?? false)
  const wanted = fold(test.value)
  const glob = op === 'glob' ? globOf(wanted) : undefined
  return (value) => {
    const text = fold(String(value))
    switch (op) {
      case 'contains':
        return text.includes(wanted)
      case 'starts_with':
        return text.startsWith(wanted)
      case 'ends_with':
        return text.endsWith(wanted)
      default:
        return glob?.(text) ?? false
    }
  }
}

/** Leftmost pieces are always right for *: no piece is ever tried twice, so nothing can explode. */
export function globOf(pattern: string): (text: string) => boolean {
  const pieces = pattern.split('*')
  const first = pieces[0] ?? ''
  if (pieces.length === 1) return (text) => text === pattern
  const last = pieces.at(-1) ?? ''
  const middle = pieces.slice(1, -1).filter((piece) => piece !== '')
  return (text) => {
    if (!text.startsWith(first) || !text.endsWith(last)) return false
    const end = text.length - last.length
    let at = first.length
    if (at > end) return false
    for (const piece of middle) {
      const found = text.indexOf(piece, at)
      if (found < 0 || found + piece.length > end) return false
      at = found + piece.length
    }
    return true
  }
}

function ordering(op: 'above' | 'at_least' | 'below' | 'at_most', value: string | number): Check {
  const wanted = decimal(value) as Decimal
  return (one) => {
    const own = decimal(one)
    if (!own) return false
    const order = compare(own, wanted)
    switch (op) {
      case 'above':
        return order > 0
      case 'at_least':
        return order >= 0
      case 'below':
        return order < 0
      default:
        return order <= 0
    }
  }
}

function folding(ignoreCase: boolean): (text: string) => string {
  return ignoreCase ? (text) => text.toLowerCase() : (text) => text
}
