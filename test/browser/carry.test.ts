/**
 * The snippets for Webflow, BigCommerce and any other site, exactly as the server hands them out: what
 * a form and a payment link take along, and that what comes back of it counts once.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { EventsAnswer, EventView, IntegrationsAnswer } from '../../src/api/types.ts'
import { eventId } from '../../src/event/ids.ts'
import { stripeEvent, stripeSession } from '../../src/sources/stripe-events.ts'
import { launchChromium, newVisitor } from '../chromium.ts'
import { connect } from '../http/platform-fixture.ts'
import { startTwofold, type TestServer } from '../start.ts'

const SOON = { timeout: 15_000, interval: 100 }

let server: TestServer
let site: Server
let browser: Browser
let visitor: BrowserContext
let page: Page
let datasetId: string
let body = ''
let head = ''
/** Bodies of forms that the site received. */
let received: URLSearchParams[] = []
let answers: Record<string, unknown> = {}
const thrown: string[] = []

beforeAll(async () => {
  server = await startTwofold()
  site = createServer((request, response) => {
    const json = answers[request.url ?? '']
    if (json !== undefined) {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(json))
      return
    }
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      if (request.method === 'POST') received.push(new URLSearchParams(text))
      response.setHeader('content-type', 'text/html; charset=utf-8')
      response.end(`<!doctype html><html><head>${head}</head><body>${body}</body></html>`)
    })
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
  received = []
  answers = {}
  visitor = await newVisitor(browser)
  // Where a payment link leads to.
  await visitor.route('https://buy.stripe.com/**', (route) => route.fulfill({ body: 'paid' }))
  page = await visitor.newPage()
  page.on('pageerror', (error) => thrown.push(String(error)))
})
afterEach(async () => {
  await visitor.close()
  expect(thrown.splice(0)).toEqual([])
})

async function open(name: string, content: string, path = '/?fbclid=IwAR9html'): Promise<void> {
  const { integrations } = await server.api<IntegrationsAnswer>(
    'GET',
    `/api/datasets/${datasetId}/integrations`,
  )
  head = integrations.find((one) => one.name === name)?.files[0]?.text ?? ''
  body = content
  await page.goto(`http://www.shop.localhost:${(site.address() as AddressInfo).port}${path}`)
  await expect.poll(() => events('PageView'), SOON).not.toEqual([])
}

async function events(name: string): Promise<readonly EventView[]> {
  const path = `/api/datasets/${datasetId}/events?event_name=${name}&limit=50`
  return (await server.api<EventsAnswer>('GET', path)).events
}

const cookie = async (name: string): Promise<string | undefined> =>
  (await visitor.cookies()).find((one) => one.name === name)?.value

