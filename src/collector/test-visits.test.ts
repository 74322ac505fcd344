/** A page opened with a code makes the visit a test until the code ends, and nobody else's. */
import { beforeEach, expect, it } from 'vitest'
import { TEST_LINK_MS } from '../event/test-code.ts'
import { TEST_VISITS_MAX } from '../limits.ts'
import { createTestCodes } from './test-codes.ts'
import { createTestVisits, type TestVisits } from './test-visits.ts'

const START_MS = Date.UTC(2026, 10, 28, 12)
let nowMs = START_MS
const codes = createTestCodes('key', () => nowMs)
const CODE = codes.make('1', false)
const LINK = `https://shop.example.com/?test_event_code=${CODE}`
const NEXT = 'https://shop.example.com/cart'

let visits: TestVisits

beforeEach(() => {
  nowMs = START_MS
  visits = createTestVisits(codes, () => nowMs)
})

const event = (url: string, fbp?: string) => ({
  event_source_url: url,
  ...(fbp ? { user_data: { fbp } } : {}),
})

it('marks the page and the pages after it', () => {
  expect(visits.codeOf('1', event(LINK, 'fb.1.1.1'))).toBe(CODE)
  expect(visits.codeOf('1', event(NEXT, 'fb.1.1.1'))).toBe(CODE)
})

it('marks no other visitor and no other dataset', () => {
  visits.codeOf('1', event(LINK, 'fb.1.1.1'))
  expect(visits.codeOf('1', event(NEXT, 'fb.1.1.2'))).toBeUndefined()
  expect(visits.codeOf('2', event(NEXT, 'fb.1.1.1'))).toBeUndefined()
  expect(visits.codeOf('1', event(NEXT))).toBeUndefined()
})

it('marks the page alone where the visitor has no browser id', () => {
  expect(visits.codeOf('1', event(LINK))).toBe(CODE)
  expect(visits.codeOf('1', event(NEXT))).toBeUndefined()
})

it('ends with the code, also where the link is opened again', () => {
  visits.codeOf('1', event(LINK, 'fb.1.1.1'))
  nowMs += TEST_LINK_MS
  expect(visits.codeOf('1', event(NEXT, 'fb.1.1.1'))).toBeUndefined()
  expect(visits.codeOf('1', event(LINK, 'fb.1.1.1'))).toBeUndefined()
})

it('takes no code that we did not make, and nothing that is no event', () => {
  const foreign = 'https://shop.example.com/?test_event_code=TEST123'
  expect(visits.codeOf('1', event(foreign, 'fb.1.1.1'))).toBeUndefined()
  expect(visits.codeOf('1', { event_source_url: 7, user_data: null })).toBeUndefined()
})

it('forgets the oldest of too many', () => {
  for (let at = 0; at <= TEST_VISITS_MAX; at++) visits.codeOf('1', event(LINK, `fb.1.1.${at}`))
  expect(visits.codeOf('1', event(NEXT, 'fb.1.1.0'))).toBeUndefined()
  expect(visits.codeOf('1', event(NEXT, `fb.1.1.${TEST_VISITS_MAX}`))).toBe(CODE)
})
