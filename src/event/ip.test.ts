import { isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressIn, isIpv4, isIpv6 } from './ip.ts'

describe('addressIn', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    [' 203.0.113.7 ', '203.0.113.7'],
    ['203.0.113.7:443', '203.0.113.7'],
    ['203.0.113.7, 10.0.0.1', '203.0.113.7'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:DB8::A', '2001:DB8::A'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:8080', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::', '::'],
  ])('%j -> %j', (text, address) => expect(addressIn(text)).toBe(address))

  test.each([
    '',
    ' ',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    'unknown',
    '[::1',
    '1:2',
    ':::',
  ])('%j is none', (text) => expect(addressIn(text)).toBeUndefined())
})

test('agrees with the runtime about every address-like text', () => {
  const piece = fc.constantFrom(
    '0',
    '7',
    '255',
    '256',
    'ffff',
    'abcde',
    'G',
    '.',
    ':',
    '::',
    '1.2.3.4',
  )
  const text = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
    fc.array(fc.constantFrom('0', '1', 'ab'), { maxLength: 9 }).map((groups) => groups.join(':')),
  )
  fc.assert(
    fc.property(text, (ip) => {
      expect([ip, isIpv4(ip), isIpv6(ip)]).toEqual([ip, isIP(ip) === 4, isIP(ip) === 6])
    }),
    { numRuns: 3000 },
  )
})
