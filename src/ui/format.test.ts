import { describe, expect, it } from 'vitest'
import { countOf, formatAge, formatDelay, formatMoney, formatShare, formatUtc } from './format.ts'

const percent = new Intl.NumberFormat(undefined, { style: 'percent' })

/** Spaces differ between versions of the locale data. */
const plain = (text: string): string => text.replaceAll(/\s/g, ' ')

describe('what a person reads', () => {
  it.each([
    [1, 2, percent.format(0.5)],
    [0, 5, percent.format(0)],
    [5, 5, percent.format(1)],
    [1, 1000, '<1%'],
    [999, 1000, '>99%'],
    [0, 0, '–'],
  ])('%i of %i is %s', (part, all, text) => {
    expect(formatShare(part, all)).toBe(text)
  })

  it.each([
    ['30.5', 'EUR', '€30.50'],
    ['1204', 'JPY', '¥1,204'],
    ['0.000001', 'EUR', '€0.000001'],
    // Beyond what a double holds: every digit stays.
    ['9007199254740993.07', 'EUR', '€9,007,199,254,740,993.07'],
    ['-5', 'EUR', '-€5.00'],
    ['12', 'nonsense', '12 nonsense'],
  ])('%s %s is %s', (value, currency, text) => {
    expect(plain(formatMoney(value, currency, 'en-US'))).toBe(text)
  })

  it.each([
    [0, '+0 ms'],
    [340, '+340 ms'],
    [-340, '−340 ms'],
    [12_400, '+12.4 s'],
    [180_000, '+3 min'],
    [5_400_000, '+1.5 h'],
  ])('%i ms later is %s', (ms, text) => {
    expect(formatDelay(ms)).toBe(text)
  })

  it.each([
    [-5, '0 s'],
    [8_400, '8 s'],
    [90_000, '2 min'],
    [7_200_000, '2 h'],
    [5 * 86_400_000, '5 days'],
  ])('%i ms last %s', (ms, text) => {
    expect(plain(formatAge(ms))).toBe(text)
  })

  it('counts one thing as one', () => {
    expect([0, 1, 2].map((n) => countOf(n, 'event'))).toEqual(['0 events', '1 event', '2 events'])
  })

  it('says UTC in full', () => {
    expect(formatUtc(0)).toBe('1970-01-01 00:00:00.000 UTC')
  })
})
