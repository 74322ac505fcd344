/**
 * Shopify's customer events as events of a Twofold dataset. The same code runs as a custom pixel
 * (a sandboxed frame) and as an app pixel (a worker): nothing here needs a page. Ids are made of what
 * the webhooks know as well, so that browser and server count one order once.
 */

const UNSENT = 'twofold_unsent'
/** Events that wait for the server, or for the visitor's consent. */
const WAITING_MAX = 50
const AGE_MS_MAX = 86_400_000
/** Of one request, as the pixel sends them; browsers let no larger ones outlive the page. */
const PORTION_CHARS = 18_000
const KEEPALIVE_CHARS = 20_000
const COOKIE_AGE_S = 90 * 86_400
const RETRY_MS = [2_000, 8_000, 30_000]
const COOKIE = /^fb\.\d+\.\d+\.[^.]+(\.[\w-]{8}|\.[AB]\w)?$/

/**
 * `api`: analytics, browser, init and customerPrivacy as Shopify hands them out. `settings`: endpoint
 * (origin of the server), dataset_id, order_prefix, content_id (variant, product or sku).
 */
export function connectTwofold(api, settings) {
  const { analytics, customerPrivacy } = api
  const state = { privacy: api.init.customerPrivacy ?? {}, held: [], work: Promise.resolve() }
  const report = (event, privacy) =>
    inTurn(state, async () => {
      const made = await eventOf(event, { ...api, settings, privacy })
      if (made) await deliver(api.browser, settings, [made])
    })
  for (const name of Object.keys(EVENTS)) {
    analytics.subscribe(name, (event) => {
      if (state.privacy.marketingAllowed === false) {
        if (state.held.length < WAITING_MAX) state.held.push(event)
      } else report(event, state.privacy)
    })
  }
  customerPrivacy?.subscribe?.('visitorConsentCollected', (told) => {
    state.privacy = told?.customerPrivacy ?? state.privacy
    if (state.privacy.marketingAllowed === false) return
    for (const event of state.held.splice(0)) report(event, state.privacy)
  })
  if (state.privacy.marketingAllowed !== false) {
    inTurn(state, () => deliver(api.browser, settings, []))
  }
}

/** One after the other: what is kept in the browser is read and written as a whole. */
function inTurn(state, work) {
  state.work = state.work.then(work).catch(() => undefined)
}

const EVENTS = {
  page_viewed: () => ({ event_name: 'PageView' }),
  product_viewed: ({ productVariant }, kind) => ({
    event_name: 'ViewContent',
    custom_data: productData([{ merchandise: productVariant, quantity: 1 }], kind),
  }),
  search_submitted: ({ searchResult }) => ({
    event_name: 'Search',
    custom_data: { search_string: searchResult?.query },
  }),
  product_added_to_cart: ({ cartLine }, kind) => ({
    event_name: 'AddToCart',
    custom_data: productData(cartLine ? [cartLine] : [], kind),
  }),
  checkout_started: ({ checkout }, kind) => ofCheckout('InitiateCheckout', checkout, kind),
  payment_info_submitted: ({ checkout }, kind) => ofCheckout('AddPaymentInfo', checkout, kind),
  checkout_completed: ({ checkout }, kind, prefix) => {
    const order = digitsOf(checkout?.order?.id)
    // Without the order's id this could never be known as the sale that the webhook tells of.
    if (!order) return ofCheckout('InitiateCheckout', checkout, kind)
    const { custom_data } = ofCheckout('Purchase', checkout, kind)
    const orderId = `${prefix}${order}`
    return {
      event_name: 'Purchase',
      event_id: idOf('Purchase', orderId),
      custom_data: { ...custom_data, order_id: orderId },
    }
  },
}

/** The order's webhook names the same token: that is how it finds this browser. */
function ofCheckout(event_name, checkout, kind) {
  const lines = (checkout?.lineItems ?? []).map(({ variant, quantity }) => ({
    merchandise: variant,
    quantity,
  }))
  const { amount, currencyCode } = checkout?.totalPrice ?? {}
  return {
    event_name,
    ...(checkout?.token ? { event_id: idOf(event_name, checkout.token) } : {}),
    custom_data: {
      ...productData(lines, kind),
      ...(amount === undefined ? {} : { value: Number(amount) }),
      ...(currencyCode || checkout?.currencyCode
        ? { currency: currencyCode ?? checkout.currencyCode }
        : {}),
    },
  }
}

