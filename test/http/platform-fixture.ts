/**
 * A shop's platforms at the public door: payloads of the documented shapes, signed as each platform
 * signs, delivered as often and in whatever order a test says.
 */
import { createHmac, randomBytes } from 'node:crypto'
import type {
  ConnectionMadeAnswer,
  ConnectionShown,
  SourceDeliveriesAnswer,
  SourceDeliveryView,
} from '../../src/api/types.ts'
import type { TestServer } from '../start.ts'

export interface Deliver {
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

export interface Connected {
  readonly connection: ConnectionMadeAnswer
  readonly secret: string
  /** The status of the answer. */
  send(delivery: Deliver): Promise<number>
  deliveries(): Promise<readonly SourceDeliveryView[]>
  shown(): Promise<ConnectionShown>
  /** Until nothing waits any more. */
  settled(): Promise<readonly SourceDeliveryView[]>
}

/** Signs a body with a secret, into headers. */
export type Sign = (body: string, secret: string, url?: string) => Readonly<Record<string, string>>

export const SIGN: Readonly<Record<string, Sign>> = {
  shopify: (body, secret) => ({ 'x-shopify-hmac-sha256': base64(body, secret) }),
  woocommerce: (body, secret) => ({ 'x-wc-webhook-signature': base64(body, secret) }),
  stripe: (body, secret) => {
    const t = Math.floor(Date.now() / 1000)
    const v1 = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')
    return { 'stripe-signature': `t=${t},v1=${'0'.repeat(64)},v1=${v1}` }
  },
  paddle: (body, secret) => {
    const ts = Math.floor(Date.now() / 1000)
    const h1 = createHmac('sha256', secret).update(`${ts}:${body}`).digest('hex')
    return { 'paddle-signature': `ts=${ts};h1=${h1}` }
  },
  hubspot: (body, secret, url) => {
    const timestamp = String(Date.now())
    return {
      'x-hubspot-request-timestamp': timestamp,
      'x-hubspot-signature-v3': base64(`POST${url}${body}${timestamp}`, secret),
    }
  },
}

const base64 = (body: string, secret: string): string =>
  createHmac('sha256', secret).update(body).digest('base64')

export async function connect(
  server: TestServer,
  datasetId: string,
  { source, settings = {} }: { source: string; settings?: Record<string, unknown> },
): Promise<Connected> {
  const base = `/api/datasets/${datasetId}/connections`
  const made = await server.api<ConnectionMadeAnswer>('POST', base, { source, settings })
  const one = `${base}/${made.connection_id}`
  const secret = made.secret ?? `whsec_${randomBytes(16).toString('hex')}`
  if (made.secret === null) await server.api('PATCH', one, { settings: { secrets: [secret] } })
  const deliveries = async (): Promise<readonly SourceDeliveryView[]> => {
    const path = `/api/datasets/${datasetId}/source-deliveries?connection_id=${made.connection_id}`
    return (await server.api<SourceDeliveriesAnswer>('GET', path)).deliveries
  }
  return {
    connection: made,
    secret,
    deliveries,
    shown: () => server.api('GET', one),
    send: async ({ headers = {}, body }) => {
      const url = new URL(made.url).pathname.replace(/^/, server.url)
      const signed = SIGN[source]?.(body, secret, url) ?? {}
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...signed, ...headers },
        body,
      })
      await answer.text()
      return answer.status
    },
    settled: async () => {
      for (let tries = 0; tries < 200; tries++) {
        const list = await deliveries()
        if (list.every(({ state }) => state !== 'received')) return list
        await new Promise((done) => setTimeout(done, 50))
      }
      throw new Error('deliveries are still waiting')
    },
  }
}
