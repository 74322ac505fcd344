/** Money and times as platforms write them. */
import { describe, expect, it } from 'vitest'
import { carriedIn, fbcOf } from './carried.ts'
import { majorOf, microsOf, numberOf, sumOf, unitPrice } from './decimal.ts'
import { momentOf, secondsOf } from './moment.ts'
import { parseExact, textAt } from './tree.ts'

describe('minor units', () => {
  it.each([
    ['6099', 'USD', '60.99'],
    ['5', 'EUR', '0.05'],
    ['1999', 'JPY', '1999'],
    ['1999', 'KWD', '1.999'],
    ['-250', 'USD', '-2.5'],
    ['100', 'MGA', '1'],
    ['60.99', 'USD', undefined],
    [undefined, 'USD', undefined],
  ])('%s of %s are %s', (minor, currency, major) => {
    expect(majorOf(minor, currency)).toBe(major)
  })

  it('of Stripe have exceptions of its own', () => {
    expect(majorOf('500', 'ISK', 'stripe')).toBe('5')
    expect(majorOf('500', 'ISK')).toBe('500')
    expect(majorOf('500', 'mga', 'stripe')).toBe('500')
  })
})

describe('decimals', () => {
  it('sum exactly', () => {
    expect(sumOf(['0.10', '0.20'])).toBe('0.3')
    expect(sumOf([])).toBe('0')
    expect(sumOf(['1', 'x'])).toBeUndefined()
    expect(unitPrice('10.00', '4')).toBe('2.5')
    expect(unitPrice('10.00', '3')).toBeUndefined()
    expect(unitPrice('10.00', '0')).toBeUndefined()
  })

  it('are read digit by digit, and nothing else is', () => {
    expect(microsOf('316.5000')).toBe(316_500_000n)
    for (const text of ['1e3', '1,5', '', ' ', '0x10', undefined]) {
      expect(numberOf(text)).toBeUndefined()
    }
  })
})

describe('moments', () => {
  it.each([
    ['2026-03-02T10:00:00-05:00', 1772463600],
    ['2026-03-02T15:00:00', 1772463600],
    ['2026-03-02 15:00:00', 1772463600],
    ['2026-03-02T15:00:00.123Z', 1772463600],
    ['Mon, 02 Mar 2026 15:00:00 +0000', 1772463600],
    ['1772463600', 1772463600],
    ['1772463600123', 1772463600],
    ['2026-03-02', 1772409600],
    ['yesterday', undefined],
    ['02/03/2026', undefined],
  ])('%s is %s', (text, seconds) => {
    expect(secondsOf(text)).toBe(seconds)
  })

  it('are the shopper’s, until that is too long ago for anybody to take', () => {
    const nowMs = 1_772_463_600_000
    const nowS = nowMs / 1000
    expect(momentOf(nowS - 3600, nowS, nowMs)).toBe(nowS - 3600)
    expect(momentOf(nowS - 8 * 86_400, nowS - 60, nowMs)).toBe(nowS - 60)
    expect(momentOf(undefined, undefined, nowMs)).toBe(nowS)
  })
})

describe('JSON', () => {
  it('loses no digit of an id', () => {
    const tree = parseExact('{"id": 820982911946154508, "n": 17, "price": 199.00}')
    expect([textAt(tree, 'id'), textAt(tree, 'n'), textAt(tree, 'price')]).toEqual([
      '820982911946154508',
      '17',
      '199',
    ])
    expect(parseExact('{')).toBeUndefined()
    expect(textAt(tree, '__proto__', 'constructor.name', 'id.x')).toBeUndefined()
  })
})

describe('what a page sends along', () => {
  it('is found under our names, hidden or not, and kept out where it cannot be right', () => {
    expect(
      carriedIn([
        ['__twofold_fbp', 'fb.1.1772400000000.123'],
        ['_fbc', 'fb.1.1772400000000.IwAR'],
        ['twofold_url', 'https://shop.example/a'],
        ['twofold_consent', 'maybe'],
        ['url', 'https://elsewhere.example'],
        ['fbp', 'fb.1.1.second'],
        ['twofold_ip', 17],
        ['gift_note', 'hello'],
      ]),
    ).toEqual({
      fbp: 'fb.1.1772400000000.123',
      fbc: 'fb.1.1772400000000.IwAR',
      url: 'https://shop.example/a',
    })
  })

  it('makes a click of a landing page, at the moment of the visit', () => {
    expect(fbcOf('/products?fbclid=IwAR0x&a=1#top', 1772463600)).toBe('fb.1.1772463600000.IwAR0x')
    expect(fbcOf('/products', 1772463600)).toBeUndefined()
    expect(fbcOf('/?fbclid=IwAR0x', undefined)).toBeUndefined()
  })
})
