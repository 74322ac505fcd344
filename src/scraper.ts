/**
 * Who may read /metrics: the machine, its private network, and a token for everything. How many
 * conversions a server counts is nobody else's business, yet its address is public. main.ts has
 * health.ts ask it.
 */
import type { FastifyRequest } from 'fastify'
import { ALL } from './access/grant.ts'
import type { Config } from './config.ts'
import { addressIn } from './event/ip.ts'
import { isPrivateAddress } from './private-address.ts'

interface Tokens {
  readonly authorize: (token: string, datasetId: string, purpose: 'read') => boolean
}

/** What proxies add, each its own choice of these. */
const PROXY_HEADERS: readonly string[] = [
  ...['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-real-ip'],
  ...['forwarded', 'via', 'cf-connecting-ip', 'true-client-ip'],
]

export function scrapers(
  { trustedProxies, publicUrl }: Pick<Config, 'trustedProxies' | 'publicUrl'>,
  { authorize }: Tokens,
): (request: FastifyRequest) => boolean {
  // This server speaks no TLS: at an https address there is a proxy, and some add no header.
  const isBehind = publicUrl?.startsWith('https:') === true
  return ({ headers, socket }) => {
    const { authorization } = headers
    if (authorization !== undefined) {
      const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1]
      return token !== undefined && authorize(token, ALL, 'read')
    }
    // Through a proxy that nobody told us of, or that does not say for whom it asks, everybody
    // looks like the machine.
    const isMarked = PROXY_HEADERS.some((name) => headers[name] !== undefined)
    const isHidden = headers['x-forwarded-for'] === undefined
    if (trustedProxies === 0 ? isBehind || isMarked : isMarked && isHidden) return false
    // All of the way, whoever wrote it down: a stranger can add private addresses, not take away
    // their own.
    const hops = headers['x-forwarded-for']?.toString().split(',') ?? []
    return [socket.remoteAddress ?? '', ...hops].every(isPrivate)
  }
}

function isPrivate(text: string): boolean {
  const address = addressIn(text.replaceAll('"', ''))
  return address !== undefined && isPrivateAddress(address)
}