function productData(lines, kind) {
  const contents = lines.flatMap(({ merchandise, quantity = 1 }) => {
    const id = contentId(merchandise, kind)
    if (!id) return []
    const price = Number(merchandise?.price?.amount)
    return [{ id, quantity, ...(price >= 0 ? { item_price: price } : {}) }]
  })
  const [first] = lines
  const sums = lines.map(({ cost, merchandise, quantity = 1 }) =>
    cost?.totalAmount ? Number(cost.totalAmount.amount) : merchandise?.price?.amount * quantity,
  )
  const [value] = sums
  const currency = first?.cost?.totalAmount?.currencyCode ?? first?.merchandise?.price?.currencyCode
  return {
    ...(contents.length > 0
      ? { content_type: 'product', content_ids: contents.map(({ id }) => id), contents }
      : {}),
    // Of one line; what several come to is the checkout's to say.
    ...(lines.length === 1 && value >= 0 && currency ? { value, currency } : {}),
  }
}

function contentId(variant, kind) {
  if (kind === 'product') return digitsOf(variant?.product?.id)
  return (kind === 'sku' && variant?.sku) || digitsOf(variant?.id)
}

/** A number, digits, gid://shopify/Order/17, the same in base64: Shopify sends each of them. */
export function digitsOf(id) {
  const text = String(id ?? '').trim()
  if (/^\d+$/.test(text)) return text
  const found = /^gid:\/\/[^?]*\/(\d+)/.exec(text)
  if (found) return found[1]
  try {
    return /^gid:\/\/[^?]*\/(\d+)/.exec(atob(text))?.[1]
  } catch {
    return undefined
  }
}

