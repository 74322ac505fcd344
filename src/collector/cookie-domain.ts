/**
 * On which domain _fbp and _fbc belong: the registrable one (eTLD+1), so that shop.example.com and
 * example.com share one browser id. Knows the public suffix list, private suffixes included, and is
 * therefore server-only: the pixel gets the answer in its cookies.
 */
import { getDomain } from 'tldts'
import type { CookieDomain } from '../event/visit-cookies.ts'

/** `host` as in the Host header, with or without a port. */
export function cookieDomain(host: string): CookieDomain {
  // Without private suffixes every shop on one hosting domain would share its neighbours' cookies.
  const domain = getDomain(host, { allowPrivateDomains: true })
  // An empty first label is no host; tldts would overlook it.
  if (!domain?.includes('.') || host.startsWith('.')) return { subdomainIndex: 0 }
  return { domain, subdomainIndex: domain.split('.').length - 1 }
}
