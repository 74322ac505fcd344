import { describe, expect, test } from 'vitest'
import { normalisePhone } from './normalise-phone.ts'

const documented = (value: string, code?: string) => normalisePhone(value, code)[0]

describe('a number that shows its country code is left alone by the default', () => {
  test.each([
    ['+49 151 2345 6789', '4915123456789'],
    ['0049 151 2345 6789', '4915123456789'],
    ['+1 (503) 555-0142', '15035550142'],
    ['＋49 151 23456789', '4915123456789'],
    ['Tel.: +49 (151) 2345-6789', '4915123456789'],
    ['+44 (0)20 7946 0123', '442079460123'],
    ['0044 (0)20 7946 0123', '442079460123'],
    ['+39 06 698 12345', '390669812345'],
  ])('%s', (value, digits) => {
    for (const code of [undefined, '49', '1', '39', '7']) {
      expect(documented(value, code)).toBe(digits)
    }
  })
})

describe('a national number gets the default calling code', () => {
  test.each([
    // Trunk zero.
    ['0151 2345 6789', '49', '4915123456789'],
    ['(0)151 2345 6789', '49', '4915123456789'],
    ['020 7946 0123', '44', '442079460123'],
    ['06 12 34 56 78', '33', '33612345678'],
    ['090-1234-5678', '81', '819012345678'],
    // No trunk prefix in use.
    ['612 345 678', '34', '34612345678'],
    ['912 345 678', '351', '351912345678'],
    ['8123 4567', '65', '6581234567'],
    // The zero belongs to the number.
    ['06 698 12345', '39', '390669812345'],
    ['07 08 09 10 11', '225', '2250708091011'],
    // Another trunk prefix.
    ['8 (912) 345-67-89', '7', '79123456789'],
    ['06 30 123 4567', '36', '36301234567'],
    ['8 029 123-45-67', '375', '375291234567'],
    ['029 123-45-67', '375', '375291234567'],
    // North America, with its own international prefix.
    ['(503) 555-0142', '1', '15035550142'],
    ['1-503-555-0142', '1', '15035550142'],
    ['011 44 20 7946 0123', '1', '442079460123'],
  ])('%s with %s is %s', (value, code, digits) => {
    expect(normalisePhone(value, code)).toEqual([digits])
  })
})

describe('digits that begin with the calling code', () => {
  test.each([
    // Long enough: the code is there already.
    ['4915123456789', '49', '4915123456789'],
    ['33612345678', '33', '33612345678'],
    ['4512345678', '45', '4512345678'],
    ['3545551234', '354', '3545551234'],
    ['919876543210', '91', '919876543210'],
    ['393401234567', '39', '393401234567'],
    ['5555991234567', '55', '5555991234567'],
    ['79123456789', '7', '79123456789'],
    // Too short for that: a national number that begins alike.
    ['45 12 34 56', '45', '4545123456'],
    ['48 123 45 67', '48', '48481234567'],
    ['9198765432', '91', '919198765432'],
    ['391 123 4567', '39', '393911234567'],
    ['55 99123-4567', '55', '5555991234567'],
    ['701 234 5678', '7', '77012345678'],
  ])('%s with %s is %s', (value, code, digits) => {
    expect(documented(value, code)).toBe(digits)
  })
})

describe('without a default, digits stand as they are, less leading zeros', () => {
  test.each([
    ['(503) 555-0142', '5035550142'],
    ['1.503.555.0142', '15035550142'],
    ['020 7946 0123', '2079460123'],
    ['555 0142', '5550142'],
    ['503\u00a0555\u20110142', '5035550142'],
  ])('%s', (value, digits) => {
    expect(normalisePhone(value)).toEqual([digits])
  })
})

test.each(['', '+', '0', '0000000', '12345', 'call me', '12345678901234567', '٠١٢٣٤٥٦٧٨٩'])(
  '%j is no number',
  (value) => {
    expect(documented(value) ?? null).toBeNull()
  },
)

test("the parameter builder's form keeps the bracketed zero", () => {
  expect(normalisePhone('+44 (0)20 7946 0123', '49')).toEqual(['442079460123', '4402079460123'])
})
