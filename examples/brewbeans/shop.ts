/**
 * BrewBeans, a small real storefront that reports each step twice: the browser's leg through the
 * pixel in the page, the server's leg through the Conversions API, both with one event id. A Web
 * handler (Request in, Response out), mounted by Twofold under /demo/ or run alone by server.ts.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { asset, contentPolicy, plain, readCookies, redirect } from './answers.ts'
import { COFFEES, coffeeBySku, coffeeBySlug } from './catalogue.ts'
import { createFeed, type Feed } from './feed.ts'
import { readForm, readShopper, sampleShopper } from './forms.ts'
import type { Html } from './html.ts'
import { createOutbox, type Outbox, type ServerLeg } from './outbox.ts'
import * as pages from './pages.ts'
import { hashShopper, type Line, type Report, report, serverEvent, sha256 } from './reports.ts'
import {
  addOrder,
  BAGS_PER_LINE_MAX,
  createSessions,
  type Order,
  SESSION_COOKIE,
  type Session,
  type Sessions,
} from './sessions.ts'
import { readSwitches, SWITCHES_COOKIE, type Switches, writeSwitches } from './switches.ts'

export interface ShopOptions {
  /** Where the shop is mounted, such as `/demo`; empty when it has a host of its own. */
  readonly basePath: string
  /** Origin of Twofold as the shop's backend reaches it. */
  readonly collectorUrl: string
  readonly datasetId: string
  /** Sends the server legs. Like the read token, it never reaches a page. */
  readonly accessToken: string
  /** Reads the live stream for the panel. */
  readonly readToken: string
  /** Origin of Twofold as browsers reach it. Default: collectorUrl. Empty: the shop's own. */
  readonly browserUrl?: string
}

/**
 * `x-forwarded-for` of a request must be what the transport itself saw (one address, not what the
 * visitor claims): it is reported as the shopper's IP.
 */
export type Shop = (request: Request) => Promise<Response>

export function createShop(options: ShopOptions): Shop {
  const feed = createFeed(options)
  const outbox: Outbox = createOutbox({
    send: (event) => sendServerLeg(options, event),
    nowMs: Date.now,
    later: (run, delayMs) => void setTimeout(run, delayMs).unref(),
    changed: (visitor) => feed.tell(visitor, 'outbox', outbox.waiting(visitor)),
  })
  const sessions = createSessions({ nowMs: Date.now, randomId: randomUUID })
  const parts: Parts = { options, feed, outbox, sessions }
  return async (request) => {
    const assets = `${options.basePath}/assets/`
    const { pathname } = new URL(request.url)
    if (pathname.startsWith(assets)) return asset(pathname.slice(assets.length))
    const visit = enter(parts, request)
    const response = await route(parts, visit)
    if (visit.isNew) response.headers.append('set-cookie', sessionCookie(visit))
    return response
  }
}

interface Parts {
  readonly options: ShopOptions
  readonly feed: Feed
  readonly outbox: Outbox
  readonly sessions: Sessions
}

interface Visit {
  readonly request: Request
  readonly url: URL
  readonly basePath: string
  readonly session: Session
  readonly isNew: boolean
  readonly switches: Switches
  readonly cookies: ReadonlyMap<string, string>
}

async function sendServerLeg(options: ShopOptions, event: ServerLeg): Promise<void> {
  const response = await fetch(`${options.collectorUrl}/v24.0/${options.datasetId}/events`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      // In the header and not in the address, where logs would keep it.
      authorization: `Bearer ${options.accessToken}`,
    },
    body: JSON.stringify({ data: [event] }),
    signal: AbortSignal.timeout(10_000),
  })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`the collector answered ${response.status}`)
}

function enter({ options, sessions }: Parts, request: Request): Visit {
  const cookies = readCookies(request.headers.get('cookie') ?? '')
  const known = sessions.find(cookies.get(SESSION_COOKIE))
  return {
    request,
    url: new URL(request.url),
    basePath: options.basePath,
    session: known ?? sessions.open(),
    isNew: !known,
    switches: readSwitches(new URLSearchParams(cookies.get(SWITCHES_COOKIE))),
    cookies,
  }
}

