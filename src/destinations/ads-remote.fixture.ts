/** A scripted HTTP server that stands for an advertising API in the tests of its destination. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SendPorts } from './destination.ts'

export interface RemoteRequest {
  readonly url: string
  readonly headers: IncomingMessage['headers']
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
  const server = createServer(async (incoming, outgoing) => {
    let text = ''
    for await (const chunk of incoming) text += chunk
    const request = {
      url: incoming.url ?? '',
      headers: incoming.headers,
      body: JSON.parse(text) as unknown,
    }
    requests.push(request)
    const { status = 200, headers = {}, body, reset } = how(request)
    if (reset) {
      incoming.socket.destroy()
      return
    }
    outgoing.writeHead(status, { 'Content-Type': 'application/json', ...headers })
    outgoing.end(body === undefined ? '' : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer: (next) => {
      how = next
      requests.length = 0
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export function testPorts(signal = new AbortController().signal): SendPorts {
  return { fetch, nowMs: () => 1_767_226_000_000, signal, random: () => 0.5 }
}
