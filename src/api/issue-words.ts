/**
 * What is wrong with a field of a request, in plain words, where its schema has none of its own.
 * Called by api.ts with every request that does not fit.
 */
import type { z } from 'zod'

type Issue = z.core.$ZodRawIssue

/** Undefined: zod's own words are as good as any. */
export function issueWords(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing'
      return `must be ${TYPES[issue.expected] ?? issue.expected}`
    case 'too_small':
      return atLeast(issue.origin, Number(issue.minimum), issue.inclusive === false)
    case 'too_big':
      return atMost(issue.origin, Number(issue.maximum), issue.inclusive === false)
    case 'invalid_value':
      if (issue.input === undefined) return 'is missing'
      return `must be ${either(issue.values.map((value) => JSON.stringify(value)))}`
    case 'invalid_format':
      return FORMATS[issue.format]
    case 'unrecognized_keys':
      return `${issue.keys.map((key) => `"${key}"`).join(', ')}: not known here`
    default:
      return undefined
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'empty',
}

const FORMATS: Readonly<Record<string, string>> = {
  email: 'must be an e-mail address such as name@shop.example',
  url: 'must be an address such as https://shop.example/path',
}

/** How many of what, or the number itself. */
const UNITS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
  set: ['entry', 'entries'],
}

function atLeast(origin: string, minimum: number, isExclusive: boolean): string {
  const unit = UNITS[origin]
  if (!unit) return isExclusive ? `must be more than ${minimum}` : `must be at least ${minimum}`
  if (minimum === 1) return 'must not be empty'
  return `must have at least ${minimum} ${unit[1]}`
}

function atMost(origin: string, maximum: number, isExclusive: boolean): string {
  const unit = UNITS[origin]
  if (!unit) return isExclusive ? `must be less than ${maximum}` : `must be at most ${maximum}`
  return `may have at most ${maximum} ${unit[maximum === 1 ? 0 : 1]}`
}

function either(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`
}
