import { describe, expect, it } from 'vitest'
import { type RequestOptions, readRequest } from './request-context.ts'

const NOW_MS = 1_790_000_000_000
const clock = { nowMs: () => NOW_MS, random: () => 0.5 }
const PAGE = { 'sec-fetch-dest': 'document', 'user-agent': 'Browser/1' }
const FBP = 'fb.1.1789000000000.123456'
const FBC = 'fb.1.1789000000000.CLICK_1'

const read = (
  url: string,
  headers: Record<string, string> = {},
  options: RequestOptions & { method?: string } = {},
) => {
  const { method = 'GET', ...rest } = options
  return readRequest(new Request(url, { method, headers: { ...PAGE, ...headers } }), rest, clock)
}

describe('the address of the visitor', () => {
  it.each<[string, Record<string, string>, RequestOptions, string | undefined]>([
    ['of the connection', {}, { remoteAddress: '203.0.113.7' }, '203.0.113.7'],
    ['in IPv6 clothes', {}, { remoteAddress: '::ffff:203.0.113.7' }, '203.0.113.7'],
    ['nowhere', {}, {}, undefined],
    [
      'not what a stranger wrote',
      { 'x-forwarded-for': '1.2.3.4' },
      { remoteAddress: '203.0.113.7' },
      '203.0.113.7',
    ],
    [
      'as the one proxy wrote it, not the first of the list',
      { 'x-forwarded-for': '1.2.3.4, 203.0.113.7' },
      { trustedProxies: 1 },
      '203.0.113.7',
    ],
    [
      'behind two proxies',
      { 'x-forwarded-for': '1.2.3.4, 203.0.113.7, 10.0.0.2' },
      { trustedProxies: 2 },
      '203.0.113.7',
    ],
    [
      'past one of two proxies',
      { 'x-forwarded-for': '203.0.113.7' },
      { trustedProxies: 2 },
      '203.0.113.7',
    ],
    [
      'that is none',
      { 'x-forwarded-for': 'unknown' },
      { trustedProxies: 1, remoteAddress: '10.0.0.1' },
      undefined,
    ],
    [
      'in a header of the platform, when it is named',
      { 'cf-connecting-ip': '203.0.113.7' },
      { ipHeader: 'CF-Connecting-IP' },
      '203.0.113.7',
    ],
    [
      'not in a list, which strangers may begin',
      { 'x-real-ip': '1.2.3.4, 203.0.113.7' },
      { ipHeader: 'x-real-ip' },
      undefined,
    ],
    ['not in a header that nobody named', { 'cf-connecting-ip': '203.0.113.7' }, {}, undefined],
  ])('%s', (_, headers, options, ip) => {
    expect(read('https://shop.com/', headers, options).ip).toBe(ip)
  })

  it('is the socket’s of a request of Node', () => {
    const request = { url: '/a', headers: { host: 'shop.com' }, socket: { remoteAddress: '::1' } }
    expect(readRequest(request, {}, clock)).toMatchObject({ ip: '::1', url: 'http://shop.com/a' })
  })
})

describe('the page', () => {
  it('is the address itself where a page is loaded, with where it came from', () => {
    const { url, referrer } = read('https://shop.com/a?b=1', { referer: 'https://news.com/' })
    expect({ url, referrer }).toEqual({
      url: 'https://shop.com/a?b=1',
      referrer: 'https://news.com/',
    })
  })

  it('is the page whose script called', () => {
    const headers = { 'sec-fetch-dest': 'empty', referer: 'https://shop.com/checkout' }
    const { url, referrer } = read('https://shop.com/api/pay', headers, { method: 'POST' })
    expect({ url, referrer }).toEqual({ url: 'https://shop.com/checkout', referrer: undefined })
  })

  it.each<[RequestOptions, string]>([
    [{}, 'http://10.0.0.5:3000/a'],
    [{ trustedProxies: 1 }, 'https://10.0.0.5:3000/a'],
    [{ origin: 'https://www.shop.com' }, 'https://www.shop.com/a'],
  ])('behind a proxy, with %j, is %s', (options, url) => {
    const headers = { 'x-forwarded-proto': 'https' }
    expect(read('http://10.0.0.5:3000/a', headers, options).url).toBe(url)
  })
})

