import type { FastifyRequest } from 'fastify'
import { expect, it } from 'vitest'
import { scrapers } from './scraper.ts'

const HTTPS = 'https://events.shop.example'
const NEAR = '127.0.0.1'
const FAR = '8.8.8.8'

interface From {
  readonly socket?: string
  readonly trusted?: number
  readonly publicUrl?: string
  readonly headers?: Readonly<Record<string, string>>
}

function may({ socket = NEAR, trusted = 0, publicUrl, headers = {} }: From): boolean {
  const config = { trustedProxies: trusted, publicUrl }
  const authorize = (token: string, id: string): boolean => token === 'all' && id === '*'
  const request = { headers, socket: { remoteAddress: socket } } as unknown as FastifyRequest
  return scrapers(config, { authorize })(request)
}
const via = (list: string) => ({ 'x-forwarded-for': list })

it.each<[string, From, boolean]>([
  ['the machine', {}, true],
  ['the machine by IPv6', { socket: '::1' }, true],
  ['the private network', { socket: '::ffff:10.1.2.3' }, true],
  ['the internet', { socket: FAR }, false],
  ['a socket that is gone', { socket: '' }, false],
  ['a proxy unknown to us', { headers: via(NEAR) }, false],
  ['the same by the newer header', { headers: { forwarded: 'for=10.0.0.1' } }, false],
  ['a proxy that says only the scheme', { headers: { 'x-forwarded-proto': 'https' } }, false],
  ['a proxy that names visitors its way', { headers: { 'x-real-ip': NEAR } }, false],
  ['a silent proxy at an https address', { publicUrl: HTTPS }, false],
  ['the machine at an http address', { publicUrl: 'http://events.lan' }, true],
  ['a visitor through a known proxy', { trusted: 1, headers: via(FAR) }, false],
  ['a visitor who adds an address', { trusted: 1, headers: via(`${NEAR}, ${FAR}`) }, false],
  ['a visitor who skips one of two', { trusted: 2, headers: via(`10.0.0.1, ${FAR}`) }, false],
  ['a visitor without an address', { trusted: 1, headers: via('unknown') }, false],
  ['whom a known proxy does not name', { trusted: 1, headers: { 'x-real-ip': NEAR } }, false],
  ['the network through a known proxy', { trusted: 1, headers: via('10.0.0.7') }, true],
  ['the machine beside a known proxy', { trusted: 1, publicUrl: HTTPS }, true],
  ['a token for everything', { socket: FAR, headers: { authorization: 'Bearer all' } }, true],
  ['another token', { headers: { authorization: 'Bearer one' } }, false],
  ['another way to sign in', { headers: { authorization: 'Basic all' } }, false],
])('%s', (_, from, expected) => {
  expect(may(from)).toBe(expected)
})
