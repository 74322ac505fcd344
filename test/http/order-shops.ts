/**
 * Shops on a free port that can be asked for their orders as Shopify, WooCommerce, BigCommerce and
 * Stripe are: their filters, sorting, pages, proofs of who asks, limits and clocks. A test edits
 * orders, also between two pages.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One order as a test sees it: `form` writes it as the platform does. */
export interface ShopOrder {
  readonly id: string
  readonly changedS: number
  readonly json: string
}

export interface OrderShop {
  readonly url: string
  readonly orders: Map<string, ShopOrder>
  /** What was asked, with its query. */
  readonly asked: URL[]
  /** Answers that come instead, the first to the next question. */
  readonly failures: { readonly status: number; readonly headers?: Record<string, string> }[]
  /** Runs after each answered page. */
  afterPage: (page: number) => void
  /** By how much its clock is ahead. */
  aheadS: number
  /** Its start page, at the end of a redirect. */
  page: string
  /** Who may ask: the value of the header that the platform wants. */
  proof: string
  close(): Promise<void>
}

type Answer = {
  readonly body: string
  readonly status?: number
  readonly headers?: Record<string, string>
}

type Platform = (query: URLSearchParams, url: string, sorted: readonly ShopOrder[]) => Answer

const listOf = (orders: readonly ShopOrder[]): string =>
  `[${orders.map(({ json }) => json).join(',')}]`

const isoS = (text: string | null): number => Math.floor(Date.parse(text ?? '') / 1000)

/** Its pages are cursors: each names the last order that was seen. */
function shopify(query: URLSearchParams, url: string, sorted: readonly ShopOrder[]): Answer {
  const limit = Number(query.get('limit') ?? 50)
  const info = query.get('page_info')
  if (info && query.has('updated_at_min')) return { status: 400, body: '{"errors":"page_info"}' }
  const [min = 0, after = ''] = info
    ? (JSON.parse(Buffer.from(info, 'base64url').toString()) as [number, string])
    : [isoS(query.get('updated_at_min')), '']
  const rest = sorted.filter(
    ({ changedS, id }) => changedS > min || (changedS === min && (after === '' || id > after)),
  )
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  const next = Buffer.from(JSON.stringify([last?.changedS, last?.id])).toString('base64url')
  const isMore = rest.length > limit
  return {
    body: `{"orders":${listOf(page)}}`,
    headers: {
      'x-shopify-shop-api-call-limit': '3/40',
      ...(isMore ? { link: `<${url}?limit=${limit}&page_info=${next}>; rel="next"` } : {}),
    },
  }
}

function woocommerce(query: URLSearchParams, _url: string, sorted: readonly ShopOrder[]): Answer {
  const size = Number(query.get('per_page') ?? 10)
  const after = isoS(query.get('modified_after'))
  const found = sorted.filter(({ changedS }) => changedS > after)
  const from = (Number(query.get('page') ?? 1) - 1) * size
  return {
    body: listOf(found.slice(from, from + size)),
    headers: { 'x-wp-totalpages': String(Math.ceil(found.length / size)) },
  }
}

function bigcommerce(query: URLSearchParams, _url: string, sorted: readonly ShopOrder[]): Answer {
  const size = Number(query.get('limit') ?? 50)
  const after = isoS(query.get('min_date_modified'))
  const found = sorted.filter(({ changedS }) => changedS >= after)
  const from = (Number(query.get('page') ?? 1) - 1) * size
  const page = found.slice(from, from + size)
  return page.length === 0 ? { status: 204, body: '' } : { body: listOf(page) }
}

/** The newest first, whatever is asked. */
function stripe(query: URLSearchParams, _url: string, sorted: readonly ShopOrder[]): Answer {
  const limit = Number(query.get('limit') ?? 10)
  const types = query.getAll('types[]')
  const since = Number(query.get('created[gte]') ?? 0)
  const found = sorted
    .toReversed()
    .filter(({ changedS, json }) => changedS >= since && types.includes(JSON.parse(json).type))
  const after = query.get('starting_after')
  const from = after === null ? 0 : found.findIndex(({ id }) => id === after) + 1
  const page = found.slice(from, from + limit)
  const isMore = from + limit < found.length
  return { body: `{"object":"list","data":${listOf(page)},"has_more":${isMore}}` }
}

const PLATFORMS = {
  shopify: { answer: shopify, path: '/admin/api/2026-01/orders.json' },
  woocommerce: { answer: woocommerce, path: '/wp-json/wc/v3/orders' },
  bigcommerce: { answer: bigcommerce, path: '/stores/abc123/v2/orders' },
  stripe: { answer: stripe, path: '/v1/events' },
} as const satisfies Record<string, { answer: Platform; path: string }>

export type PlatformName = keyof typeof PLATFORMS

const PROOFS = ['x-shopify-access-token', 'x-auth-token', 'authorization'] as const

export async function startOrderShop(platform: PlatformName): Promise<OrderShop> {
  const { answer, path } = PLATFORMS[platform]
  const server = createServer((request, response) => reply(request, response))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const shop: OrderShop = {
    ...{ url, orders: new Map(), asked: [], failures: [], aheadS: 0, proof: '', page: '' },
    afterPage: () => undefined,
    close: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
  const reply = (request: IncomingMessage, response: ServerResponse): void => {
    const asked = new URL(request.url ?? '', url)
    if (asked.pathname === '/') {
      response.writeHead(301, { location: '/home' }).end()
      return
    }
    if (asked.pathname === '/home') {
      const tokens = PROOFS.some((name) => request.headers[name] !== undefined)
      response.writeHead(tokens ? 400 : 200, { 'content-type': 'text/html' }).end(shop.page)
      return
    }
    shop.asked.push(asked)
    const proven = PROOFS.some((name) => request.headers[name] === shop.proof)
    const said = shop.failures.shift() ?? (proven ? undefined : { status: 401 })
    const date = new Date(Date.now() + shop.aheadS * 1000).toUTCString()
    if (said || asked.pathname !== path) {
      response.writeHead(said?.status ?? 404, { date, ...said?.headers }).end('{}')
      return
    }
    const sorted = [...shop.orders.values()].sort(
      (a, b) => a.changedS - b.changedS || (a.id < b.id ? -1 : 1),
    )
    const { body, status = 200, headers } = answer(asked.searchParams, url + path, sorted)
    response.writeHead(status, { date, 'content-type': 'application/json', ...headers })
    response.end(body)
    shop.afterPage(shop.asked.length)
  }
  return shop
}
