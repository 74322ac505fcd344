/**
 * Who may read /metrics: the machine, its private network, and a token for everything. How many
 * conversions a server counts is nobody else's business, yet its address is public. main.ts has
 * health.ts ask it.
 */
import type { FastifyRequest } from 'fastify'
import { ALL } from './access/grant.ts'
import { clientOf } from './client-of.ts'
import { isPrivateAddress } from './private-address.ts'

interface Tokens {
  readonly authorize: (token: string, datasetId: string, purpose: 'read') => boolean
}

export function scrapers(
  { trustedProxies }: { readonly trustedProxies: number },
  { authorize }: Tokens,
): (request: FastifyRequest) => boolean {
  return (request) => {
    const { authorization, forwarded } = request.headers
    if (authorization !== undefined) {
      const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1]
      return token !== undefined && authorize(token, ALL, 'read')
    }
    // A proxy that nobody told us to trust stands between: whose it is cannot be seen.
    const via = request.headers['x-forwarded-for'] ?? forwarded
    const isHidden = trustedProxies === 0 && via !== undefined
    return !isHidden && isPrivateAddress(clientOf(request, trustedProxies).address)
  }
}
