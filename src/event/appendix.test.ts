import { describe, expect, test } from 'vitest'
import { bare, isAppendix, splitAppendix } from './appendix.ts'

const HASH = 'a'.repeat(64)

describe('splitAppendix', () => {
  test.each([
    [`${HASH}.AQQCAQMC`, HASH, 'AQQCAQMC'],
    [`${HASH}.Ag`, HASH, 'Ag'],
    ['fb.1.1700000000000.123.AQYAAQMC', 'fb.1.1700000000000.123', 'AQYAAQMC'],
    ['2001:db8::1.AQEDAQMC', '2001:db8::1', 'AQEDAQMC'],
    ['https://shop.test/p?a=1&fbclid=Z.AQQCAQMC', 'https://shop.test/p?a=1&fbclid=Z', 'AQQCAQMC'],
    ['https://shop.test.AQQCAQMC', 'https://shop.test', 'AQQCAQMC'],
  ])('%s', (text, value, appendix) => {
    expect(splitAppendix(text)).toEqual({ value, appendix })
    expect(bare(text)).toBe(value)
  })

  test.each([
    ['no dot', HASH],
    ['wrong version byte', `${HASH}.AgQCAQMC`],
    ['language 0', `${HASH}.AQACAQMC`],
    ['language 7', `${HASH}.AQcCAQMC`],
    ['seven characters', `${HASH}.AQQCAQM`],
    ['character outside base64url', `${HASH}.AQQCAQM+`],
    ['unknown short form', `${HASH}.AA`],
    ['nothing before it', '.AQQCAQMC'],
    ['a domain', 'https://station.aq'],
    ['an address', '10.0.0.12'],
    ['empty', ''],
  ])('leaves alone: %s', (_why, text) => {
    expect(splitAppendix(text)).toEqual({ value: text })
    expect(bare(text)).toBe(text)
  })
})

test('an appendix stands alone too: the fifth part of a cookie', () => {
  expect(['AQ', 'Ag', 'Aw', 'BA', 'BQ', 'Bg', 'AQQAAQMC'].every(isAppendix)).toBe(true)
  expect(['', 'aq', 'Bw', 'AQQCAQMCA', 'xxxxxxxx'].some(isAppendix)).toBe(false)
})

test('every language byte from 1 to 6 and no other is an appendix', () => {
  const legal = Array.from({ length: 256 }, (_, language) =>
    Buffer.from([1, language, 2, 1, 3, 2]).toString('base64url'),
  ).map(isAppendix)
  expect(legal.flatMap((is, language) => (is ? [language] : []))).toEqual([1, 2, 3, 4, 5, 6])
})
