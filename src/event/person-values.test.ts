import { hash } from 'node:crypto'
import { expect, it } from 'vitest'
import { personValues } from './person-values.ts'

const sha256 = (text: string): string => hash('sha256', text)
const context = { sha256, defaultCallingCode: '49' }

it.each([
  [' Jo@Example.com ', ['em', 'external_id'], 'jo@example.com'],
  ['0171 123 45 67', ['ph', 'external_id'], '491711234567'],
  ['+1 (415) 555-0132', ['ph', 'external_id'], '14155550132'],
  ['Customer-7', ['external_id'], 'customer-7'],
  ['Customer-7', ['external_id'], 'Customer-7'],
])('finds %j as %j, by the hash of %j', (typed, kinds, form) => {
  const found = personValues(typed, context)
  expect(found.kinds).toEqual(kinds)
  expect(found.values).toContain(sha256(form))
})

it('takes a hash and a cookie as they are', () => {
  const digest = sha256('jo@example.com')
  expect(personValues(digest.toUpperCase(), context)).toEqual({ kinds: ['hash'], values: [digest] })
  const fbp = 'fb.1.1700000000000.123456'
  expect(personValues(fbp, context)).toEqual({ kinds: ['cookie'], values: [fbp] })
})

it('lets nothing out in clear, whatever is typed', () => {
  for (const typed of [
    'jo@example.com',
    '0171 1234567',
    'Jo Doe',
    'fb.1',
    '',
    '   ',
    '@',
    'x'.repeat(70),
  ]) {
    for (const value of personValues(typed, context).values) expect(value).toMatch(/^[0-9a-f]{64}$/)
  }
})
