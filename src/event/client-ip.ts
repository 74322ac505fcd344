/**
 * The visitor's address: the connection's own, or, behind a configured number of trusted proxies,
 * the one those proxies wrote down. Whatever stands further left in X-Forwarded-For was written by
 * strangers and is never believed.
 */
import { addressIn } from './ip.ts'

/** Undefined when what the proxy wrote is no address. Ports, brackets and zones are taken off. */
export function clientIp(
  socketAddress: string | undefined,
  forwardedFor: string | readonly string[] | undefined,
  trustedProxies: number,
): string | undefined {
  if (trustedProxies === 0 || !forwardedFor?.length) return addressIn(socketAddress ?? '')
  const hops = forwardedFor.toString().split(',')
  // Each trusted proxy appended one entry. Fewer entries: the request skipped some of the proxies.
  const hop = hops[Math.max(0, hops.length - trustedProxies)] ?? ''
  return addressIn(hop.replaceAll('"', ''))
}
