import { describe, expect, test } from 'vitest'
import { bare, splitAppendix } from './appendix.ts'

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

test('every language byte from 1 to 6 and no other makes an appendix', () => {
  const hasOne = (bytes: readonly number[]) =>
    bare(`x.${Buffer.from(bytes).toString('base64url')}`) === 'x'
  const all = Array.from({ length: 256 }, (_, language) => language)
  const known = [1, 2, 3, 4, 5, 6]
  expect(all.filter((language) => hasOne([1, language, 2, 1, 3, 2]))).toEqual(known)
  expect(all.filter((language) => hasOne([language]))).toEqual(known)
})
