import { expect, it } from 'vitest'
import { BODY_VALUES_MAX, PARSED_VALUE_BYTES } from '../limits.ts'
import { createParsing } from './parsing.ts'

const body = (text: string): Buffer => Buffer.from(text)
const objects = (n: number): Buffer => body(`[${Array(n).fill('{}').join()}]`)

it('counts what bodies take once parsed, until they are answered', () => {
  const small = objects(10)
  const cost = small.length + 20 * PARSED_VALUE_BYTES
  const parsing = createParsing(2 * cost)
  const first = parsing.begin(small)
  parsing.begin(small)
  expect(() => parsing.begin(body('{}'))).toThrow(expect.objectContaining({ code: 'overloaded' }))
  first.done()
  parsing.begin(small)
  expect(() => parsing.begin(small)).toThrow(expect.objectContaining({ code: 'overloaded' }))
})

it('takes one of any permitted size when there is no other', () => {
  const parsing = createParsing(10)
  const one = parsing.begin(objects(1000))
  expect(() => parsing.begin(body('{}'))).toThrow(expect.objectContaining({ code: 'overloaded' }))
  one.done()
  parsing.begin(objects(1000)).done()
})

it.each([
  ['JSON', objects(BODY_VALUES_MAX / 2 + 1)],
  ['a form', body(`data=${'%7B%7D%2C'.repeat(BODY_VALUES_MAX / 3 + 1)}`)],
  ['parameters', body('&a='.repeat(BODY_VALUES_MAX + 1))],
])('refuses more values than any body needs: %s', (_, many) => {
  expect(() => createParsing().begin(many)).toThrow(
    expect.objectContaining({ code: 'body_too_large', detail: expect.stringContaining('values') }),
  )
})
