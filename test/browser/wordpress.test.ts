/** The plugin's own script beside the pixel of a real server, on pages as WordPress prints them. */
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import type { EventsAnswer, EventView } from '../../src/api/types.ts'
import { launchChromium, newVisitor } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'

const SCRIPT = readFileSync(
  join(import.meta.dirname, '../../integrations/wordpress/twofold/assets/twofold.js'),
  'utf8',
)
const SOON = { timeout: 15_000, interval: 100 }

let server: TestServer
let site: Server
let browser: Browser
let visitor: BrowserContext
let page: Page
let datasetId: string
let html = ''
const thrown: string[] = []

beforeAll(async () => {
  server = await startTwofold()
  site = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8').end(html)
  })
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done))
  browser = await launchChromium(['--host-resolver-rules=MAP *.localhost 127.0.0.1'])
})
afterAll(async () => {
  await browser?.close()
  site?.close().closeAllConnections()
  await server?.close()
})
beforeEach(async () => {
  datasetId = (await server.createDataset()).dataset_id
  visitor = await newVisitor(browser)
  page = await visitor.newPage()
  page.on('pageerror', (error) => thrown.push(String(error)))
})
afterEach(async () => {
  await visitor.close()
  expect(thrown.splice(0)).toEqual([])
})

/** A page about `about`, as the plugin prints it. */
async function open(about: object, { attributes = '', body = '' } = {}): Promise<void> {
  const data = JSON.stringify({ dataset: datasetId, consent: false, ...about })
  html = `<!doctype html><html><head><title>Shop</title>
    <script>window.twofoldPage = ${data};</script><script>${SCRIPT}</script>
    <script async data-mode="replace" ${attributes} src="${server.url}/p.js?id=${datasetId}"></script>
    </head><body>${body}</body></html>`
  await page.goto(`http://www.shop.localhost:${(site.address() as AddressInfo).port}/`)
}

async function events(name: string): Promise<readonly EventView[]> {
  const path = `/api/datasets/${datasetId}/events?event_name=${name}&limit=50`
  return (await server.api<EventsAnswer>('GET', path)).events
}

const PURCHASE = { order_id: '727', value: 64.9, currency: 'EUR', content_ids: ['23'] }

it('the page that thanks reports the sale under the id of the order, and once', async () => {
  await open({ purchase: PURCHASE })
  await expect.poll(() => events('Purchase'), SOON).toHaveLength(1)
  await page.reload()
  await expect.poll(() => events('PageView'), SOON).toHaveLength(2)
  const [purchase] = await events('Purchase')
  expect(purchase?.event_id).toBe('purchase:727')
  expect(purchase?.legs).toHaveLength(1)
})

it('a product is viewed, put into the cart by its form and from a list', async () => {
  const view = { content_type: 'product', content_ids: ['93'], value: 10, currency: 'EUR' }
  const body = `<form class="cart" onsubmit="event.preventDefault()">
    <input name="quantity" value="2"><button name="add-to-cart" value="93">Add</button></form>
    <a class="button add_to_cart_button" href="#" data-product_id="95" data-quantity="1">Other</a>`
  await open({ view }, { body })
  await page.getByRole('button', { name: 'Add' }).click()
  await page.getByText('Other').click()
  await expect.poll(() => events('AddToCart'), SOON).toHaveLength(2)
  const added = (await events('AddToCart')).map(({ custom_data }) => custom_data)
  expect(added).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ content_ids: ['93'], value: 20, currency: 'EUR' }),
      expect.objectContaining({ content_ids: ['95'] }),
    ]),
  )
  expect(await events('ViewContent')).toHaveLength(1)
})

it('a form is a lead under the id that the server told', async () => {
  await open({}, { body: '<span hidden data-twofold-lead="lead:gravity"></span>' })
  await page.evaluate(() =>
    document.dispatchEvent(
      new CustomEvent('wpcf7mailsent', {
        detail: { apiResponse: { twofold_event_id: 'lead:cf7' } },
      }),
    ),
  )
  await expect.poll(() => events('Lead'), SOON).toHaveLength(2)
  const ids = (await events('Lead')).map(({ event_id }) => event_id)
  expect(ids.sort()).toEqual(['lead:cf7', 'lead:gravity'])
})

it('nothing is sent or stored before the consent plugin says so', async () => {
  const body = `<script>window.given = false; window.wp_has_consent = () => window.given</script>`
  await open({ consent: true }, { attributes: 'data-consent="revoked"', body })
  await page.waitForFunction(() => 'twofold' in window)
  await page.waitForTimeout(500)
  expect([await events('PageView'), await visitor.cookies()]).toEqual([[], []])
  await page.evaluate(() => {
    Object(window).given = true
    document.dispatchEvent(new CustomEvent('wp_listen_for_consent_change'))
  })
  await expect.poll(() => events('PageView'), SOON).toHaveLength(1)
  expect((await visitor.cookies()).map(({ name }) => name)).toContain('_fbp')
})
