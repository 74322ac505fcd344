/**
 * The templates for Tag Manager against the real server: the web tag in real Chromium, with real
 * scripts and cookies, and the server tag whose request really leaves. Tag Manager itself is a
 * runner of ours (test/gtm); that both reports of an order become one Purchase is what counts.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { EventsAnswer, EventView, IntegrationsAnswer } from '../../src/api/types.ts'
import { launchChromium, newVisitor } from '../chromium.ts'
import { pureApis } from '../gtm/pure-apis.ts'
import { defaultsOf, runCode } from '../gtm/sandbox.ts'
import { type ServerRequest, serverApis } from '../gtm/server-apis.ts'
import { everyParameter, readTemplate, type TemplateFile } from '../gtm/template-file.ts'
import { startTwofold, type TestServer } from '../start.ts'

const SOON = { timeout: 15_000, interval: 100 }
const PATH = '/thanks?fbclid=IwAR5gtm'

let server: TestServer
let site: Server
let browser: Browser
let visitor: BrowserContext
let page: Page
let datasetId: string
let token: string
let templates: Readonly<Record<string, TemplateFile>>
let container: string
let head = ''
const thrown: string[] = []

beforeAll(async () => {
  server = await startTwofold()
  site = createServer((_, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(
      `<!doctype html><title>Shop</title><head>${head}<script>${container}</script></head>`,
    )
  })
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done))
  browser = await launchChromium(['--host-resolver-rules=MAP *.localhost 127.0.0.1'])
  const entryPoints = [join(import.meta.dirname, 'gtm-page.ts')]
  const { outputFiles } = await build({ entryPoints, bundle: true, write: false, format: 'iife' })
  container = outputFiles[0]?.text ?? ''
})
afterAll(async () => {
  await browser?.close()
  site?.close().closeAllConnections()
  await server?.close()
})
beforeEach(async () => {
  const made = await server.createDataset()
  datasetId = made.dataset_id
  token = made.access_token
  const { integrations } = await server.api<IntegrationsAnswer>(
    'GET',
    `/api/datasets/${datasetId}/integrations`,
  )
  const files = integrations.find(({ name }) => name === 'gtm')?.files ?? []
  templates = Object.fromEntries(files.map(({ name, text }) => [name, readTemplate(text)]))
  head = ''
  visitor = await newVisitor(browser)
  page = await visitor.newPage()
  page.on('pageerror', (error) => thrown.push(String(error)))
})
afterEach(async () => {
  await visitor.close()
  expect(thrown.splice(0)).toEqual([])
})

const url = (): string => `http://www.shop.localhost:${(site.address() as AddressInfo).port}${PATH}`

function template(name: string): TemplateFile {
  const found = templates[`twofold-${name}.tpl`]
  if (!found) throw new Error(`no template ${name}`)
  return found
}

/** As the editor saves a tag: what is not filled in has its default. */
const filled = (name: string, fields: object): object => ({
  ...defaultsOf(everyParameter(template(name).parameters)),
  ...fields,
})

function fire(fields: object = {}): Promise<'success' | 'failure'> {
  const { code, permissions } = template('web')
  return page.evaluate(([given, data]) => window.container.tag(given, data), [
    { code, permissions },
    filled('web', fields),
  ] as const)
}

const push = (event: object): Promise<void> =>
  page.evaluate((given) => window.container.push(given), event)

const consent = (type: string, granted: boolean): Promise<void> =>
  page.evaluate(([name, word]) => window.container.consent(name, word), [type, granted] as const)

function eventIdNow(): Promise<string> {
  const { code, permissions } = template('event-id')
  return page.evaluate((given) => window.container.variable(given, {}) as string, {
    code,
    permissions,
  })
}

async function events(name: string): Promise<readonly EventView[]> {
  const path = `/api/datasets/${datasetId}/events?event_name=${name}&limit=50`
  return (await server.api<EventsAnswer>('GET', path)).events
}

const cookies = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await visitor.cookies()).map(({ name, value }) => [name, value]))

interface ServerRun {
  readonly told: 'success' | 'failure'
  readonly setCookies: ServerRequest['setCookies']
  readonly log: readonly unknown[]
}

/** The server tag, for event data as the GA4 client of a server container makes it. */
async function fireServer(eventData: object, fields: object = {}): Promise<ServerRun> {
  const { code, permissions } = template('server')
  const log: unknown[] = []
  const request: ServerRequest = {
    eventData: { ...eventData },
    cookies: await cookies(),
    setCookies: new Map(),
    log: (...words) => log.push(...words),
  }
  const apis = {
    ...pureApis({ nowMs: () => Date.now(), random: () => Math.random() }),
    ...serverApis(request, permissions),
  }
  const { ending } = runCode(code, filled('server', { token, ...fields }), apis)
  await expect.poll(() => ending.successes + ending.failures, SOON).toBe(1)
  return {
    told: ending.successes === 1 ? 'success' : 'failure',
    setCookies: request.setCookies,
    log,
  }
}

