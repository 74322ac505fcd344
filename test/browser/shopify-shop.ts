/**
 * A shop of Shopify's as its customer events see it: pages with a cart, a sandboxed frame for custom
 * pixels and a worker for app pixels. Cookies and storage are the top page's and are asked for by
 * message, events from before the subscription are handed out as well, Origin is null.
 */
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../../integrations/shopify')
const read = (file: string): string => readFileSync(join(folder, file), 'utf8')

export interface ShopifyShop {
  readonly url: string
  readonly origin: string
  /** What pages hold: a custom pixel, the settings of an app pixel, a theme snippet. */
  pixel: string
  settings: Record<string, string> | undefined
  theme: string
  /** As the visitor told it. */
  privacy: Record<string, boolean>
  /** The cart of its one visitor. */
  readonly cart: { item_count: number; attributes: Record<string, string> }
  close(): void
}

/** In the frame or worker: what Shopify hands a pixel. `ask` reaches the top page. */
const API = `
const waiting = new Map(); let asked = 0
const ask = (what, ...args) => new Promise((done) => { waiting.set(++asked, done); send({ asked, what, args }) })
const subscribers = {}; const past = []; const privacyHeard = []
const hear = ({ data }) => {
  if (data.answer) { waiting.get(data.answer)(data.value); waiting.delete(data.answer) }
  if (data.event) { past.push(data.event); for (const run of subscribers[data.event.name] ?? []) run(data.event) }
  if (data.privacy) for (const run of privacyHeard) run({ customerPrivacy: data.privacy })
}
const analytics = { subscribe(name, run) {
  (subscribers[name] ??= []).push(run)
  for (const event of past) if (event.name === name) run(event)
} }
const storage = (kind) => ({ getItem: (k) => ask(kind, 'getItem', k), setItem: (k, v) => ask(kind, 'setItem', k, v), removeItem: (k) => ask(kind, 'removeItem', k) })
const browser = { cookie: { get: (name) => ask('cookie', name), set: (text, value) => ask('setCookie', value === undefined ? text : text + '=' + value) },
  localStorage: storage('localStorage'), sessionStorage: storage('sessionStorage') }
const customerPrivacy = { subscribe: (name, run) => { if (name === 'visitorConsentCollected') privacyHeard.push(run) } }
const api = { customerPrivacy }
`

/** In the top page: answers what the pixel asks, hands events in. */
const TOP = `
let pixel; const before = []
const answers = {
  cookie: (name) => document.cookie.split('; ').find((one) => one.startsWith(name + '='))?.slice(name.length + 1) ?? '',
  setCookie: (text) => { document.cookie = text },
  localStorage: (how, ...args) => localStorage[how](...args),
  sessionStorage: (how, ...args) => sessionStorage[how](...args),
}
const tell = (message) => pixel ? pixel.postMessage(message, ...(pixel === window.worker ? [] : ['*'])) : before.push(message)
const heard = ({ data }) => data.asked && tell({ answer: data.asked, value: answers[data.what](...data.args) })
let n = 0
window.publish = (name, data = {}) => tell({ event: { id: 'sh-' + Date.now() + '-' + n++, name, clientId: 'c', seq: n, timestamp: new Date().toISOString(), type: 'standard', data,
  context: { document: { location: { href: location.href }, referrer: document.referrer, title: document.title }, navigator: { language: navigator.language, userAgent: navigator.userAgent } } } })
window.allow = (privacy) => tell({ privacy })
const open = (found) => { pixel = found; for (const one of before.splice(0)) tell(one) }
`

export async function openShopifyShop(): Promise<ShopifyShop> {
  const cart = { item_count: 0, attributes: {} as Record<string, string> }
  const shop = { pixel: '', settings: undefined, theme: '', privacy: {}, cart } as unknown as {
    -readonly [K in keyof ShopifyShop]: ShopifyShop[K]
  }
  const server: Server = createServer((request, response) => {
    void answer(shop, request).then(([type, text]) => {
      response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(text)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  shop.origin = `http://www.shop.localhost:${port}`
  shop.url = `${shop.origin}/`
  shop.close = () => server.close().closeAllConnections()
  return shop
}

async function answer(shop: ShopifyShop, request: IncomingMessage): Promise<[string, string]> {
  const { pathname } = new URL(request.url ?? '/', 'http://shop.localhost')
  const init = { customerPrivacy: shop.privacy, data: { customer: { id: '7001' } } }
  const opened = `const init = ${JSON.stringify(init)};`
  if (pathname === '/cart.js') return ['application/json', JSON.stringify(shop.cart)]
  if (pathname === '/cart/add') {
    shop.cart.item_count += 1
    return ['application/json', '{}']
  }
  if (pathname === '/cart/update.js') {
    let body = ''
    for await (const chunk of request) body += chunk
    Object.assign(shop.cart.attributes, JSON.parse(body).attributes)
    return ['application/json', JSON.stringify(shop.cart)]
  }
  if (pathname === '/custom-pixel') {
    const send = `const send = (message) => parent.postMessage(message, '*'); addEventListener('message', (m) => hear(m));`
    return ['text/html', `<script>${send}${API}${opened}\n${shop.pixel}</script>`]
  }
  if (pathname === '/worker/index.js') {
    const source = read('extensions/twofold-pixel/src/index.js')
    return ['text/javascript', source.replace('@shopify/web-pixels-extension', './register.js')]
  }
  if (pathname === '/worker/customer-events.js') {
    return ['text/javascript', read('customer-events.js')]
  }
  if (pathname === '/worker/register.js') {
    const send = 'const send = (message) => postMessage(message); onmessage = (m) => hear(m);'
    const given = `{ analytics, browser, init, customerPrivacy, settings: ${JSON.stringify(shop.settings)} }`
    return [
      'text/javascript',
      `${send}${API}${opened}\nexport const register = (run) => run(${given})`,
    ]
  }
  return ['text/html', pageOf(shop)]
}

function pageOf({ settings, pixel, theme, privacy }: ShopifyShop): string {
  const consent = `window.Shopify = { routes: { root: '/' }, customerPrivacy: {
    marketingAllowed: () => ${privacy.marketingAllowed !== false},
    currentVisitorConsent: () => ({ marketing: ${privacy.marketingAllowed === false ? "'no'" : "'yes'"} }) } }`
  const worker = `window.worker = new Worker('/worker/index.js', { type: 'module' }); worker.onmessage = heard; open(worker)`
  const frame = `addEventListener('message', heard)
    const frame = document.createElement('iframe'); frame.src = '/custom-pixel'
    frame.setAttribute('sandbox', 'allow-scripts allow-forms'); frame.onload = () => open(frame.contentWindow)
    document.body.append(frame)`
  const runs = settings ? worker : pixel ? frame : ''
  return `<!doctype html><html><head><title>Shop</title><script>${consent}</script>
    ${theme.replace(/\{%-?[\s\S]*?endcomment -?%\}/, '')}</head><body><script>${TOP}${runs}</script></body></html>`
}
