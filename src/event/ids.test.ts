import { hash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventId } from './ids.ts'

test.each([
  ['purchase', ['17'], 'purchase:17'],
  ['Purchase', [17], 'purchase:17'],
  [' purchase ', [' 17\n'], 'purchase:17'],
  ['lead', ['form 3', 'a@b'], 'lead:form%203:a%40b'],
  ['purchase', ['#1001'], 'purchase:%231001'],
  ['purchase', ["o'neil (1)*!"], 'purchase:o%27neil%20%281%29%2A%21'],
  ['purchase', ['a:b'], 'purchase:a%3Ab'],
  ['purchase', ['Ä'], 'purchase:%C3%84'],
  ['purchase', [0], 'purchase:0'],
])('%s %j is %s', (action, parts, id) => {
  expect(eventId(action, ...parts)).toBe(id)
})

test('a large number in another type is the same part', () => {
  expect(eventId('purchase', 9007199254740993n)).toBe(eventId('purchase', '9007199254740993'))
})

test.each([
  ['purchase', []],
  ['purchase', [undefined]],
  ['purchase', [null]],
  ['purchase', ['']],
  ['purchase', ['  ']],
  ['purchase', [Number.NaN]],
  ['purchase', ['undefined']],
  ['purchase', [{}]],
  ['purchase', [17, undefined]],
  ['', [17]],
])('a missing part makes no id: %s %j', (action, parts) => {
  expect(eventId(action, ...parts)).toBe('')
})

/** What a part means: the same for 17 and " 17 ". */
const meaning = (action: string, parts: readonly unknown[]) =>
  JSON.stringify([action.toLowerCase().trim(), ...parts.map((part) => String(part).trim())])

const part = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.integer(),
  fc.constantFrom(':', '=', '%', '%3A'),
)

test('different inputs give different ids, equal ones the same', () => {
  const input = fc.tuple(
    fc.constantFrom('purchase', 'Purchase', 'lead', 'a:b'),
    fc.array(part, { maxLength: 4 }),
  )
  fc.assert(
    fc.property(input, input, ([action, parts], [otherAction, otherParts]) => {
      const id = eventId(action, ...parts)
      const other = eventId(otherAction, ...otherParts)
      if (id === '' || other === '') return
      expect(id === other).toBe(meaning(action, parts) === meaning(otherAction, otherParts))
    }),
    { numRuns: 2000 },
  )
})

test('an id is at most 200 safe characters, whatever comes in', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
      const id = eventId('purchase', text)
      expect(id).toMatch(/^[\w.~%:=-]{0,200}$/)
    }),
  )
})

test('a long id keeps a readable start and a digest of the whole', () => {
  const long = 'x'.repeat(300)
  const whole = `purchase:${long}`
  expect(eventId('purchase', long)).toBe(`${whole.slice(0, 100)}=${hash('sha256', whole)}`)
  expect(eventId('purchase', `${long}y`)).not.toBe(eventId('purchase', long))
})
