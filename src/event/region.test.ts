import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isInRegion, readRegion, regionOfCountry } from './region.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

it.each<[string | undefined, string, boolean]>([
  ['DE', 'eea', true],
  ['GB', 'eea', true],
  ['CH', 'eea', true],
  ['EEA', 'eea', true],
  ['EEA', 'de', false],
  ['DE', 'de', true],
  ['US', 'us', true],
  ['US-CA', 'us', true],
  ['US-CA', 'us-ca', true],
  ['US', 'us-ca', false],
  ['US-TX', 'us-ca', false],
  ['JP', 'other', true],
  ['JP', 'eea', false],
  ['US', 'other', false],
  ['DE', 'other', false],
  [undefined, 'other', true],
  [undefined, 'eea', false],
])('%s is in %s: %s', (region, rule, expected) => {
  expect(isInRegion(region, rule)).toBe(expected)
})

it.each([
  [' de ', 'DE'],
  ['uk', 'GB'],
  ['us_ca', 'US-CA'],
  ['US-CA', 'US-CA'],
  ['Germany', undefined],
  ['', undefined],
  [49, undefined],
])('%j is read as %s', (value, expected) => {
  expect(readRegion(value)).toBe(expected)
})

describe('the country of user_data', () => {
  it.each([
    ['de', 'DE'],
    [sha256('de'), 'DE'],
    [sha256('us').toUpperCase(), 'US'],
    [sha256('zz'), undefined],
    [undefined, undefined],
  ])('%s is %s', (value, expected) => {
    expect(regionOfCountry(value, sha256)).toBe(expected)
  })
})