const ORDER = {
  transaction_id: 'T-17',
  value: 59.9,
  currency: 'EUR',
  items: [{ item_id: 'p1', quantity: 2, price: 29.95 }],
}

/** What GA4 makes of the same purchase, seen by a server container. */
const ga4 = (): Record<string, unknown> => ({
  event_name: 'purchase',
  ...ORDER,
  page_location: url(),
  ip_override: '203.0.113.9',
  user_agent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36',
  'x-ga-gcs': 'G111',
  user_data: { email_address: 'Ann@Example.com', address: [{ first_name: 'Ann', country: 'DE' }] },
})

describe('one order, reported by the web tag and by the server tag', () => {
  it('is one Purchase, by the id of the variable that both have', async () => {
    await page.goto(url())
    await push({ event: 'purchase', ecommerce: ORDER })
    const eventId = await eventIdNow()
    expect(eventId).toBe('purchase:T-17')
    expect(await fire({ eventType: 'ga4', eventId })).toBe('success')
    await expect.poll(() => events('Purchase'), SOON).toHaveLength(1)
    const { _fbp, _fbc } = await cookies()
    expect(_fbc).toMatch(/^fb\.\d\.\d+\.IwAR5gtm$/)
    const { told, setCookies } = await fireServer({ ...ga4(), event_id: eventId })
    expect(told).toBe('success')
    // The browser's own ids, not new ones; the click keeps its time.
    expect(setCookies.get('_fbp')?.value).toBe(_fbp)
    expect(setCookies.get('_fbc')?.value).toBe(_fbc)
    const [purchase, ...others] = await events('Purchase')
    expect(others).toEqual([])
    expect(purchase?.legs.map(({ channel }) => channel)).toEqual(['browser', 'server'])
    expect(purchase).toMatchObject({
      event_id: 'purchase:T-17',
      matched_by: 'event_id',
      event_source_url: url(),
      user_data: { em: [expect.stringMatching(/^[0-9a-f]{64}$/)], fbp: _fbp, fbc: _fbc },
      custom_data: {
        value: 59.9,
        currency: 'EUR',
        order_id: 'T-17',
        content_ids: ['p1'],
        contents: [{ id: 'p1', quantity: 2, item_price: 29.95 }],
      },
    })
    expect(purchase?.findings).toEqual([])
  })

  it('is one Purchase with no variable at all, the server first, in any order', async () => {
    expect((await fireServer(ga4())).told).toBe('success')
    await page.goto(url())
    await push({ event: 'purchase', ecommerce: ORDER })
    await fire({ standardName: 'Purchase' })
    await expect.poll(async () => (await events('Purchase'))[0]?.legs.length, SOON).toBe(2)
    const [purchase, ...others] = await events('Purchase')
    expect(others).toEqual([])
    expect(purchase).toMatchObject({ event_id: 'purchase:T-17', matched_by: 'event_id' })
  })
})

