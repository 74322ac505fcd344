/**
 * A shop that speaks to Twofold through the SDK alone: its page loads the pixel from its own host and
 * reports there, its server tracks the same order. In a real browser, against the whole program.
 */
import type { AddressInfo } from 'node:net'
import express from 'express'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { twofoldExpress } from '../../src/sdk/express.ts'
import { launchChromium } from '../chromium.ts'
import { BROWSER, openShop } from '../http/sdk-fixture.ts'
import { startTwofold, type TestServer } from '../start.ts'

let server: TestServer
let browser: Browser

beforeAll(async () => {
  server = await startTwofold()
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

it('counts the order once, and the page never speaks to another host', async () => {
  const shop = await openShop(server)
  const app = express()
  app.set('trust proxy', 1)
  app.use(twofoldExpress(shop.twofold, { relay: '/t' }))
  app.get('/thanks', (req, res) => {
    const order = { value: 30.5, currency: 'EUR', order_id: '1001' } as const
    const { eventId } = req.twofold.track('Purchase', order, { user: { em: 'jo@shop.test' } })
    const sale = JSON.stringify({ value: 30.5, currency: 'EUR' })
    res.send(`<!doctype html><title>Thanks</title><link rel="icon" href="data:,">
      <script async src="/t/p.js" data-id="${shop.datasetId}" onload="
        fbq('track', 'Purchase', JSON.parse(this.dataset.sale), { eventID: this.dataset.eventId })
      " data-sale='${sale}' data-event-id="${eventId}"></script>`)
  })
  const http = app.listen(0, '127.0.0.1')
  await new Promise((ready) => http.once('listening', ready))
  try {
    const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
    const page = await browser.newPage({
      userAgent: BROWSER,
      extraHTTPHeaders: { 'x-forwarded-for': '203.0.113.7' },
    })
    const hosts = new Set<string>()
    page.on('request', (request) => hosts.add(new URL(request.url()).origin))
    await page.goto(`${origin}/thanks?fbclid=CLICK_1`)
    await expect.poll(async () => (await shop.stored()).length).toBe(2)
    await shop.twofold.flush()
    await expect.poll(async () => (await shop.summary()).duplicates).toBe(1)

    const events = await shop.stored()
    const sale = events.find(({ event_name }) => event_name === 'Purchase')
    const view = events.find(({ event_name }) => event_name === 'PageView')
    expect(sale?.legs.map(({ channel }) => channel).sort()).toEqual(['browser', 'server'])
    expect(sale?.event_id).toBe('purchase:1001')
    // The id that the server made is the one that the pixel found.
    const [fbp] = (await page.context().cookies()).filter(({ name }) => name === '_fbp')
    const visitor = { client_ip_address: '203.0.113.7', client_user_agent: BROWSER }
    for (const event of [sale, view]) {
      expect(event?.user_data).toMatchObject({
        ...visitor,
        fbp: fbp?.value,
        fbc: expect.stringMatching(/\.CLICK_1$/),
      })
    }
    expect([...hosts]).toEqual([origin])
    expect(shop.problems).toEqual([])
    await page.close()
  } finally {
    http.close().closeAllConnections()
  }
})
