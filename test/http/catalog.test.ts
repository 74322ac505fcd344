/**
 * The catalog by the public door: feeds from a file and from an address, what takes their place and
 * what does not, and events held against them.
 */
import { hash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type {
  CatalogAnswer,
  CatalogImportAnswer,
  CatalogReportAnswer,
  CatalogSourceAnswer,
  HistoryAnswer,
  PersonProductsAnswer,
  ProductsAnswer,
} from '../../src/api/types.ts'
import { startTwofold, type TestServer } from '../start.ts'

let server: TestServer
let id: string
let token: string
let shop: Server
let feedUrl: string
/** What the shop answers, and what it was asked. */
const feed = { status: 200, body: '' as string | Buffer, etag: '"1"', asked: [] as string[] }

beforeAll(async () => {
  server = await startTwofold()
  shop = createServer((request, response) => {
    feed.asked.push(`${request.url} ${request.headers['if-none-match'] ?? '-'}`)
    if (request.url === '/old.csv') {
      response.writeHead(302, { location: '/feed.csv?key=secret' }).end()
      return
    }
    const isSame = request.url === '/same.csv' || request.headers['if-none-match'] === feed.etag
    if (isSame) response.writeHead(304).end()
    else response.writeHead(feed.status, { etag: feed.etag }).end(feed.body)
  })
  await new Promise<void>((done) => shop.listen(0, '127.0.0.1', done))
  feedUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`
})
afterAll(async () => {
  shop.close()
  await server.close()
})
beforeEach(async () => {
  ;({ dataset_id: id, access_token: token } = await server.createDataset())
  Object.assign(feed, { status: 200, body: FEED, etag: '"1"', asked: [] })
})

const HEAD = 'id,item_group_id,title,price'
const FEED = `${HEAD}
SKU-1,SHIRT,Shirt in red,20.00 EUR
SKU-2,SHIRT,Shirt in blue,20.00 EUR
SKU-3,,Mug,8.50 EUR
`

const path = (rest = ''): string => `/api/datasets/${id}/catalog${rest}`
const state = (): Promise<CatalogAnswer> => server.api('GET', path())
const products = async (query = ''): Promise<string[]> =>
  (await server.api<ProductsAnswer>('GET', path(`/products${query}`))).products.map(
    ({ product_id }) => product_id,
  )

async function upload(body: string | Buffer, query = ''): Promise<CatalogImportAnswer> {
  const answer = await fetch(`${server.url}${path('/imports')}${query}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${server.adminToken}`,
      'content-type': 'application/octet-stream',
    },
    body,
  })
  expect(await answer.clone().text()).not.toContain('"error":{')
  return (await answer.json()) as CatalogImportAnswer
}

it('a file is tried, taken, and replaced in one step; the history says so', async () => {
  expect(await state()).toMatchObject({ products: 0, imported_ms: null, imports: [] })
  const tried = await upload(FEED, '?dry_run=true')
  expect(tried).toMatchObject({ result: 'tried', products: 3, bad: 0, format: 'csv' })
  expect(tried.columns).toEqual({
    ...{ id: 'id', item_group_id: 'item_group_id', title: 'title', price: 'price' },
  })
  expect(await products()).toEqual([])
  expect(await upload(gzipSync(FEED))).toMatchObject({ result: 'taken', before: 0 })
  expect(await products()).toEqual(['SKU-1', 'SKU-2', 'SKU-3'])
  expect(await products('?search=shirt&limit=1')).toEqual(['SKU-1'])
  const next = await upload(`${HEAD}\nSKU-4,,New,5 EUR\nSKU-5,,Bad,5\nSKU-3,,Mug,9 EUR\n`)
  expect(next).toMatchObject({ result: 'taken', before: 3, products: 2, bad: 1 })
  expect(next.faults).toMatchObject([{ line: 3, column: 'price' }])
  expect(await products()).toEqual(['SKU-3', 'SKU-4'])
  const { imports, running } = await state()
  expect(imports.map(({ result, products: n }) => [result, n])).toEqual([
    ['taken', 2],
    ['taken', 3],
  ])
  expect(running).toBeNull()
  const { entries } = await server.api<HistoryAnswer>('GET', `/api/datasets/${id}/history`)
  expect(entries.filter(({ action }) => action === 'catalog.imported')).toHaveLength(2)
})

it('what breaks in the middle leaves the former catalog standing', async () => {
  await upload(FEED)
  const broken = await upload(`${HEAD}\nSKU-9,,"Never closed,5 EUR\n`)
  expect(broken).toMatchObject({ result: 'broken', stopped: { line: 2 } })
  expect(await upload(`${HEAD}\nSKU-1,,Shirt,20 EUR\n`)).toMatchObject({ result: 'shrunk' })
  expect(await products()).toEqual(['SKU-1', 'SKU-2', 'SKU-3'])
  const confirmed = await upload(`${HEAD}\nSKU-1,,Shirt,20 EUR\n`, '?confirm=true')
  expect(confirmed).toMatchObject({ result: 'taken', products: 1 })
})

it('after a file took its place the feed of the address is read again, although unchanged', async () => {
  await server.api('PUT', path('/source'), { url: `${feedUrl}/feed.csv`, every_hours: 6 })
  expect(await server.api('POST', path('/fetch'), {})).toMatchObject({ result: 'taken' })
  await upload(`${HEAD}\nWRONG,,Shirt,20 EUR\n`, '?confirm=true')
  const again = await server.api('POST', path('/fetch'), {})
  expect(again).toMatchObject({ result: 'taken', products: 3 })
  expect(await products()).toEqual(['SKU-1', 'SKU-2', 'SKU-3'])
})

it('an address that says nothing is new to who never had it is no success', async () => {
  await server.api('PUT', path('/source'), { url: `${feedUrl}/same.csv`, every_hours: 6 })
  expect(await server.api('POST', path('/fetch'), {})).toMatchObject({ result: 'failed' })
  expect((await state()).source).toMatchObject({ failures: 1, error: 'The address answered 304.' })
})

it('a feed is fetched from its address, read anew only when it changed, and its key kept', async () => {
  const url = `${feedUrl}/feed.csv?key=secret`
  const set = await server.api<CatalogSourceAnswer>('PUT', path('/source'), { url, every_hours: 6 })
  expect(set).toMatchObject({ url: `${feedUrl}/feed.csv?…`, every_hours: 6, failures: 0 })
  const fetchNow = (body = {}): Promise<CatalogImportAnswer> =>
    server.api('POST', path('/fetch'), body)
  expect(await fetchNow()).toMatchObject({ result: 'taken', from: 'url', products: 3 })
  expect(await fetchNow()).toMatchObject({ result: 'unchanged' })
  Object.assign(feed, { etag: '"2"', body: `${HEAD}\nSKU-1,,Shirt,21 EUR\n` })
  expect(await fetchNow()).toMatchObject({ result: 'shrunk' })
  expect((await state()).source?.error).toMatch(/1 products where there were 3/)
  expect(await fetchNow({ confirm: true })).toMatchObject({ result: 'taken', products: 1 })
  feed.status = 500
  feed.etag = '"3"'
  const before = Date.now()
  expect(await fetchNow()).toMatchObject({ result: 'failed' })
  const { source, imports, products: n } = await state()
  expect(source).toMatchObject({ failures: 1, error: 'The address answered 500.' })
  expect((source?.next_ms ?? 0) - before).toBeLessThan(3_600_000)
  expect(n).toBe(1)
  expect(imports[0]?.result).toBe('failed')
  expect(JSON.stringify(await state())).not.toContain('secret')
  expect(feed.asked.slice(0, 3)).toEqual([
    '/feed.csv?key=secret -',
    '/feed.csv?key=secret "1"',
    '/feed.csv?key=secret "1"',
  ])
  await server.api('DELETE', path('/source'))
  expect((await state()).source).toBeNull()
  await expect(fetchNow()).rejects.toThrow(/has no address/)
})

it('a redirect is followed, a private address is not', async () => {
  await server.api('PUT', path('/source'), { url: `${feedUrl}/old.csv` })
  expect(await server.api('POST', path('/fetch'), {})).toMatchObject({ result: 'taken' })
  await server.api('PUT', path('/source'), { url: 'http://10.1.2.3/feed.csv' })
  const refused = await server.api<CatalogImportAnswer>('POST', path('/fetch'), {})
  expect(refused).toMatchObject({ result: 'failed' })
  expect(refused.stopped?.reason).toMatch(/private network/)
  expect(await products()).toHaveLength(3)
  for (const url of ['file:///etc/passwd', 'https://me:pw@shop.com/feed', 'feed.csv']) {
    await expect(server.api('PUT', path('/source'), { url })).rejects.toThrow(/url:/)
  }
})

it('events are held against the catalog soon after they came', { timeout: 120_000 }, async () => {
  await upload(FEED)
  const event = (event_name: string, event_id: string, custom_data: object) => ({
    ...{ event_name, event_id, event_time: Math.floor(Date.now() / 1000) },
    ...{ action_source: 'website', event_source_url: 'https://shop.com/' },
    user_data: { client_user_agent: 'Mozilla/5.0', external_id: 'jo' },
    custom_data: { currency: 'EUR', ...custom_data },
  })
  const type = { content_type: 'product' }
  const sent = await fetch(`${server.url}/v25.0/${id}/events?access_token=${token}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      data: [
        event('ViewContent', '1', { ...type, content_ids: ['SKU-1'], value: 20 }),
        event('ViewContent', '2', { ...type, content_ids: ['SHIRT'], value: 20 }),
        event('ViewContent', '3', { ...type, content_ids: ['sku-1', 'SKU-3'] }),
        event('Purchase', '4', {
          ...{
            order_id: 'o1',
            value: 37,
            contents: [{ id: 'SKU-3', quantity: 2, item_price: 8.5 }],
          },
        }),
        event('Purchase', '5', {
          order_id: 'o2',
          value: 8.5,
          currency: 'USD',
          content_ids: ['SKU-3'],
        }),
        event('AddToCart', '6', { contents: [{ id: 'SKU-1', quantity: 1, item_price: 16.81 }] }),
      ],
    }),
  })
  expect(sent.status).toBe(200)
  await server.running.measureCatalogs()
  const report = await server.api<CatalogReportAnswer>('GET', path('/report?window=48h'))
  expect(report.events.map(({ event_name }) => event_name)).toEqual([
    'ViewContent',
    'AddToCart',
    'Purchase',
  ])
  const [viewed, carted, bought] = report.events
  expect(viewed).toMatchObject({
    ...{ reports: 3, ids: 4, matched: { n: 2, of: 4 }, unknown: 1, group_as_product: 1 },
    ...{ browser: { of: 0 }, server: { n: 2, of: 4 } },
  })
  expect(carted).toMatchObject({ price_off: { n: 1, of: 1 } })
  expect(bought).toMatchObject({
    ...{ matched: { n: 2, of: 2 }, currency_off: { n: 1, of: 2 }, value_off: { n: 1, of: 1 } },
  })
  expect(report.unknown).toMatchObject([{ product_id: 'sku-1', n: 1, title: null }])
  expect(report.group_as_product).toMatchObject([{ product_id: 'SHIRT', title: 'Shirt in red' }])
  expect(report.price).toMatchObject([{ product_id: 'SKU-1', said: '16.81', feed: '20' }])
  expect(report.currency).toMatchObject([{ product_id: 'SKU-3', said: 'USD', feed: 'EUR' }])
  const story = await server.api(
    'GET',
    `/api/datasets/${id}/events/${report.unknown[0]?.event ?? ''}`,
  )
  expect(story).toMatchObject({ event: { event_id: '3' } })
  expect(await products('?unseen=true')).toEqual(['SKU-2'])
  expect((await state()).seen).toBe(2)
  // Again: nothing is counted twice.
  await server.running.measureCatalogs()
  expect(await server.api('GET', path('/report?window=48h'))).toMatchObject({
    events: [{ reports: 3 }, { reports: 1 }, { reports: 2 }],
  })
})

it('tells what a person viewed, carted and bought, out of their events', async () => {
  await upload(FEED)
  const email = hash('sha256', 'jo@example.com')
  const event = (event_name: string, event_id: string, ids: string[], user_data: object) => ({
    ...{ event_name, event_id, event_time: Math.floor(Date.now() / 1000) },
    ...{ action_source: 'website', event_source_url: 'https://shop.com/' },
    user_data: { client_user_agent: 'Mozilla/5.0', ...user_data },
    custom_data: { content_ids: ids, value: 20, currency: 'EUR', order_id: event_id },
  })
  const fbp = 'fb.1.1700000000000.1234567890'
  const other = 'fb.1.1700000000000.9876543210'
  const sent = await fetch(`${server.url}/v25.0/${id}/events?access_token=${token}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      data: [
        event('ViewContent', '1', ['SKU-1'], { fbp }),
        event('ViewContent', '2', ['SKU-1', 'gone'], { fbp }),
        event('AddToCart', '3', ['SKU-1'], { fbp, em: email }),
        event('Purchase', '4', ['SKU-1', 'SKU-3'], { em: email }),
        event('ViewContent', '5', ['SKU-2'], { fbp: other }),
      ],
    }),
  })
  expect(sent.status).toBe(200)
  const ask = (): Promise<PersonProductsAnswer> =>
    server.api('GET', `/api/datasets/${id}/person-products?person=${email}`)
  const { products: theirs, events, looked_back_to } = await ask()
  expect([events, looked_back_to]).toEqual([4, null])
  const shirt = { title: 'Shirt in red', price: '20', currency: 'EUR', in_catalog: true }
  expect([...theirs].sort((a, b) => (a.product_id < b.product_id ? -1 : 1))).toMatchObject([
    { product_id: 'SKU-1', viewed: 2, carted: 1, bought: 1, ...shirt },
    { product_id: 'SKU-3', viewed: 0, carted: 0, bought: 1, title: 'Mug' },
    { product_id: 'gone', viewed: 1, in_catalog: false, title: null },
  ])
})

it('goes with its dataset, and alone', async () => {
  await upload(FEED)
  await server.api('DELETE', path())
  expect(await state()).toMatchObject({ products: 0, imported_ms: null, imports: [] })
  await upload(FEED)
  await server.api('DELETE', `/api/datasets/${id}`)
  await expect(state()).rejects.toThrow(/dataset_not_found/)
})

it('refuses what is no file, and who may not', async () => {
  const post = (headers: Record<string, string>, body = FEED) =>
    fetch(`${server.url}${path('/imports')}`, { method: 'POST', headers, body })
  const admin = { authorization: `Bearer ${server.adminToken}` }
  const json = await post({ ...admin, 'content-type': 'application/json' }, '{}')
  expect(json.status).toBe(400)
  const sender = { authorization: `Bearer ${token}`, 'content-type': 'text/csv' }
  expect((await post(sender)).status).toBe(403)
  expect(await upload('<html></html>')).toMatchObject({ result: 'broken', format: 'xml' })
  expect(await upload('')).toMatchObject({ result: 'broken', stopped: { reason: 'It is empty.' } })
})