async function route(parts: Parts, visit: Visit): Promise<Response> {
  const { request, url, basePath } = visit
  if (!url.pathname.startsWith(`${basePath}/`)) return redirect(`${basePath}/`)
  const path = url.pathname.slice(basePath.length)
  if (request.method === 'POST') return await post(parts, visit, path)
  if (request.method !== 'GET') return plain(405, 'Use GET or POST.')
  if (path === '/panel/live') return live(parts, visit)
  if (path === '/') return show(parts, visit, { title: 'Coffee', body: pages.home(basePath) })
  if (path === '/cart') {
    const body = pages.cart(linesOf(visit.session.cart), basePath)
    return show(parts, visit, { title: 'Cart', body })
  }
  if (path === '/checkout') return showCheckout(parts, visit)
  if (path === '/thank-you') return showThankYou(parts, visit)
  const coffee = path.startsWith('/coffee/') && coffeeBySlug(path.slice('/coffee/'.length))
  if (coffee) {
    const said = tell(
      parts,
      visit,
      report('ViewContent', [randomUUID()], {
        ...now(visit),
        lines: [{ coffee, bags: 1 }],
      }),
    )
    return show(parts, visit, {
      title: coffee.name,
      body: pages.product(coffee, basePath),
      reports: [said],
    })
  }
  const body = pages.notice('Nothing on this shelf', 'The page is not there.', basePath)
  return show(parts, visit, { title: 'Not found', body, status: 404 })
}

async function post(parts: Parts, visit: Visit, path: string): Promise<Response> {
  // Forms of other sites must not shop here; browsers say where a request comes from.
  if (visit.request.headers.get('sec-fetch-site') === 'cross-site') {
    return plain(403, 'This form belongs to another site.')
  }
  const form = await readForm(visit.request)
  if (!form) return plain(413, 'The form is too large or not a form.')
  if (path === '/cart') return changeCart(parts, visit, form)
  if (path === '/checkout') return placeOrder(parts, visit, form)
  if (path === '/panel/switches') return changeSwitches(parts, visit, form)
  return plain(404, 'There is nothing to post to here.')
}

function changeCart(parts: Parts, visit: Visit, form: URLSearchParams): Response {
  const { session } = visit
  const coffee = coffeeBySku(form.get('sku') ?? '')
  const bags = Number(form.get('bags') ?? 1)
  const wish = form.get('do')
  if (!coffee || !Number.isInteger(bags) || bags < 1 || bags > BAGS_PER_LINE_MAX) {
    return plain(400, `Choose a coffee of the shop and 1 to ${BAGS_PER_LINE_MAX} bags.`)
  }
  if (wish === 'remove') session.cart.delete(coffee.sku)
  else if (wish === 'set') session.cart.set(coffee.sku, bags)
  else if (wish === 'add') {
    const before = session.cart.get(coffee.sku) ?? 0
    session.cart.set(coffee.sku, Math.min(before + bags, BAGS_PER_LINE_MAX))
    session.actions += 1
    const lines = [{ coffee, bags }]
    const action = [session.customerId, coffee.sku, String(session.actions)]
    const said = report('AddToCart', action, { ...now(visit), lines })
    // The redirect answers no page, so the next one speaks for the browser.
    session.reports.push(tell(parts, visit, said))
  } else return plain(400, 'Use add, set or remove.')
  return redirect(`${visit.basePath}/cart`)
}

function placeOrder(parts: Parts, visit: Visit, form: URLSearchParams): Response {
  const { session, basePath } = visit
  const lines = linesOf(session.cart)
  if (lines.length === 0) return redirect(`${basePath}/cart`)
  const { shopper, errors } = readShopper(form)
  if (errors.size > 0) {
    const body = pages.checkout({ basePath, lines, shopper, errors })
    return show(parts, visit, { title: 'Checkout', body, status: 422 })
  }
  session.hashes = hashShopper(shopper)
  const number = orderNumber()
  const said = report('Purchase', [number], { ...now(visit), lines, orderNumber: number })
  addOrder(session, {
    number,
    lines: lines.map(({ coffee, bags }) => ({ sku: coffee.sku, bags })),
    totalCents: pages.totalCents(lines),
    firstName: shopper.firstName,
    report: said,
  })
  session.cart.clear()
  tell(parts, visit, said)
  return redirect(`${basePath}/thank-you?order=${number}`)
}

function changeSwitches({ outbox }: Parts, visit: Visit, form: URLSearchParams): Response {
  const switches = readSwitches(form)
  if (switches.server !== 'broken') outbox.release(externalId(visit.session))
  const navigates = visit.request.headers.get('sec-fetch-mode') === 'navigate'
  const response = navigates ? redirect(`${visit.basePath}/`) : new Response(null, { status: 204 })
  response.headers.append('set-cookie', cookie(visit, SWITCHES_COOKIE, writeSwitches(switches)))
  return response
}

function showCheckout(parts: Parts, visit: Visit): Response {
  const { session, basePath } = visit
  const lines = linesOf(session.cart)
  if (lines.length === 0) return redirect(`${basePath}/cart`)
  const said = report('InitiateCheckout', [randomUUID()], { ...now(visit), lines })
  const shopper = sampleShopper(session.customerId)
  return show(parts, visit, {
    title: 'Checkout',
    body: pages.checkout({ basePath, lines, shopper, errors: new Map() }),
    reports: [tell(parts, visit, said)],
  })
}

