/**
 * For the tests of the advertising destinations: a scripted HTTP server that stands for an API, and
 * the purchase of the examples with something changed.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { PURCHASE } from './ads-examples.ts'
import type { OutboundEvent, SendPorts } from './destination.ts'
import { startReceiver } from './receiver.fixture.ts'

export interface RemoteRequest {
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
}

export interface RemoteAnswer {
  readonly status?: number
  readonly headers?: { readonly [name: string]: string }
  readonly body?: unknown
  /** Ends the connection without an answer. */
  readonly reset?: boolean
}

export interface Remote {
  readonly url: string
  readonly requests: RemoteRequest[]
  /** Decides every answer from now on. */
  answer(how: (request: RemoteRequest) => RemoteAnswer): void
  close(): Promise<void>
}

export async function startRemote(): Promise<Remote> {
  const requests: RemoteRequest[] = []
  let how: (request: RemoteRequest) => RemoteAnswer = () => ({})
  const { url, close } = await startReceiver(({ url, headers, body }) => {
    const request = { url, headers, body: JSON.parse(body.toString()) as unknown }
    requests.push(request)
    const { status = 200, headers: more = {}, body: answer, reset } = how(request)
    if (reset) return 'reset'
    const text = answer === undefined ? '' : JSON.stringify(answer)
    return { status, headers: { 'Content-Type': 'application/json', ...more }, body: text }
  })
  return {
    url,
    requests,
    answer: (next) => {
      how = next
      requests.length = 0
    },
    close,
  }
}

export function changed(event: object, envelope: object = {}): OutboundEvent {
  return {
    ...PURCHASE,
    event: { ...PURCHASE.event, ...event },
    envelope: { ...PURCHASE.envelope, ...envelope },
  }
}

export function testPorts(signal = new AbortController().signal): SendPorts {
  return { fetch, nowMs: () => 1_767_226_000_000, signal, random: () => 0.5 }
}
