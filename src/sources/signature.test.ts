/** Proofs of deliveries: what is taken and what is not, per platform. */
import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { shopify } from './shopify.ts'
import { standardWebhook } from './signature.ts'
import type { HookRequest, Source } from './source.ts'
import { stripe } from './stripe.ts'
import { woocommerce } from './woocommerce.ts'

const NOW_MS = 1_772_460_000_000
const NOW_S = NOW_MS / 1000
const SECRET = 'whsec_0123456789abcdef'
const BODY = '{"price": 1.0, "name": "Café"}'

const request = (headers: Record<string, string>, body = BODY): HookRequest => ({
  method: 'POST',
  url: 'https://t.example/hooks/x/c_1',
  headers,
  body: Buffer.from(body),
})
const base64 = (secret: string, body = BODY): string =>
  createHmac('sha256', secret).update(body).digest('base64')
const hex = (secret: string, text: string): string =>
  createHmac('sha256', secret).update(text).digest('hex')

const codeOf = (source: Source<never>, headers: Record<string, string>, more = {}): string => {
  const { body = BODY, secrets = [SECRET] } = more as { body?: string; secrets?: string[] }
  const verified = source.verify(request(headers, body), { secrets, nowMs: NOW_MS })
  return verified.ok ? 'ok' : verified.code
}

describe.each([
  ['shopify', shopify as unknown as Source<never>, 'x-shopify-hmac-sha256'],
  ['shopify, new', shopify as unknown as Source<never>, 'shopify-hmac-sha256'],
  ['woocommerce', woocommerce as unknown as Source<never>, 'x-wc-webhook-signature'],
])('a signature of %s', (_, source, header) => {
  it.each([
    ['by the secret', { [header]: base64(SECRET) }, {}, 'ok'],
    [
      'by the second of two',
      { [header]: base64(SECRET) },
      { secrets: ['older-one', SECRET] },
      'ok',
    ],
    ['by another secret', { [header]: base64('another') }, {}, 'signature_wrong'],
    [
      'of a body written anew',
      { [header]: base64(SECRET, '{"price":1,"name":"Café"}') },
      {},
      'signature_wrong',
    ],
    ['in hex', { [header]: hex(SECRET, BODY) }, {}, 'signature_wrong'],
    ['that is missing', {}, {}, 'signature_missing'],
    ['that is empty', { [header]: '' }, {}, 'signature_missing'],
  ])('%s', (__, headers, more, code) => {
    expect(codeOf(source, headers as Record<string, string>, more)).toBe(code)
  })
})

describe('a signature of stripe', () => {
  const signed = (t: number | string, ...secrets: string[]): Record<string, string> => ({
    'stripe-signature': [`t=${t}`, ...secrets.map((one) => `v1=${hex(one, `${t}.${BODY}`)}`)].join(
      ',',
    ),
  })
  it.each([
    ['of now', signed(NOW_S, SECRET), 'ok'],
    ['among several', signed(NOW_S, 'other-secret', SECRET), 'ok'],
    ['five minutes old', signed(NOW_S - 300, SECRET), 'ok'],
    ['older', signed(NOW_S - 301, SECRET), 'signature_old'],
    ['of the future', signed(NOW_S + 301, SECRET), 'signature_old'],
    ['of no time', signed('', SECRET), 'signature_old'],
    ['by another', signed(NOW_S, 'other-secret'), 'signature_wrong'],
    ['without v1', { 'stripe-signature': `t=${NOW_S}` }, 'signature_wrong'],
    ['that is missing', {}, 'signature_missing'],
  ])('%s', (_, headers, code) => {
    expect(codeOf(stripe as unknown as Source<never>, headers as Record<string, string>)).toBe(code)
  })
})

describe('a signature of Standard Webhooks', () => {
  const key = Buffer.alloc(32, 7)
  const secret = `whsec_${key.toString('base64')}`
  const headers = (t: number, signature: string): Record<string, string> => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(t),
    'webhook-signature': signature,
  })
  const sign = (t: number): string =>
    `v1,${createHmac('sha256', key).update(`msg_1.${t}.${BODY}`).digest('base64')}`
  it.each([
    ['of now', headers(NOW_S, sign(NOW_S)), true],
    ['beside others', headers(NOW_S, `v1a,xx v1,yy ${sign(NOW_S)}`), true],
    ['too old', headers(NOW_S - 301, sign(NOW_S - 301)), false],
    ['of another moment', headers(NOW_S, sign(NOW_S - 1)), false],
  ])('%s', (_, given, ok) => {
    const context = { secrets: [secret], nowMs: NOW_MS }
    expect(standardWebhook(request(given as Record<string, string>), context).ok).toBe(ok)
  })
})
