import type { FastifyRequest } from 'fastify'
import { expect, it } from 'vitest'
import { scrapers } from './scraper.ts'

const tokens = { authorize: (token: string, id: string) => token === 'all' && id === '*' }
const from = (remoteAddress: string, headers: Record<string, string> = {}): FastifyRequest =>
  ({ socket: { remoteAddress }, headers, protocol: 'http', ip: remoteAddress }) as never

it.each([
  ['the machine itself', from('127.0.0.1'), 0, true],
  ['a container beside it', from('::ffff:172.18.0.4'), 0, true],
  ['the internet', from('8.8.8.8'), 0, false],
  ['a proxy nobody trusts', from('127.0.0.1', { 'x-forwarded-for': '10.0.0.1' }), 0, false],
  ['the same by the newer header', from('127.0.0.1', { forwarded: 'for=10.0.0.1' }), 0, false],
  ['the internet by a proxy', from('127.0.0.1', { 'x-forwarded-for': '8.8.8.8' }), 1, false],
  [
    'who invents an address',
    from('127.0.0.1', { 'x-forwarded-for': '10.0.0.1, 8.8.8.8' }),
    1,
    false,
  ],
  ['the private network by a proxy', from('127.0.0.1', { 'x-forwarded-for': '10.0.0.1' }), 1, true],
  ['a token for everything', from('8.8.8.8', { authorization: 'Bearer all' }), 0, true],
  ['another token, also nearby', from('127.0.0.1', { authorization: 'Bearer one' }), 0, false],
  ['no token at all', from('127.0.0.1', { authorization: 'Basic YTpi' }), 0, false],
])('%s', (_, request, trustedProxies, may) => {
  expect(scrapers({ trustedProxies }, tokens)(request)).toBe(may)
})
