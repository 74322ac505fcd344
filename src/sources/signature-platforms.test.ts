/** Each further platform's way to sign: taken as it signs, refused when a byte or the time is off. */
import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { bigcommerce } from './bigcommerce.ts'
import { calendly } from './calendly.ts'
import { generic } from './generic.ts'
import { hubspot } from './hubspot.ts'
import { klaviyo } from './klaviyo.ts'
import { paddle } from './paddle.ts'
import { pipedrive } from './pipedrive.ts'
import { segment } from './segment.ts'
import type { HookRequest, Source } from './source.ts'
import { twilio } from './twilio.ts'
import { typeform } from './typeform.ts'
import { webflow } from './webflow.ts'

const NOW_MS = 1_772_460_000_000
const NOW_S = NOW_MS / 1000
const SECRET = 'secret-of-the-platform'
const URL_HERE = 'https://t.example/hooks/x/c_1'
const hmac = (how: 'sha256' | 'sha1', text: string) => createHmac(how, SECRET).update(text)
const FORM = 'CallStatus=completed&CallSid=CA1&To=%2B1555'

interface Case {
  readonly source: Source<never>
  readonly body?: string
  readonly url?: string
  readonly headers: (body: string) => Record<string, string>
}
const of = (source: unknown): Source<never> => source as Source<never>

const CASES: Readonly<Record<string, Case>> = {
  typeform: {
    source: of(typeform),
    headers: (body) => ({
      'typeform-signature': `sha256=${hmac('sha256', body).digest('base64')}`,
    }),
  },
  calendly: {
    source: of(calendly),
    headers: (body) => ({
      'calendly-webhook-signature': `t=${NOW_S},v1=${hmac('sha256', `${NOW_S}.${body}`).digest('hex')}`,
    }),
  },
  'paddle, while its secret changes': {
    source: of(paddle),
    headers: (body) => ({
      'paddle-signature': `ts=${NOW_S};h1=${hmac('sha256', `${NOW_S}:${body}`).digest('hex')};h1=00`,
    }),
  },
  webflow: {
    source: of(webflow),
    headers: (body) => ({
      'x-webflow-timestamp': String(NOW_MS),
      'x-webflow-signature': hmac('sha256', `${NOW_MS}:${body}`).digest('hex'),
    }),
  },
  twilio: {
    source: of(twilio),
    body: FORM,
    headers: () => {
      const text = `${URL_HERE}CallSidCA1CallStatuscompletedTo+1555`
      return { 'x-twilio-signature': hmac('sha1', text).digest('base64') }
    },
  },
  'bigcommerce, by its client secret': {
    source: of(bigcommerce),
    headers: (body) => ({
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(NOW_S),
      'webhook-signature': `v1,${hmac('sha256', `msg_1.${NOW_S}.${body}`).digest('base64')}`,
    }),
  },
  'hubspot, over the address with some signs in clear': {
    source: of(hubspot),
    url: `${URL_HERE}?a=b%3Ac%20d`,
    headers: (body) => {
      const over = `POST${URL_HERE}?a=b:c%20d${body}${NOW_MS}`
      return {
        'x-hubspot-request-timestamp': String(NOW_MS),
        'x-hubspot-signature-v3': hmac('sha256', over).digest('base64'),
      }
    },
  },
  klaviyo: {
    source: of(klaviyo),
    headers: (body) => ({
      'klaviyo-timestamp': String(NOW_S),
      'klaviyo-signature': hmac('sha256', `${body}${NOW_S}`).digest('hex'),
    }),
  },
  segment: {
    source: of(segment),
    headers: (body) => ({ 'x-signature': hmac('sha1', body).digest('hex') }),
  },
}

const verify = (source: Source<never>, request: Partial<HookRequest>, nowMs = NOW_MS) =>
  source.verify(
    { method: 'POST', url: URL_HERE, headers: {}, body: Buffer.from('{}'), ...request },
    { secrets: ['another-secret', SECRET], nowMs },
  )

describe.each(Object.entries(CASES))(
  '%s',
  (_, { source, headers, url = URL_HERE, body = '{"a": 1.0}' }) => {
    it('is proven by its own signature, and by no other', () => {
      const signed = headers(body)
      const request = { url, headers: signed, body: Buffer.from(body) }
      expect(verify(source, request)).toEqual({ ok: true })
      const other = Buffer.from(`${body}1`)
      expect(verify(source, { ...request, body: other }).ok).toBe(false)
      const isTimed = Object.values(signed).some((value) => value.includes(String(NOW_S)))
      const late = verify(source, request, NOW_MS + 301_000)
      expect(late.ok).toBe(!isTimed)
    })
  },
)

describe('a key', () => {
  it.each([
    ['in the address', { url: `${URL_HERE}?key=${SECRET}` }, true],
    ['in a header', { headers: { 'x-twofold-key': SECRET } }, true],
    ['as password of Basic', { headers: { authorization: `Basic ${btoa(`u:${SECRET}`)}` } }, true],
    ['as user of Basic', { headers: { authorization: `Basic ${btoa(`${SECRET}:`)}` } }, true],
    ['that is another', { url: `${URL_HERE}?key=${SECRET}x` }, false],
    ['that is empty', { url: `${URL_HERE}?key=` }, false],
  ])('%s', (_, request, ok) => {
    for (const source of [pipedrive, generic, webflow, segment, bigcommerce]) {
      expect(verify(of(source), request).ok).toBe(ok)
    }
  })
})