/** As fbq.eventId and the server make it. */
export function idOf(action, part) {
  const text = encodeURIComponent(String(part).trim()).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${action.toLowerCase()}:${text}`
}

async function eventOf(event, { browser, init, settings, privacy }) {
  const made = EVENTS[event.name](
    event.data ?? {},
    settings.content_id,
    settings.order_prefix ?? '',
  )
  const { document: page, navigator } = event.context ?? {}
  const url = page?.location?.href ?? ''
  // What follows the path of a checkout opens it to whoever knows it.
  const isCheckout = /checkout|payment/.test(event.name)
  const checkout = event.data?.checkout
  return {
    event_id: event.id,
    ...made,
    dataset_id: settings.dataset_id,
    event_time: Math.floor((Date.parse(event.timestamp) || Date.now()) / 1000),
    event_source_url: isCheckout ? url.split(/[?#]/)[0] : url,
    ...(page?.referrer ? { referrer_url: page.referrer } : {}),
    user_data: {
      ...(await cookiesOf(browser, url)),
      ...(await hashedOf({
        em: (checkout?.email ?? init.data?.customer?.email)?.trim().toLowerCase(),
        ph: phoneOf(checkout?.phone ?? init.data?.customer?.phone),
        external_id: digitsOf(checkout?.order?.customer?.id ?? init.data?.customer?.id),
      })),
    },
    ...(privacy.saleOfDataAllowed === false
      ? {
          data_processing_options: ['LDU'],
          data_processing_options_country: 0,
          data_processing_options_state: 0,
        }
      : {}),
    ...(privacy.marketingAllowed ? { consent: { state: 'granted', signal: 'fbq' } } : {}),
    browser: {
      title: page?.title,
      language: navigator?.language,
      method: 'track',
      mode: 'replace',
      agent: 'shopify',
    },
  }
}

/** Shopify's own form: + and all digits. Without the country it is no phone number. */
const phoneOf = (phone) => (/^\+\d/.test(phone ?? '') ? phone.replace(/\D/g, '') : undefined)

/** In clear they never leave the page. */
async function hashedOf(fields) {
  const hashed = {}
  for (const [key, value] of Object.entries(fields)) {
    if (!value || !globalThis.crypto?.subtle) continue
    const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(value))
    hashed[key] = [
      [...new Uint8Array(bytes)].map((one) => one.toString(16).padStart(2, '0')).join(''),
    ]
  }
  return hashed
}

/** _fbp and _fbc of the shop's own pages, kept for 90 days from now. */
async function cookiesOf(browser, url) {
  const host = /^https?:\/\/([^/:?#]+)/.exec(url)?.[1] ?? ''
  const [fbp, fbc] = await Promise.all(
    ['_fbp', '_fbc'].map(async (name) => {
      const value = await browser.cookie.get(name).catch(() => '')
      return COOKIE.test(value ?? '') ? value : undefined
    }),
  )
  const click = /[?&]fbclid=([^&#]{1,500})/.exec(url)?.[1]?.replace(/\./g, '__DOT__')
  const isNewClick = click && fbc?.split('.')[3] !== click
  const domain = fbp && !isNewClick ? '' : await widestDomain(browser, host)
  const start = `fb.${Math.max(1, (domain || host).split('.').length - 1)}.${Date.now()}.`
  const ids = {
    fbp: fbp ?? start + `${Math.random()}`.slice(2, 20),
    fbc: isNewClick ? start + click : fbc,
  }
  if (ids.fbp !== fbp) await keep(browser, { name: '_fbp', value: ids.fbp, domain })
  if (ids.fbc && ids.fbc !== fbc) await keep(browser, { name: '_fbc', value: ids.fbc, domain })
  return ids.fbc ? ids : { fbp: ids.fbp }
}

async function keep(browser, { name, value, domain, ageS = COOKIE_AGE_S }) {
  const where = domain ? `;domain=${domain}` : ''
  const cookie = `${name}=${value};path=/;max-age=${ageS};samesite=lax${where}`
  await browser.cookie.set(cookie).catch(() => undefined)
}

/** The widest domain on which the browser keeps a cookie: it refuses public suffixes. */
async function widestDomain(browser, host) {
  const labels = host.split('.')
  for (let first = labels.length - 2; first >= 0; first--) {
    const domain = labels.slice(first).join('.')
    await keep(browser, { name: '_t2', value: '1', domain, ageS: 9 })
    if ((await browser.cookie.get('_t2').catch(() => '')) !== '1') continue
    await keep(browser, { name: '_t2', value: '', domain, ageS: 0 })
    return domain
  }
  return ''
}

/** Kept in the browser until the server has them: what fails now goes with a later page. */
async function deliver(browser, settings, events) {
  const before = await unsentOf(browser)
  const bornMs = Date.now()
  const all = [...before, ...events.map((event) => ({ bornMs, event }))].slice(-WAITING_MAX)
  if (all.length === 0) return
  if (events.length > 0) await remember(browser, all)
  if (await post(settings, all)) await remember(browser, [])
  else if (events.length > 0) tryAgain(browser, settings)
}

/** Beside the turn of others: an id is counted once, however often it comes. */
function tryAgain(browser, settings, tries = 0) {
  const waitMs = RETRY_MS[tries]
  if (waitMs === undefined) return
  setTimeout(async () => {
    const all = await unsentOf(browser)
    if (all.length === 0) return
    if (await post(settings, all)) {
      const ids = new Set(all.map(({ event }) => event.event_id))
      const later = await unsentOf(browser)
      await remember(
        browser,
        later.filter(({ event }) => !ids.has(event.event_id)),
      )
    } else tryAgain(browser, settings, tries + 1)
  }, waitMs)
}

async function unsentOf(browser) {
  try {
    const kept = JSON.parse((await browser.localStorage.getItem(UNSENT)) || '[]')
    return kept.filter(({ bornMs }) => Date.now() - bornMs < AGE_MS_MAX)
  } catch {
    return []
  }
}

async function remember(browser, list) {
  try {
    if (list.length === 0) await browser.localStorage.removeItem(UNSENT)
    else await browser.localStorage.setItem(UNSENT, JSON.stringify(list))
  } catch {
    // Full or blocked: this page goes on without.
  }
}

/** True when the server answered for good to all of them; a refusal would be the same tomorrow. */
async function post({ endpoint }, all) {
  for (const events of portionsOf(all)) {
    const body = JSON.stringify({ sent_at: Date.now(), events })
    try {
      const { status } = await fetch(`${endpoint}/e`, {
        method: 'POST',
        body,
        keepalive: body.length < KEEPALIVE_CHARS,
        credentials: 'omit',
      })
      if (status >= 500 || status === 408 || status === 429) return false
    } catch {
      return false
    }
  }
  return true
}

/** Together, fifty checkouts of full carts are more than the server takes: it would refuse them all. */
function portionsOf(all) {
  const portions = []
  let chars = 0
  for (const { event } of all) {
    const more = JSON.stringify(event).length
    const last = portions.at(-1)
    chars += more
    if (last && chars < PORTION_CHARS) last.push(event)
    else {
      portions.push([event])
      chars = more
    }
  }
  return portions
}