/** Reports the sale for the browser on every visit, as many shops do: the id makes it harmless. */
function showThankYou(parts: Parts, visit: Visit): Response {
  const { session, basePath, url } = visit
  const order = session.orders.get(url.searchParams.get('order') ?? '')
  if (!order) {
    const text = 'This shop keeps orders in memory only, and this one is not there (any more).'
    const body = pages.notice('No such order', text, basePath)
    return show(parts, visit, { title: 'No such order', body, status: 404 })
  }
  return show(parts, visit, {
    title: 'Thank you',
    body: pages.thankYou(order, orderLines(order), basePath),
    reports: [order.report],
  })
}

function live({ feed, outbox }: Parts, visit: Visit): Response {
  const visitor = { externalId: externalId(visit.session), sinceMs: visit.session.sinceMs }
  const stream = feed.open(visitor, () => outbox.waiting(visitor.externalId))
  if (!stream) return plain(503, 'Too many panels are open; try again in a minute.')
  return new Response(stream, {
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      // So that an ended stream does not keep a stopping server waiting.
      connection: 'close',
    },
  })
}

/** Sends the server's leg and returns the report for the browser's. */
function tell({ outbox }: Parts, visit: Visit, said: Report): Report {
  const { session, cookies, request } = visit
  const event = serverEvent(said, {
    hashes: { ...session.hashes, external_id: externalId(session) },
    ip: request.headers.get('x-forwarded-for') ?? undefined,
    userAgent: request.headers.get('user-agent') ?? undefined,
    fbp: cookies.get('_fbp'),
    fbc: cookies.get('_fbc'),
  })
  outbox.put(externalId(session), event, visit.switches.server)
  return said
}

function show(
  parts: Parts,
  visit: Visit,
  what: { title: string; body: Html; reports?: readonly Report[]; status?: number },
): Response {
  const { session, basePath, switches } = visit
  const { options } = parts
  const browserUrl = options.browserUrl ?? options.collectorUrl
  const nonce = randomBytes(16).toString('base64')
  const pageView = tell(parts, visit, report('PageView', [randomUUID()], now(visit)))
  const reports = [pageView, ...session.reports, ...(what.reports ?? [])]
  session.reports = []
  const lastOrder = [...session.orders.keys()].at(-1)
  const view: pages.PageView = {
    basePath,
    nonce,
    title: what.title,
    bagsInCart: [...session.cart.values()].reduce((sum, bags) => sum + bags, 0),
    pixel: {
      script: `${browserUrl}/p.js?id=${options.datasetId}`,
      datasetId: options.datasetId,
      externalId: session.customerId,
      reports,
      strayId: switches.id === 'dropped' ? randomUUID() : undefined,
    },
    panel: {
      basePath,
      switches,
      state: panelState(visit.cookies.get('brewbeans_panel')),
      revisit: lastOrder && `${basePath}/thank-you?order=${lastOrder}`,
      eventsManager: `${browserUrl}/datasets/${options.datasetId}/test-events`,
    },
  }
  return new Response(pages.page(view, what.body).text, {
    status: what.status ?? 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': contentPolicy({
        own: `${visit.url.origin}${basePath}`,
        pixel: switches.browser === 'blocked' ? '' : browserUrl || "'self'",
        nonce,
      }),
      'referrer-policy': 'strict-origin-when-cross-origin',
      'x-content-type-options': 'nosniff',
    },
  })
}

const panelState = (cookie: string | undefined): 'open' | 'closed' | 'auto' =>
  cookie === 'open' || cookie === 'closed' ? cookie : 'auto'

const externalId = (session: Session): string => sha256(session.customerId)

const now = (visit: Visit): { atMs: number; url: string } => ({
  atMs: Date.now(),
  url: visit.url.href,
})

const linesOf = (cart: ReadonlyMap<string, number>): Line[] =>
  COFFEES.flatMap((coffee) => {
    const bags = cart.get(coffee.sku)
    return bags ? [{ coffee, bags }] : []
  })

const orderLines = (order: Order): Line[] =>
  linesOf(new Map(order.lines.map(({ sku, bags }) => [sku, bags])))

/** Random, because an order number that comes back after a restart would look like a duplicate. */
const orderNumber = (): string => {
  const letters = [...randomBytes(8)].map((byte) => '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[byte & 31])
  return `BB-${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`
}

const sessionCookie = (visit: Visit): string =>
  `${cookie(visit, SESSION_COOKIE, visit.session.id)}; HttpOnly`

const cookie = (visit: Visit, name: string, value: string): string =>
  `${name}=${value}; Path=${visit.basePath || '/'}; SameSite=Lax${
    visit.url.protocol === 'https:' ? '; Secure' : ''
  }`
