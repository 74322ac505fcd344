import { describe, expect, it } from 'vitest'
import { isOrigin, maskInText, maskOf, unmasked } from './secret-masks.ts'

const HEADERS = 'Authorization: Bearer abc-12345\r\n\r\nX-Key:k:7\nno header'

describe('a mask', () => {
  it.each([
    ['shows the end of a long secret', 'abcdefgh1234', undefined, '•••• 1234'],
    ['shows nothing of a short one', 'abc1234', undefined, '••••'],
    ['shows nothing of what is no text', 17, undefined, '••••'],
    ['stays a mask', '•••• 1234', undefined, '•••• 1234'],
    ['shows where an address leads', 'https://s.com:8/h/1?a=b', 'address', 'https://s.com:8/…'],
    ['shows of an address no password', 'https://a:b@s.com/', 'address', 'https://s.com/…'],
    ['of an address stays one', 'https://s.com/…', 'address', 'https://s.com/…'],
    ['shows nothing of what should be an address', 'hooks/17-secret', 'address', '••••'],
    [
      'shows the names of headers',
      HEADERS,
      'header_lines',
      'Authorization: ••••\nX-Key: ••••\n••••',
    ],
    ['of headers stays one', 'A: ••••', 'header_lines', 'A: ••••'],
    ['of all of them stays one', '••••', 'header_lines', '••••'],
  ] as const)('%s', (_, secret, kind, shown) => {
    expect(maskOf(secret, kind)).toBe(shown)
  })

  it('shows of an address that a remote repeats its origin only', () => {
    expect(maskInText('https://shop.com/hooks/8a7b6c')).toBe('https://shop.com/…')
    expect(maskInText('a-long-secret-text')).toBe('•••• text')
    expect(['https://s.com', 'https://s.com/', 'https://s.com/a', 's'].map(isOrigin)).toEqual([
      ...[true, true, false, false],
    ])
  })
})

describe('what a form sends back', () => {
  const url = 'https://shop.com/hooks/8a7b'
  it.each([
    ['masked, is what it was', '•••• 1234', 'token-1234', undefined, 'token-1234'],
    ['new, is new', 'token-5678', 'token-1234', undefined, 'token-5678'],
    ['as the mask of the address, is the address', 'https://shop.com/…', url, 'address', url],
    [
      'as another address masked, stays wrong',
      'https://b.com/…',
      url,
      'address',
      'https://b.com/…',
    ],
    ['as all headers masked, is what they were', '•••• cdef', HEADERS, 'header_lines', HEADERS],
    [
      'with a header more, keeps the value of the masked one',
      'authorization: ••••\nX-New: 1',
      HEADERS,
      'header_lines',
      'Authorization: Bearer abc-12345\nX-New: 1',
    ],
    ['with a header of no value, stays wrong', 'X-No: ••••', HEADERS, 'header_lines', 'X-No: ••••'],
  ] as const)('%s', (_, given, stored, kind, expected) => {
    expect(unmasked(given, stored, kind)).toBe(expected)
  })
})
