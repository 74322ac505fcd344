/** Codes of links end by themselves, are of one dataset, and only ours are believed. */
import { describe, expect, it } from 'vitest'
import { neverCounts } from '../event/test-code.ts'
import { createTestCodes } from './test-codes.ts'

const START_MS = Date.UTC(2026, 10, 28, 12)
const HOUR_MS = 3_600_000

let nowMs = START_MS
const codes = createTestCodes('key', () => nowMs)
const make = (): string => {
  nowMs = START_MS
  return codes.make('1', false)
}

describe('the code of a link', () => {
  it('says whether it counts', () => {
    expect(neverCounts(codes.make('1', false))).toBe(true)
    expect(neverCounts(codes.make('1', true))).toBe(false)
  })

  it.each([
    ['now', START_MS, START_MS + HOUR_MS],
    ['a minute before its end', START_MS + HOUR_MS - 60_000, START_MS + HOUR_MS],
    ['after its end', START_MS + HOUR_MS, undefined],
  ])('is good for an hour: %s', (_when, atMs, endMs) => {
    const code = make()
    nowMs = atMs
    expect(codes.endMs('1', code)).toBe(endMs)
  })

  it('is of one dataset, and of one key', () => {
    const code = make()
    expect(codes.endMs('2', code)).toBeUndefined()
    expect(createTestCodes('other', () => nowMs).endMs('1', code)).toBeUndefined()
  })

  it('cannot be given another end, or made not to count, by whoever has seen one', () => {
    const code = codes.make('1', true)
    expect(codes.endMs('1', code)).toBeDefined()
    expect(codes.endMs('1', code.replace('TEST', 'SANDBOX'))).toBeUndefined()
    expect(codes.endMs('1', code.replace(/-(.{5})-/, '-ZZZZZ-'))).toBeUndefined()
  })

  it.each(['TEST123', 'SANDBOX-', 'SANDBOX-ZZZZZ-AAA', 'SANDBOX-ZZZZZ-AAAAAAAAAAAA', ''])(
    'is none of ours: %s',
    (text) => expect(codes.endMs('1', text)).toBeUndefined(),
  )
})