describe('Meta’s ids', () => {
  it('are made for a new visitor, and kept for 90 days', () => {
    const { fbp, fbc, setCookie } = read('https://shop.com/?fbclid=CLICK_2')
    expect(fbp).toMatch(/^fb\.0\.1790000000000\.\d+$/)
    expect(fbc).toBe('fb.0.1790000000000.CLICK_2')
    expect(setCookie).toEqual([
      `_fbp=${fbp}; Max-Age=7776000; Path=/; SameSite=Lax; Secure`,
      `_fbc=${fbc}; Max-Age=7776000; Path=/; SameSite=Lax; Secure`,
    ])
  })

  it('that are there stay as they are, on the domain they stand on', () => {
    const { fbp, fbc, setCookie } = read('http://www.shop.co.uk/', {
      cookie: `_fbp=${FBP.replace('.1.', '.2.')}; theme=dark; _fbc=${FBC}`,
    })
    expect([fbp, fbc]).toEqual([FBP.replace('.1.', '.2.'), FBC])
    expect(setCookie[0]).toMatch(/; Domain=shop\.co\.uk; SameSite=Lax$/)
  })

  it('go to the domain that the owner names', () => {
    const { fbp, setCookie } = read('https://www.shop.com/', {}, { cookieDomain: 'shop.com' })
    expect(fbp).toMatch(/^fb\.1\./)
    expect(setCookie[0]).toContain('; Domain=shop.com;')
  })

  it.each([
    ['the same click keeps its time', 'CLICK_1', FBC],
    ['another click replaces it', 'CLICK_2', 'fb.1.1790000000000.CLICK_2'],
  ])('%s', (_, fbclid, fbc) => {
    const cookie = `_fbp=${FBP}; _fbc=${FBC}`
    expect(read(`https://www.shop.com/?fbclid=${fbclid}`, { cookie }).fbc).toBe(fbc)
  })

  it('of two cookies with one name the later click counts', () => {
    const later = 'fb.0.1789900000000.CLICK_3'
    const cookie = `_fbc=${FBC}; _fbc=${later}; _fbc=nonsense`
    expect(read('https://www.shop.com/', { cookie }).fbc).toBe(later)
  })

  it.each<[string, Record<string, string>, RequestOptions & { method?: string }]>([
    ['the owner sets none', {}, { cookies: false }],
    ['it is a picture or a call that only reads', { 'sec-fetch-dest': 'image' }, {}],
  ])('are read but not made where %s', (_, headers, options) => {
    const url = 'https://shop.com/?fbclid=CLICK_2'
    const context = read(url, headers, options)
    expect(context.fbp).toBeUndefined()
    expect(context.setCookie).toEqual([])
    expect(read(url, { ...headers, cookie: `_fbp=${FBP}` }, options).fbp).toBe(FBP)
  })

  it('are neither read nor made where the visitor refused', () => {
    const cookie = `_fbp=${FBP}`
    const consent = { state: 'denied' } as const
    const context = read('https://shop.com/?fbclid=C', { cookie }, { consent })
    expect(context).toMatchObject({ consent, setCookie: [] })
    expect([context.fbp, context.fbc]).toEqual([undefined, undefined])
  })
})

describe('Global Privacy Control', () => {
  const gpc = { 'sec-gpc': '1' }
  it.each<[RequestOptions, unknown]>([
    [{}, { state: 'denied', signal: 'gpc' }],
    [{ consent: { state: 'granted' } }, { state: 'granted' }],
    [{ gpc: false }, undefined],
  ])('with %j says %j', (options, consent) => {
    expect(read('https://shop.com/', gpc, options).consent).toEqual(consent)
  })
})
