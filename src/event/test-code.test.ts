/** Codes of links end by themselves, and only ours are believed. */
import { describe, expect, it } from 'vitest'
import { codeInUrl, linkCode, linkCodeEndMs, neverCounts, urlWithCode } from './test-code.ts'

const NOW_MS = Date.UTC(2026, 10, 28, 12)
const HOUR_MS = 3_600_000
const code = linkCode({ nowMs: NOW_MS, counts: false, random: 0.5 })

describe('the code of a link', () => {
  it('says whether it counts', () => {
    expect(neverCounts(code)).toBe(true)
    expect(neverCounts(linkCode({ nowMs: NOW_MS, counts: true, random: 0 }))).toBe(false)
  })

  it.each([
    ['now', NOW_MS, NOW_MS + HOUR_MS],
    ['a minute before its end', NOW_MS + HOUR_MS - 60_000, NOW_MS + HOUR_MS],
    ['after its end', NOW_MS + HOUR_MS, undefined],
    ['long before it was made', NOW_MS - HOUR_MS, undefined],
  ])('is good for an hour: %s', (_when, atMs, endMs) => {
    expect(linkCodeEndMs(code, atMs)).toBe(endMs)
  })

  it.each(['TEST123', 'SANDBOX-', 'TEST-ZZZZZ-000', 'SANDBOX-HTK3X', ''])(
    'is none of ours: %s',
    (text) => expect(linkCodeEndMs(text, NOW_MS)).toBeUndefined(),
  )
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
