import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parseFbc, parseFbp } from '../../src/event/fbp-fbc.ts'
import { type Collector, dataset, NOW_MS, pixelEvent, startCollector } from './collector-fixture.ts'

let collector: Collector
let proxied: Collector

const DATASETS = [
  dataset('1001'),
  dataset('1002', { first_party_cookies: false }),
  dataset('1003', { gpc: 'block' }),
]

beforeAll(async () => {
  collector = await startCollector(DATASETS)
  proxied = await startCollector(DATASETS, {
    trustedProxies: 1,
    publicUrl: 'https://events.shop.example.co.uk',
  })
})
afterAll(async () => {
  await collector.close()
  await proxied.close()
})
beforeEach(() => {
  collector.deliveries.length = 0
  proxied.deliveries.length = 0
})

/** node:http, because fetch does not let a test choose the Host header. */
function hit(
  { port }: Collector,
  event: Record<string, unknown>,
  headers: Record<string, string>,
): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', path: '/e', method: 'POST', headers }
    const sent = request(options, (response) => {
      response.resume()
      response.on('end', () => resolve(response.headers['set-cookie'] ?? []))
    })
    sent.on('error', reject)
    sent.end(JSON.stringify({ sent_at: NOW_MS, events: [pixelEvent(event)] }))
  })
}

const FBP = 'fb.1.1789000000000.123456'
const FBC = 'fb.1.1789000000000.AbCd-_'
const HOST = { host: 'events.example.com', origin: 'https://shop.example.com' }
const REST = 'Max-Age=7776000; Path=/; Domain=example.com; SameSite=Lax; Secure'
const names = (lines: readonly string[]) => lines.map((line) => line.split('=', 1)[0])
const idIn = (line: string | undefined) => line?.split('=')[1]?.split(';')[0] ?? ''

