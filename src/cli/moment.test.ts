import { expect, it } from 'vitest'
import { parseMoment } from './moment.ts'

const NOW_S = 1_800_000_000

it.each([
  ['1799999000', 1_799_999_000],
  ['0', 0],
  ['now', NOW_S],
  ['90s', NOW_S - 90],
  ['30m', NOW_S - 1800],
  ['2h', NOW_S - 7200],
  ['7d', NOW_S - 604_800],
  ['2027-01-15T08:00:00Z', 1_800_000_000],
  ['2027-01-15', 1_799_971_200],
])('%s is %i', (text, seconds) => {
  expect(parseMoment(text, NOW_S)).toBe(seconds)
})

it.each(['', 'soon', '2w', '-1h', '1.5h', '2027-13-45', '15 January'])('%j is none', (text) => {
  expect(() => parseMoment(text, NOW_S)).toThrow('is not a moment')
})