describe('a form', () => {
  it('takes the visitor along and is a lead in the browser under the same id', async () => {
    const form = '<form method="post" action="/sent" data-twofold="Lead">'
    await open('html', `${form}<input name="email" type="email"><button>Send</button></form>`)
    await page.getByRole('textbox').fill('jo@example.com')
    await page.getByRole('button').click()
    await expect.poll(() => received.length, SOON).toBe(1)
    const sent = Object.fromEntries(received[0] ?? [])
    expect(sent).toMatchObject({
      email: 'jo@example.com',
      twofold_fbp: await cookie('_fbp'),
      twofold_fbc: await cookie('_fbc'),
      twofold_url: expect.stringMatching(/localhost:\d+\/$/),
      twofold_ua: expect.stringContaining('Chrome'),
    })
    await expect.poll(() => events('Lead'), SOON).toHaveLength(1)
    expect((await events('Lead'))[0]?.event_id).toBe(sent.twofold_event_id)
  })

  it('of Webflow is a lead once its thanks are shown, and its webhook the same one', async () => {
    const content = `<div class="w-form"><form onsubmit="event.preventDefault();
      window.sent = Object.fromEntries(new FormData(this))">
      <input name="Email" type="email" value="jo@example.com"><button>Send</button></form>
      <div class="w-form-done" style="display: none">Thanks</div></div>`
    await open('webflow', content)
    await page.getByRole('button').click()
    expect(await events('Lead')).toEqual([])
    await page.evaluate(() => {
      for (const one of document.querySelectorAll('.w-form-done')) {
        one.setAttribute('style', 'display: block')
      }
    })
    await expect.poll(() => events('Lead'), SOON).toHaveLength(1)
    const data = await page.evaluate(() => Object(window).sent as Record<string, string>)
    const webflow = await connect(server, datasetId, { source: 'webflow' })
    const hook = {
      triggerType: 'form_submission',
      payload: { name: 'Contact', id: 's1', submittedAt: new Date().toISOString(), data },
    }
    const url = new URL(webflow.connection.url_with_key ?? webflow.connection.url)
    const answer = await fetch(`${server.url}${url.pathname}${url.search}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(hook),
    })
    expect(answer.status).toBe(200)
    await webflow.settled()
    const [lead, ...others] = await events('Lead')
    expect(others).toEqual([])
    expect(lead?.legs.map(({ channel }) => channel)).toEqual(['browser', 'other'])
    expect(lead?.user_data).toMatchObject({ em: [expect.any(String)], fbp: data.twofold_fbp })
  })

  it.each([
    ['of a newsletter elsewhere gets nothing', '', '', false],
    ['elsewhere that the site marks takes the visitor along', ' data-twofold=""', '', true],
    ['of a host below the site takes the visitor along', '', 'crm.shop.localhost', true],
    ['of a host that only looks like it gets nothing', '', 'evilshop.localhost', false],
  ])('%s', async (_, mark, host, isCarried) => {
    const { port } = site.address() as AddressInfo
    const action = `http://${host || 'news.example.localhost'}:${port}/join`
    const button = `<button formaction="${action}">Join</button>`
    const field = '<input name="mail" type="email"><input name="action" type="hidden">'
    await open('html', `<form method="post" action="/"${mark}>${field}${button}</form>`)
    await page.getByRole('button').click()
    await expect.poll(() => received.length, SOON).toBe(1)
    const names = [...(received[0]?.keys() ?? [])].filter((name) => name.startsWith('twofold_'))
    expect(names.length > 0).toBe(isCarried)
    expect(await events('Lead')).toEqual([])
  })

  it('in which a person signs in or searches stays as it is', async () => {
    const content = `<form method="post" action="/in"><input name="mail" type="email">
      <input name="word" type="password"><button>Sign in</button></form>`
    await open('html', content)
    await page.getByRole('button').click()
    await expect.poll(() => received.length, SOON).toBe(1)
    expect([...(received[0]?.keys() ?? [])]).toEqual(['mail', 'word'])
  })
})

describe('a payment of Stripe', () => {
  it('by a link is known as the visitor’s, by a reference alone', async () => {
    await open('html', '<a href="https://buy.stripe.com/test_1?locale=de">Pay</a>')
    const fbp = await cookie('_fbp')
    await page.getByText('Pay').click()
    await page.waitForURL('https://buy.stripe.com/**')
    const reference = new URL(page.url()).searchParams.get('client_reference_id') ?? ''
    expect(reference).toMatch(/^[A-Za-z0-9_-]{8,200}$/)
    expect(new URL(page.url()).searchParams.get('locale')).toBe('de')
    await expect.poll(() => events('InitiateCheckout'), SOON).toHaveLength(1)
    const id = eventId('InitiateCheckout', reference)
    expect((await events('InitiateCheckout'))[0]?.event_id).toBe(id)
    const stripe = await connect(server, datasetId, { source: 'stripe' })
    const object = stripeSession({ client_reference_id: reference, metadata: {} })
    const created = Math.floor(Date.now() / 1000)
    expect(await stripe.send({ body: stripeEvent({ created, object }) })).toBe(200)
    await stripe.settled()
    expect((await events('Purchase'))[0]?.user_data).toMatchObject({
      fbp,
      fbc: expect.stringContaining('IwAR9html'),
      client_user_agent: expect.stringContaining('Chrome'),
    })
  })

  it('by a buy button has its reference before anybody clicks', async () => {
    const content = `<stripe-buy-button buy-button-id="b" tabindex="0">Buy</stripe-buy-button>
      <stripe-pricing-table client-reference-id="own"></stripe-pricing-table>`
    await open('html', content)
    const reference = await page.locator('stripe-buy-button').getAttribute('client-reference-id')
    expect(reference).toMatch(/^[0-9a-f]{24}$/)
    expect(await page.locator('stripe-pricing-table').getAttribute('client-reference-id')).toBe(
      'own',
    )
    expect(await events('InitiateCheckout')).toEqual([])
    await page.locator('stripe-buy-button').focus()
    await page.evaluate(() => dispatchEvent(new Event('blur')))
    await expect.poll(() => events('InitiateCheckout'), SOON).toHaveLength(1)
  })
})

describe('BigCommerce', () => {
  const items = {
    physicalItems: [{ productId: 31, variantId: 3101, sku: 'BEAN', quantity: 2, salePrice: 32.45 }],
  }
  const currency = { code: 'EUR' }

  it('reports the checkout under its cart, and the sale under its order, once', async () => {
    answers = {
      '/api/storefront/carts': [{ id: 'c-1', cartAmount: 64.9, currency, lineItems: items }],
      '/api/storefront/orders/118': { orderAmount: 64.9, currency, lineItems: items },
    }
    await open('bigcommerce', '', '/checkout')
    await expect.poll(() => events('InitiateCheckout'), SOON).toHaveLength(1)
    expect((await events('InitiateCheckout'))[0]?.event_id).toBe(eventId('InitiateCheckout', 'c-1'))
    // The shop fills its own marks in, on this page only.
    head = head.replace('{{checkout.order.id}}', '118')
    const { origin } = new URL(page.url())
    await page.goto(`${origin}/checkout/order-confirmation`)
    await expect.poll(() => events('Purchase'), SOON).toHaveLength(1)
    await page.reload()
    await expect.poll(() => events('PageView'), SOON).toHaveLength(3)
    const [purchase] = await events('Purchase')
    expect(purchase).toMatchObject({
      event_id: 'purchase:118',
      custom_data: { value: 64.9, currency: 'EUR', order_id: '118', content_ids: ['3101'] },
    })
    expect(purchase?.legs).toHaveLength(1)
  })
})