describe('_fbp and _fbc from the server', () => {
  it('makes _fbp where there is none, for 90 days on the registrable domain', async () => {
    const [line, ...more] = await hit(collector, { user_data: {} }, HOST)
    expect(more).toEqual([])
    expect(parseFbp(idIn(line))).toMatchObject({ subdomainIndex: 1, createdAtMs: NOW_MS })
    expect(line).toBe(`_fbp=${idIn(line)}; ${REST}`)
    expect(collector.deliveries[0]?.visitor?.fbp).toBe(idIn(line))
  })

  it('keeps valid cookies to the letter, and sets them again', async () => {
    const cookie = `a=b; _fbp=${FBP}; x_fbp=1; _fbc=${FBC}.AQQCAQMC`
    const lines = await hit(collector, { user_data: {} }, { ...HOST, cookie })
    expect(lines).toEqual([`_fbp=${FBP}; ${REST}`, `_fbc=${FBC}.AQQCAQMC; ${REST}`])
    expect(collector.deliveries[0]?.visitor).toMatchObject({ fbp: FBP, fbc: `${FBC}.AQQCAQMC` })
  })

  it('takes over what the pixel made', async () => {
    const user_data = { fbp: FBP, fbc: FBC }
    const lines = await hit(collector, { user_data }, HOST)
    expect(lines.map(idIn)).toEqual([FBP, FBC])
  })

  it.each<[string, string, Record<string, string>, string]>([
    ['the cookie over the claim of the event', `_fbp=${FBP}`, { fbp: 'fb.1.1.9' }, FBP],
    ['the first valid of two', `_fbp=nonsense; _fbp=${FBP}; _fbp=fb.2.1.2`, {}, FBP],
    ['the event over a malformed cookie', '_fbp=fb.x.1.a', { fbp: FBP }, FBP],
  ])('prefers %s', async (_name, cookie, user_data, value) => {
    const [line] = await hit(collector, { user_data }, { ...HOST, cookie })
    expect(idIn(line)).toBe(value)
  })

  it.each<[string, string, Record<string, string>, string]>([
    ['a new click in the address', `_fbc=${FBC}`, {}, 'NewClick'],
    [
      'the later click of cookie and event',
      `_fbc=${FBC}`,
      { fbc: 'fb.1.1789999999999.Later' },
      'Later',
    ],
    ['the cookie while the click is the same', '_fbc=fb.1.5.NewClick', {}, 'NewClick'],
  ])('_fbc: %s', async (_name, cookie, user_data, click) => {
    const url = click === 'Later' ? '' : '?a=1&fbclid=NewClick#top'
    const event = { user_data, event_source_url: `https://shop.example.com/${url}` }
    const lines = await hit(collector, event, { ...HOST, cookie })
    const fbc = parseFbc(idIn(lines[1]))
    expect(fbc?.payload).toBe(click)
    if (cookie.includes('NewClick')) expect(fbc?.createdAtMs).toBe(5)
  })

  it.each([
    ['attributes', 'fb.1.1.a; Domain=evil.com'],
    ['a line break', 'fb.1.1.a\r\nx-evil: 1'],
    ['no end', `fb.1.1.${'a'.repeat(600)}`],
  ])('never writes an id with %s into a header', async (_name, fbp) => {
    const [line] = await hit(collector, { user_data: { fbp } }, HOST)
    expect(parseFbp(idIn(line))?.createdAtMs).toBe(NOW_MS)
  })

  it.each<[string, Record<string, unknown>, Record<string, string>]>([
    ['another site', {}, { ...HOST, host: 'collector.agency.com', cookie: `_fbp=${FBP}` }],
    [
      'neighbours on a shared hosting domain',
      { event_source_url: 'https://b.github.io/' },
      { host: 'a.github.io' },
    ],
    ['a page that is not known', { event_source_url: undefined }, { host: 'events.example.com' }],
    ['cookies switched off', { dataset_id: '1002' }, HOST],
    ['consent denied', { consent: { state: 'denied', signal: 'fbq' } }, HOST],
    ['GPC on a dataset that blocks', { dataset_id: '1003' }, { ...HOST, 'sec-gpc': '1' }],
  ])('are left alone: %s', async (_name, event, headers) => {
    expect(await hit(collector, event, headers)).toEqual([])
    expect(collector.deliveries[0]?.visitor?.fbp).toBeUndefined()
  })

  it('are set under GPC when the dataset only limits data use', async () => {
    expect(names(await hit(collector, {}, { ...HOST, 'sec-gpc': '1' }))).toEqual(['_fbp'])
  })

  it.each<[string, Record<string, string>, string, string]>([
    [
      'the public suffix',
      { host: 'e.shop.co.uk' },
      'https://www.shop.co.uk/',
      '; Domain=shop.co.uk; SameSite=Lax',
    ],
    ['localhost', { host: 'localhost:8080' }, 'http://localhost:3000/', '; SameSite=Lax'],
    ['an address', { host: '192.0.2.7:8080' }, 'http://192.0.2.7/', '; SameSite=Lax'],
  ])('know %s', async (_name, headers, page, attributes) => {
    const [line] = await hit(collector, { event_source_url: page, user_data: {} }, headers)
    expect(line).toBe(`_fbp=${idIn(line)}; Max-Age=7776000; Path=/${attributes}`)
    const index = /Domain=([^;]+)/.exec(attributes)?.[1]?.split('.').length ?? 1
    expect(parseFbp(idIn(line))?.subdomainIndex).toBe(index - 1)
  })

  it('behind a proxy that rewrites Host, the public URL says the site; IP from the proxy', async () => {
    const headers = { host: 'twofold:8080', 'x-forwarded-for': '1.2.3.4, [2001:DB8::7]:4711' }
    const page = 'https://www.example.co.uk/'
    const [line] = await hit(proxied, { event_source_url: page }, headers)
    expect(line).toContain('Domain=example.co.uk; SameSite=Lax; Secure')
    expect(proxied.deliveries[0]?.visitor?.client_ip_address?.toLowerCase()).toBe('2001:db8::7')
  })
})
