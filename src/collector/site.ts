/**
 * Whose request is it: the host and scheme it came to, and whether a page belongs to the same site
 * (eTLD+1). Cookies and the script's own address depend on it. X-Forwarded-Host is not read: a
 * stranger could write it, and a shared cache would keep the answer. TWOFOLD_PUBLIC_URL says it.
 */
import type { CookieDomain } from '../event/visit-cookies.ts'
import { HOSTS_CACHED_MAX } from '../limits.ts'
import { cookieDomain } from './cookie-domain.ts'
import type { CollectorPorts } from './ports.ts'
import type { Visit } from './visit.ts'

type SitePorts = Pick<CollectorPorts, 'publicUrl' | 'trustedProxies'>

/** `https://events.shop.com`: where this program is reached. Undefined without a usable Host. */
export function ownOrigin(request: Visit, ports: SitePorts): string | undefined {
  if (ports.publicUrl) return ports.publicUrl
  const { host } = request.headers
  if (!host || !HOST.test(host)) return undefined
  return `${isSecure(request, ports) ? 'https' : 'http'}://${host}`
}

/** Did the browser come over https, as far as we and the trusted proxies know? */
export function isSecure(request: Visit, ports: SitePorts): boolean {
  if (ports.publicUrl) return ports.publicUrl.startsWith('https:')
  const forwarded = ports.trustedProxies > 0 && request.headers['x-forwarded-proto']
  if (forwarded) return /^https\b/i.test(forwarded.toString())
  return 'encrypted' in request.socket
}

/**
 * Where cookies for a page go: the domain that the page shares with the host this request came to.
 * Undefined when they are two sites, or the page is not known.
 */
export function sharedCookieDomain(
  request: Visit,
  ports: SitePorts,
  pageHost: string | undefined,
): CookieDomain | undefined {
  if (!pageHost) return undefined
  const page = siteOf(pageHost)
  for (const host of [request.headers.host, hostOf(ports.publicUrl)]) {
    if (host && siteOf(host).name === page.name) return page.cookie
  }
  return undefined
}

/** The host of an http(s) URL, without user and port, lower-case; undefined for anything else. */
export function hostOf(url: string | undefined): string | undefined {
  const host = url && URL_HOST.exec(url)?.[1]
  return host ? host.toLowerCase() : undefined
}

const HOST = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i
const URL_HOST = /^https?:\/\/(?:[^/?#@\\]*@)?([a-z0-9._-]+|\[[0-9a-f:.]+\])(?=[:/?#]|$)/i

interface Site {
  /** eTLD+1, or the host itself where there is none (localhost, an IP address). */
  readonly name: string
  readonly cookie: CookieDomain
}

const sites = new Map<string, Site>()

function siteOf(host: string): Site {
  const known = sites.get(host)
  if (known) return known
  const cookie = cookieDomain(host)
  const site = { name: cookie.domain ?? host.replace(/:\d+$/, '').toLowerCase(), cookie }
  if (sites.size >= HOSTS_CACHED_MAX) sites.clear()
  sites.set(host, site)
  return site
}
