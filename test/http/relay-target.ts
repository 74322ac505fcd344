/**
 * A place to send to, for tests of the relay through the whole program: a real HTTP server that
 * remembers what it took, and a small real destination that talks to it with the relay's fetch.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import type { Destination, Outcome } from '../../src/destinations/destination.ts'
import type { Json } from '../../src/event/shape.ts'

export interface Taken {
  readonly key: string
  readonly event: {
    readonly event_id: string
    readonly event_name: string
    readonly [k: string]: Json
  }
}

export interface Target {
  readonly url: string
  /** The only token it takes; anybody else gets 401. */
  token: string
  /** Takes connections and never answers. */
  hanging: boolean
  readonly taken: Taken[]
  close(): Promise<void>
}

export async function openTarget(token: string): Promise<Target> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (target.hanging) return
      const known = request.headers.authorization === `Bearer ${target.token}`
      if (known) target.taken.push(...(JSON.parse(Buffer.concat(chunks).toString()) as Taken[]))
      response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ ok: known, you_sent: request.headers.authorization }))
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const target: Target = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    token,
    hanging: false,
    taken: [],
    close: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
  return target
}

const schema = z.object({
  url: z.url().describe('Where to send.'),
  token: z.string().min(1).meta({ secret: true }).describe('Sent as a bearer token.'),
})
type Settings = z.infer<typeof schema>

export const targetDestination: Destination<Settings> = {
  name: 'target',
  title: 'Target',
  about: 'A server of the tests.',
  schema,
  bounds: {
    eventsMax: 100,
    bytesMax: 1_000_000,
    inFlightMax: 2,
    ageMsMax: () => 7 * 86_400_000,
  },
  accepts: () => true,
  payloadOf: ({ key, event }) => ({ key, event }) as unknown as Json,
  send: async (events, { url, token }, { fetch, signal, nowMs }) => {
    const startedMs = nowMs()
    const exchangeOf = (status: number, answer: string) => ({
      url,
      status,
      ms: nowMs() - startedMs,
      events: events.length,
      answer,
    })
    const every = (outcome: Outcome): Outcome[] => events.map(() => outcome)
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(events.map(({ key, event }) => ({ key, event }))),
        signal,
      })
      const answer = await response.text()
      const outcome: Outcome = response.ok
        ? { state: 'delivered' }
        : { state: 'held', code: String(response.status), detail: answer }
      return { outcomes: every(outcome), exchanges: [exchangeOf(response.status, answer)] }
    } catch {
      const outcome = { state: 'retry', code: 'network', detail: 'No connection.' } as const
      return { outcomes: every(outcome), exchanges: [exchangeOf(0, '')] }
    }
  },
  examples: [],
}
