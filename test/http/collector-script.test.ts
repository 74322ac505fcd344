import { request } from 'node:http'
import { runInNewContext } from 'node:vm'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PixelSettings } from '../../src/event/pixel-wire.ts'
import { type Collector, dataset, startCollector } from './collector-fixture.ts'

let collector: Collector
let datasets = [
  dataset('1001', { default_country: 'DE', auto_matching: true, gpc: 'block' }),
  dataset('1002'),
]

beforeAll(async () => {
  collector = await startCollector([], {
    findDataset: (id) => datasets.find(({ dataset_id }) => dataset_id === id),
  })
})
afterAll(() => collector.close())

interface Got {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

function get(
  path: string,
  headers: Record<string, string> = {},
  port = collector.port,
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', path, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const { statusCode: status, headers: got } = response
        resolve({ status, headers: got, body: Buffer.concat(chunks) })
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}

function settingsIn(body: Buffer): PixelSettings {
  const page: { settings?: PixelSettings } = {}
  runInNewContext(body.toString(), page)
  return page.settings as PixelSettings
}

const DEFAULTS = {
  auto_matching: false,
  first_party_cookies: true,
  gpc: 'limit',
  replay_revoked: true,
  builder_forms: true,
}

describe('GET /p.js', () => {
  it('fills in the settings of the datasets named, and defaults for others', async () => {
    const { headers, body } = await get('/p.js?id=1001,1002,404')
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect(settingsIn(body)).toEqual({
      endpoint: collector.url,
      datasets: {
        '1001': { ...DEFAULTS, auto_matching: true, gpc: 'block', default_calling_code: '49' },
        '1002': DEFAULTS,
      },
      defaults: DEFAULTS,
    })
  })

  it('works without naming a dataset', async () => {
    const { body } = await get('/p.js')
    expect(settingsIn(body)).toMatchObject({ datasets: {}, defaults: DEFAULTS })
  })

  it.each<[string, Record<string, string>, Parameters<typeof startCollector>[1], string]>([
    ['the host of the request', { host: 'e.shop.com' }, {}, 'http://e.shop.com'],
    [
      'https from a trusted proxy',
      { host: 'e.shop.com', 'x-forwarded-proto': 'https' },
      { trustedProxies: 1 },
      'https://e.shop.com',
    ],
    [
      'https from a stranger',
      { host: 'e.shop.com', 'x-forwarded-proto': 'https' },
      {},
      'http://e.shop.com',
    ],
    [
      'a forged host',
      { host: 'e.shop.com', 'x-forwarded-host': 'evil.com' },
      { trustedProxies: 1 },
      'http://e.shop.com',
    ],
    ['script in the host', { host: '"</script>' }, {}, ''],
    [
      'the public URL',
      { host: 'twofold:8080' },
      { publicUrl: 'https://e.shop.com' },
      'https://e.shop.com',
    ],
  ])('posts to its own origin: %s', async (_name, headers, ports, endpoint) => {
    const other = await startCollector([], ports)
    const { body } = await get('/p.js', headers, other.port)
    await other.close()
    expect(settingsIn(body).endpoint).toBe(endpoint)
  })

  it.each([
    ['br', 'gzip, deflate, br', brotliDecompressSync],
    ['gzip', 'gzip;q=0.5', gunzipSync],
    ['gzip', 'br;q=0, gzip', gunzipSync],
    [undefined, 'identity', (bytes: Buffer) => bytes],
    [undefined, 'br;q=0.0', (bytes: Buffer) => bytes],
  ])('is sent as %s for "%s"', async (encoding, accepted, unpack) => {
    const { headers, body } = await get('/p.js?id=1001', { 'accept-encoding': accepted })
    expect(headers['content-encoding']).toBe(encoding)
    expect(headers.vary).toBe('Accept-Encoding')
    expect(settingsIn(unpack(body)).datasets['1001']).toBeDefined()
  })

  it('is cached, and fetched again only after a setting changed', async () => {
    const first = await get('/p.js?id=1002')
    const etag = String(first.headers.etag)
    expect(first.headers['cache-control']).toContain('max-age=600')
    const again = await get('/p.js?id=1002', { 'if-none-match': `W/"x", ${etag}` })
    expect([again.status, again.body.length]).toEqual([304, 0])
    datasets = [dataset('1002', { auto_matching: true })]
    const changed = await get('/p.js?id=1002', { 'if-none-match': etag })
    expect(changed.status).toBe(200)
    expect(settingsIn(changed.body).datasets['1002']?.auto_matching).toBe(true)
  })

  it('may be loaded by any page, and sets no cookie', async () => {
    const { headers } = await get('/p.js?id=1002')
    expect(headers).toMatchObject({
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    })
    expect(headers['set-cookie']).toBeUndefined()
  })
})