describe('the web tag', () => {
  it('fires twice and twice again: one script, one page view, each event once', async () => {
    await page.goto(url())
    await push({ event: 'gtm.js' })
    const told = await Promise.all([fire(), fire(), fire({ standardName: 'Contact' })])
    expect(told).toEqual(['success', 'success', 'success'])
    await fire({
      eventType: 'custom',
      customName: 'Quiz',
      userTable: [{ name: 'em', value: 'jo@shop.example' }],
    })
    await expect.poll(() => events('Quiz'), SOON).toHaveLength(1)
    expect(await events('PageView')).toHaveLength(1)
    expect(await events('Contact')).toHaveLength(1)
    expect((await events('Quiz'))[0]?.user_data).toMatchObject({ em: [expect.any(String)] })
    const scripts = await page.locator('script[src*="/p.js"]').count()
    expect(scripts).toBe(1)
  })

  it('says and stores nothing before consent; then what happened is told with its moment', async () => {
    await page.goto(url())
    await consent('ad_storage', false)
    expect(await fire()).toBe('success')
    await push({ event: 'add_to_cart', ecommerce: { ...ORDER, transaction_id: undefined } })
    expect(await fire({ eventType: 'ga4' })).toBe('success')
    await page.waitForFunction(() => 'twofold' in window)
    await page.waitForTimeout(500)
    expect(await cookies()).toEqual({})
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([])
    expect(await events('AddToCart')).toEqual([])
    await consent('ad_storage', true)
    await expect.poll(() => events('AddToCart'), SOON).toHaveLength(1)
    const [added] = await events('AddToCart')
    expect(added).toMatchObject({
      consent: { state: 'granted' },
      custom_data: { value: 59.9, content_ids: ['p1'] },
    })
    expect(await events('PageView')).toHaveLength(1)
    expect(Object.keys(await cookies()).sort()).toEqual(['_fbc', '_fbp'])
  })

  it('passes on what another type refuses, which the dataset’s settings decide about', async () => {
    await page.goto(url())
    await consent('ad_user_data', false)
    await fire({ standardName: 'Lead' })
    const dropped = `/api/datasets/${datasetId}/events?event_name=Lead&verdict=dropped`
    const found = async () => (await server.api<EventsAnswer>('GET', dropped)).events
    await expect.poll(found, SOON).toHaveLength(1)
    expect((await found())[0]).toMatchObject({ reason: 'not_consented' })
    expect(await events('Lead')).toEqual([])
  })

  it('reports to every dataset that it names', async () => {
    const other = await server.createDataset()
    await page.goto(url())
    await fire({ standardName: 'Lead', datasetIds: `${datasetId}, ${other.dataset_id}` })
    await expect.poll(() => events('Lead'), SOON).toHaveLength(1)
    datasetId = other.dataset_id
    await expect.poll(() => events('Lead'), SOON).toHaveLength(1)
  })

  it('goes with Meta’s pixel: its events get an id and are reported, too', async () => {
    const sent: URLSearchParams[] = []
    await visitor.route('https://connect.facebook.net/**', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: META }),
    )
    await visitor.route('https://www.facebook.com/tr/**', (route) => {
      sent.push(new URL(route.request().url()).searchParams)
      return route.fulfill({ body: '' })
    })
    await page.goto(url())
    expect(await fire({ mode: 'companion', metaPixelId: '777' })).toBe('success')
    await page.evaluate(BASE_CODE)
    await page.evaluate(
      `fbq('init', '777'); fbq('track', 'Lead', {}, { eventID: ${JSON.stringify(await eventIdNow())} })`,
    )
    await expect.poll(() => events('Lead'), SOON).toHaveLength(1)
    await expect.poll(() => sent.length, SOON).toBe(1)
    const [lead] = await events('Lead')
    expect(lead?.event_id).toBe(sent[0]?.get('eid'))
    expect(lead?.legs[0]?.browser).toMatchObject({ mode: 'companion' })
  })

  it('fails, once, where the script is blocked', async () => {
    await page.route('**/p.js*', (route) => route.abort())
    await page.goto(url())
    expect(await fire()).toBe('failure')
  })
})

describe('the server tag', () => {
  it('fails with the reason where Twofold refuses', async () => {
    const { told, log } = await fireServer(ga4(), { token: 'wrong' })
    expect(told).toBe('failure')
    expect(String(log)).toMatch(/answer 4\d\d/)
    expect(String(log)).not.toContain('wrong')
    expect(await events('Purchase')).toEqual([])
  })

  it('tells of a refusal, which the dataset’s settings decide about', async () => {
    const { told, setCookies } = await fireServer({ ...ga4(), 'x-ga-gcs': 'G100' })
    expect([told, setCookies.size]).toEqual(['success', 0])
    expect(await events('Purchase')).toEqual([])
    const stopped = await fireServer({ ...ga4(), 'x-ga-gcs': 'G100' }, { consent: 'stop' })
    expect(stopped.told).toBe('success')
  })
})

/** As far as a companion meets Meta's script: it drains its stub and reports by image. */
const META = `(function () {
  var fbq = window.fbq, ids = []
  function run(args) {
    if (args[0] === 'init') ids.push(args[1])
    if (args[0] === 'track') ids.forEach(function (id) {
      new Image().src = 'https://www.facebook.com/tr/?id=' + id + '&ev=' + args[1] +
        '&eid=' + encodeURIComponent(args[3].eventID)
    })
  }
  fbq.callMethod = function () { run(arguments) }
  fbq.getState = function () { return { pixels: ids.map(function (id) { return { id: id } }) } }
  while (fbq.queue.length) run(fbq.queue.shift())
})()`

const BASE_CODE = `!function(f,b,e,v,n,t,s){if(f.fbq)return;n=f.fbq=function(){n.callMethod?
n.callMethod.apply(n,arguments):n.queue.push(arguments)};if(!f._fbq)f._fbq=n;n.push=n;n.loaded=!0;
n.version='2.0';n.queue=[];t=b.createElement(e);t.async=!0;t.src=v;b.head.append(t)}(window,
document,'script','https://connect.facebook.net/en_US/fbevents.js')`
