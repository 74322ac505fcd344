/**
 * What a visitor's request tells of them: address, browser, page, Meta's two ids, and the cookies
 * that keep those ids for 90 days. Reads a Web Request or Node's own; sends nothing. The address is
 * only what a trusted proxy wrote, as the server itself decides (TWOFOLD_TRUSTED_PROXIES).
 */
import { USER_DATA_VALUE_CHARS_MAX } from '../event/bounds.ts'
import { clientIp } from '../event/client-ip.ts'
import { isCookieId, parseCookieId } from '../event/fbp-fbc.ts'
import { addressIn } from '../event/ip.ts'
import { type CookieDomain, readCookie, refreshCookies } from '../event/visit-cookies.ts'

/** A Web Request, Node's IncomingMessage, or headers alone (Next's `headers()`). */
export interface RequestLike {
  readonly method?: string | undefined
  /** Whole, or from the slash on. */
  readonly url?: string | undefined
  readonly headers: HeadersLike | NodeHeaders
  readonly socket?: { readonly remoteAddress?: string | undefined } | null | undefined
}

export interface HeadersLike {
  get(name: string): string | null
}

type NodeHeaders = { readonly [name: string]: string | string[] | undefined }

/** What the visitor allowed, as far as your site knows; see docs/consent.md. */
export interface ConsentWord {
  readonly state?: 'granted' | 'denied' | 'unknown'
  /** A TCF string, and Google's Additional Consent string beside it. */
  readonly tcf?: string
  readonly tcf_ac?: string
  /** A GPP or US Privacy string. */
  readonly gpp?: string
  readonly consent_mode?: { readonly [field: string]: 'granted' | 'denied' }
  readonly vendors?: { readonly [destinationType: string]: 'granted' | 'denied' }
  /** Where the visitor is: DE, US, US-CA. */
  readonly region?: string
}

export interface RequestOptions {
  /** How many proxies in front of you append to X-Forwarded-For; 0, the default, trusts none. */
  readonly trustedProxies?: number
  /** A header in which your platform writes the visitor's address, such as cf-connecting-ip. */
  readonly ipHeader?: string
  /** The address of the connection, where the request does not tell it. */
  readonly remoteAddress?: string | undefined
  /** Where visitors see you, such as https://www.shop.com; left out: what the request says. */
  readonly origin?: string
  /** The domain that shares the cookies, such as shop.com; left out: see docs/sdk.md. */
  readonly cookieDomain?: string
  /** false: no cookie is set and no id is made; those that are there are read. */
  readonly cookies?: boolean
  /** false: Sec-GPC is not passed on as the visitor's word. */
  readonly gpc?: boolean
  readonly consent?: ConsentWord | undefined
}

export interface RequestContext {
  readonly ip?: string
  readonly userAgent?: string
  readonly url?: string
  readonly referrer?: string
  readonly fbp?: string
  readonly fbc?: string
  readonly consent?: ConsentWord & { readonly signal?: 'gpc' }
  /** Values of Set-Cookie to append to the answer. */
  readonly setCookie: readonly string[]
}

export interface ReadClock {
  nowMs(): number
  random(): number
}

/** Reads the request; takes no time and asks nobody. */
export function readRequest(
  request: RequestLike,
  options: RequestOptions,
  clock: ReadClock,
): RequestContext {
  const get = headerReader(request.headers)
  const own = ownUrl(request.url, get, options)
  const isPage = isNavigation(request.method, get)
  const referrer = webAddress(get('referer'))
  // A call of a page's script happens on that page, not at the address it calls.
  const url = isPage ? own : (referrer ?? own)
  const consent = consentOf(get, options)
  const visit = { get, own, url, options, clock, consent }
  const isReading = !isPage && isSafe(request.method)
  const ids = idsOf(visit, options.cookies !== false && !isReading)
  return {
    ...given('ip', visitorIp(get, request, options)),
    ...given('userAgent', get('user-agent')?.slice(0, USER_DATA_VALUE_CHARS_MAX)),
    ...given('url', url),
    ...given('referrer', isPage ? referrer : undefined),
    ...ids,
    ...(consent ? { consent } : {}),
  }
}

/** The word of the user's own function; when it fails, nobody is identified by a mistake. */
export function askConsent<Request>(
  ask: ((request: Request) => ConsentWord | undefined) | undefined,
  request: Request,
): ConsentWord | undefined {
  try {
    return ask?.(request)
  } catch {
    return { state: 'denied' }
  }
}

export type HeaderReader = (name: string) => string | undefined

/** Undefined for a header that is absent or empty. */
export function headerReader(headers: RequestLike['headers']): HeaderReader {
  if (isHeaders(headers)) return (name) => headers.get(name) || undefined
  return (name) => {
    const value = headers[name]
    return (Array.isArray(value) ? value.join(', ') : value) || undefined
  }
}

function isHeaders(headers: RequestLike['headers']): headers is HeadersLike {
  return typeof headers.get === 'function'
}

