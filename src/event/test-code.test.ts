/** What codes of tests mean, and how a page's address carries one. */
import { describe, expect, it } from 'vitest'
import { codeInUrl, neverCounts, urlWithCode } from './test-code.ts'

const code = 'SANDBOX-HTK3X-0123456789AB'

it('says whether it counts', () => {
  expect(neverCounts(code)).toBe(true)
  expect(neverCounts('TEST-HTK3X-0123456789AB')).toBe(false)
})

describe('the address of a page', () => {
  it('carries the code and keeps what it had', () => {
    const url = urlWithCode('https://shop.example.com/sale?size=1#top', code)
    expect(url).toBe(`https://shop.example.com/sale?size=1&test_event_code=${code}#top`)
    expect(codeInUrl(url ?? '')).toBe(code)
  })

  it.each(['', 'shop', 'javascript:alert(1)', 'mailto:jo@example.com'])(
    'is no address of a page: %s',
    (page) => expect(urlWithCode(page, code)).toBeUndefined(),
  )

  it('without a code has none', () => {
    expect(codeInUrl('https://shop.example.com/?code=1')).toBeUndefined()
    expect(codeInUrl('test_event_code')).toBeUndefined()
  })
})
