/**
 * Where a request to the API comes from, through the proxies that the operator trusts: failed
 * sign-ins are counted by address, and cookies marked for https. main.ts gives it to the API.
 */
import type { FastifyRequest } from 'fastify'
import { clientIp } from './event/client-ip.ts'

/** Without trusted proxies only the connection itself is believed. */
export function clientOf(
  { socket, headers, protocol, ip }: FastifyRequest,
  trustedProxies: number,
): { address: string; https: boolean } {
  const forwarded = trustedProxies > 0 ? String(headers['x-forwarded-proto'] ?? '') : ''
  const address = clientIp(socket.remoteAddress, headers['x-forwarded-for'], trustedProxies)
  const https = protocol === 'https' || /(^|,)\s*https\s*$/i.test(forwarded)
  return { address: address ?? ip, https }
}
