/**
 * For tests: a real HTTP receiver that keeps what it gets and answers as told, and the ports that
 * reach it through the guarded fetch.
 */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGuardedFetch } from '../guarded-fetch.ts'
import type { SendPorts } from './destination.ts'

export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

export interface Receiver {
  readonly url: string
  readonly received: Received[]
  readonly close: () => Promise<void>
}

/** `never` leaves the request without an answer. */
export async function startReceiver(
  answerTo: (request: Received) => Answer | 'never' | 'reset',
): Promise<Receiver> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const one = { method, url, headers, body: Buffer.concat(chunks) }
      received.push(one)
      const answer = answerTo(one)
      if (answer === 'reset') return request.socket.destroy()
      if (answer === 'never') return
      response.writeHead(answer.status, answer.headers)
      response.end(answer.body)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    close: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

export const NOW_MS = 1_790_000_060_000

export const guarded = createGuardedFetch({ allowed: ['127.0.0.1'] })

export function portsOf(signal = new AbortController().signal): SendPorts {
  return { fetch: guarded.fetch, nowMs: () => NOW_MS, signal, random: () => 0.5 }
}