/** As the platform's own header says it, else as the server itself finds the visitors' addresses. */
function visitorIp(
  get: HeaderReader,
  { socket }: RequestLike,
  { trustedProxies = 0, ipHeader, remoteAddress }: RequestOptions,
): string | undefined {
  const named = ipHeader && (get(ipHeader.toLowerCase()) ?? '')
  // A list is what everybody on the way may add to.
  if (named !== undefined) return named.includes(',') ? undefined : addressIn(named)
  return clientIp(remoteAddress ?? socket?.remoteAddress, get('x-forwarded-for'), trustedProxies)
}

/** Does it load a page? Browsers that do not say so ask for HTML. */
function isNavigation(method = 'GET', get: HeaderReader): boolean {
  const destination = get('sec-fetch-dest')
  if (destination) return destination === 'document'
  return isSafe(method) && /\btext\/html\b/.test(get('accept') ?? '')
}

function isSafe(method = 'GET'): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** The address of this request as the visitor sees it. Undefined where the request tells none. */
function ownUrl(
  url: string | undefined,
  get: HeaderReader,
  { origin, trustedProxies = 0 }: RequestOptions,
): string | undefined {
  if (!url) return undefined
  const host = get('host')
  try {
    const whole = new URL(url, origin ?? (host && `http://${host}`))
    const forwarded = trustedProxies > 0 && /^https?\b/.exec(get('x-forwarded-proto') ?? '')?.[0]
    const seen = origin ?? `${forwarded || whole.protocol.slice(0, -1)}://${whole.host}`
    return `${seen.replace(/\/+$/, '')}${whole.pathname}${whole.search}`
  } catch {
    return undefined
  }
}

function webAddress(url: string | undefined): string | undefined {
  return url && /^https?:\/\//i.test(url) ? url : undefined
}

function consentOf(
  get: HeaderReader,
  { consent, gpc = true }: RequestOptions,
): RequestContext['consent'] {
  const says = consent?.state !== undefined && consent.state !== 'unknown'
  if (says || !gpc || get('sec-gpc') !== '1') return consent
  return { ...consent, state: 'denied', signal: 'gpc' }
}

interface Visit {
  readonly get: HeaderReader
  readonly own: string | undefined
  readonly url: string | undefined
  readonly options: RequestOptions
  readonly clock: ReadClock
  readonly consent: RequestContext['consent']
}

type Ids = Pick<RequestContext, 'fbp' | 'fbc' | 'setCookie'>

/** Refused, nothing is read or kept; an opt-out of advertising is no refusal of cookies. */
function idsOf(visit: Visit, mayKeep: boolean): Ids {
  const { get, own, url, options, clock, consent } = visit
  if (consent?.state === 'denied' && consent.signal !== 'gpc') return { setCookie: [] }
  const cookieHeader = get('cookie') ?? ''
  const known = { fbp: readCookie(cookieHeader, '_fbp='), fbc: latestFbc(cookieHeader) }
  const host = own && new URL(own).hostname
  const domain = cookieDomain(host, options.cookieDomain, known.fbp ?? known.fbc)
  const ids = refreshCookies({
    cookieHeader,
    fbp: undefined,
    fbc: known.fbc,
    pageUrl: url,
    domain,
    secure: own?.startsWith('https:') ?? false,
    nowMs: clock.nowMs(),
    random: clock.random,
  })
  // An id that is kept nowhere names nobody; a click is told by the address itself.
  if (!mayKeep || !host) {
    return { ...given('fbp', known.fbp), ...given('fbc', ids.fbc), setCookie: [] }
  }
  return { fbp: ids.fbp, ...given('fbc', ids.fbc), setCookie: ids.setCookie }
}

/** A host's own cookie and its domain's may both be there: the later click counts. */
function latestFbc(header: string): string | undefined {
  let latest: string | undefined
  let latestMs = -1
  for (const [, value = ''] of header.matchAll(/(?:^|;\s*)_fbc=([^;]*)/g)) {
    const madeMs = isCookieId(value) ? (parseCookieId(value)?.createdAtMs ?? 0) : -1
    if (madeMs > latestMs) [latest, latestMs] = [value, madeMs]
  }
  return latest
}

/**
 * The domain that the user names; else the one an existing id stands on, which the browser chose
 * with its list of public suffixes and wrote into the id as the number of its dots; else the host
 * alone. No list of suffixes has room on an edge.
 */
function cookieDomain(
  host: string | undefined,
  chosen: string | undefined,
  id: string | undefined,
): CookieDomain {
  if (chosen) return { domain: chosen, subdomainIndex: chosen.split('.').length - 1 }
  const labels = host && !addressIn(host) ? host.split('.') : []
  const index = (id && parseCookieId(id)?.subdomainIndex) || 0
  if (index < 1 || labels.length <= index) return { subdomainIndex: 0 }
  return { domain: labels.slice(-index - 1).join('.'), subdomainIndex: index }
}

function given<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [K in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: Value }
}
