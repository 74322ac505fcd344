import { gzipSync } from 'node:zlib'
import { afterEach, expect, it } from 'vitest'
import { TwofoldError } from '../errors.ts'
import { ANSWER_BYTES_MAX, EXCHANGE_ANSWER_CHARS_MAX, RETRY_AFTER_MS_MAX } from '../limits.ts'
import { exchangeOver, type HttpRequest, pauseMs, retryAfter, shownUrl } from './http-exchange.ts'
import { NOW_MS, portsOf, type Receiver, startReceiver } from './receiver.fixture.ts'

let receiver: Receiver | undefined
afterEach(async () => {
  await receiver?.close()
  receiver = undefined
})

const requestTo = (url: string): HttpRequest => ({
  method: 'POST',
  url,
  headers: {},
  body: 'x',
  events: 1,
  secrets: [''],
})

it.each([
  ['ENOTFOUND', 'retry dns'],
  ['EAI_AGAIN', 'retry dns'],
  ['ECONNREFUSED', 'retry refused'],
  ['CERT_HAS_EXPIRED', 'held tls'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'held tls'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'held tls'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'held tls'],
  ['EPROTO', 'held tls'],
  ['UND_ERR_CONNECT_TIMEOUT', 'retry timeout'],
  ['UND_ERR_HEADERS_TIMEOUT', 'retry timeout, lost'],
  ['ETIMEDOUT', 'retry timeout, lost'],
  ['UND_ERR_SOCKET', 'retry network, lost'],
  ['ECONNRESET', 'retry network, lost'],
  ['EHOSTUNREACH', 'retry network'],
])('a failure before the answer: %s is %s', async (systemCode, expected) => {
  const cause = Object.assign(new Error('x'), { code: systemCode })
  const wrapped = new AggregateError([cause])
  const ports = {
    ...portsOf(),
    fetch: () => Promise.reject(new TypeError('fetch failed', { cause: wrapped })),
  }
  const { answer, failure, exchange } = await exchangeOver(requestTo('https://shop.com/'), ports)
  expect(answer).toBeUndefined()
  const lost = failure?.state === 'retry' && failure.lost ? ', lost' : ''
  expect(`${failure?.state} ${failure?.code}${lost}`).toBe(expected)
  expect(exchange).toMatchObject({ status: 0, answer: failure?.detail })
})

it('a target that is not public is held, with the words what to set', async () => {
  const refusal = new TwofoldError('private_target', '10.0.0.1 is not a public address.')
  const ports = { ...portsOf(), fetch: () => Promise.reject(refusal) }
  const { failure } = await exchangeOver(requestTo('https://shop.com/'), ports)
  expect(failure).toMatchObject({ state: 'held', code: 'private_target' })
  expect(failure?.detail).toMatch(/10\.0\.0\.1 is not a public .* TWOFOLD_ALLOW_PRIVATE_TARGETS\.$/)
})

it.each([
  ['timeout', new DOMException('late', 'TimeoutError')],
  ['stopped', undefined],
])('a try that is ended: %s', async (code, reason) => {
  const controller = new AbortController()
  const ports = { ...portsOf(controller.signal), fetch: () => Promise.reject(new Error('x')) }
  controller.abort(reason)
  const { failure } = await exchangeOver(requestTo('https://shop.com/'), ports)
  expect(failure).toMatchObject({ state: 'retry', code })
})

it('an answer without an end is read to its bound only', async () => {
  let sent = 0
  const body = new ReadableStream({
    pull: (controller) => {
      sent += 10_000
      controller.enqueue(new TextEncoder().encode('a'.repeat(10_000)))
    },
  })
  const ports = { ...portsOf(), fetch: async () => new Response(body, { status: 500 }) }
  const { answer, exchange } = await exchangeOver(requestTo('https://shop.com/'), ports)
  expect(answer?.status).toBe(500)
  expect(exchange.answer).toBe('a'.repeat(EXCHANGE_ANSWER_CHARS_MAX))
  expect(sent).toBeLessThan(ANSWER_BYTES_MAX + 50_000)
})

it('a small answer that unpacks to a huge one is read to its bound only', async () => {
  const body = gzipSync(Buffer.alloc(50_000_000, 'a'))
  receiver = await startReceiver(() => ({
    status: 200,
    headers: { 'content-encoding': 'gzip' },
    body,
  }))
  const { answer } = await exchangeOver(requestTo(receiver.url), portsOf())
  expect(answer?.status).toBe(200)
  expect(answer?.text.length).toBeLessThan(ANSWER_BYTES_MAX * 4)
})

it('a body that breaks off leaves the status standing', async () => {
  const body = new ReadableStream({
    pull: (controller) => controller.error(new Error('reset')),
  })
  const ports = { ...portsOf(), fetch: async () => new Response(body, { status: 207 }) }
  const { answer, failure, exchange } = await exchangeOver(requestTo('https://shop.com/'), ports)
  expect(answer).toMatchObject({ status: 207, text: '' })
  expect(failure).toMatchObject({ state: 'retry', code: 'network' })
  expect(exchange).toMatchObject({ status: 207, answer: failure?.detail })
})

it.each([
  ['https://shop.com/hooks/a?token=1', 'https://shop.com/…'],
  ['https://shop.com/hooks/8a7b6c5d4e3f2a1b0c', 'https://shop.com/…'],
  ['https://shop.com/?token=1', 'https://shop.com/…'],
  ['https://a:b@shop.com/', 'https://shop.com/'],
  ['nonsense', ''],
])('shows %s as %s', (url, expected) => {
  expect(shownUrl(url)).toBe(expected)
})

it.each([
  [null, undefined],
  ['30', 30_000],
  [' 1.5 ', 1500],
  ['0', 0],
  [new Date(NOW_MS + 120_000).toUTCString(), 120_000],
  [new Date(NOW_MS - 120_000).toUTCString(), 0],
  ['999999999', RETRY_AFTER_MS_MAX],
  ['soon', undefined],
  ['', undefined],
  ['-5', undefined],
])('Retry-After %j means %s ms', (header, afterMs) => {
  const headers = new Headers(header === null ? {} : { 'retry-after': header })
  expect(retryAfter(headers, NOW_MS)).toEqual(afterMs === undefined ? {} : { afterMs })
})

it('no pause is longer than the bound', () => {
  expect([-1, 0.2, 1e12].map(pauseMs)).toEqual([0, 1, RETRY_AFTER_MS_MAX])
})
