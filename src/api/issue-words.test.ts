/** What is said of a field that does not fit; what a schema says itself comes first. */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { issueWords } from './issue-words.ts'

const saidOf = (schema: z.ZodType, value: unknown): string | undefined =>
  schema.safeParse(value, { error: issueWords }).error?.issues[0]?.message

describe('the words about a field', () => {
  it.each<[z.ZodType, unknown, string]>([
    [z.string(), undefined, 'is missing'],
    [z.string(), 3, 'must be text'],
    [z.int(), 1.5, 'must be a whole number'],
    [z.number(), 'x', 'must be a number'],
    [z.boolean(), 'yes', 'must be true or false'],
    [z.array(z.string()), {}, 'must be a list'],
    [z.string().min(1), '', 'must not be empty'],
    [z.string().min(12), 'short', 'must have at least 12 characters'],
    [z.string().max(3), 'long', 'may have at most 3 characters'],
    [z.array(z.string()).max(1), ['a', 'b'], 'may have at most 1 entry'],
    [z.number().min(1), 0, 'must be at least 1'],
    [z.number().positive(), 0, 'must be more than 0'],
    [z.number().max(30), 31, 'must be at most 30'],
    [z.enum(['admin', 'analyst', 'developer']), 'x', 'must be "admin", "analyst" or "developer"'],
    [z.enum(['admin']), undefined, 'is missing'],
    [z.email(), 'x', 'must be an e-mail address such as name@shop.example'],
    [z.url(), 'x', 'must be an address such as https://shop.example/path'],
    [z.strictObject({}), { a: 1, b: 2 }, '"a", "b": not known here'],
    [z.string().min(1, 'give it a name'), '', 'give it a name'],
  ])('%#', (schema, value, words) => {
    expect(saidOf(schema, value)).toBe(words)
  })
})
