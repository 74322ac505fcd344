/**
 * A closed loop of keep-alive connections over plain sockets: cheaper than any HTTP client, so that
 * the load generator is never what is measured. One request at a time per connection.
 */
import { connect, type Socket } from 'node:net'
import type { Body } from './bodies.ts'

export interface Load {
  readonly url: string
  readonly path: string
  readonly contentType: string
  readonly body: Body
  readonly connections: number
  readonly seconds: number
}

export interface Measured {
  readonly requestsPerS: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly requests: number
}

/** Throws when any answer is not 200: a bench of errors would measure nothing. */
export async function run(load: Load): Promise<Measured> {
  const latencies: number[] = []
  const deadline = performance.now() + load.seconds * 1000
  const started = performance.now()
  const counts = await Promise.all(
    Array.from({ length: load.connections }, () => loop(load, deadline, latencies)),
  )
  const seconds = (performance.now() - started) / 1000
  const requests = counts.reduce((sum, n) => sum + n, 0)
  latencies.sort((a, b) => a - b)
  return {
    requests,
    requestsPerS: requests / seconds,
    p50Ms: latencies[Math.floor(latencies.length * 0.5)] ?? 0,
    p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
  }
}

const HEADERS_END = Buffer.from('\r\n\r\n')

function loop(load: Load, deadline: number, latencies: number[]): Promise<number> {
  const { hostname, port } = new URL(load.url)
  const head =
    `POST ${load.path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n` +
    `origin: https://shop.example.com\r\ncontent-type: ${load.contentType}\r\n` +
    'user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36\r\n'
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(Number(port), hostname)
    let requests = 0
    let sentAt = 0
    let received = Buffer.alloc(0)
    const send = (): void => {
      const body = load.body.next()
      sentAt = performance.now()
      socket.cork()
      socket.write(`${head}content-length: ${body.length}\r\n\r\n`)
      socket.write(body)
      socket.uncork()
    }
    socket.setNoDelay(true)
    socket.once('connect', send)
    socket.once('error', reject)
    socket.on('data', (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      const end = received.indexOf(HEADERS_END)
      if (end < 0) return
      const headers = received.toString('latin1', 0, end).toLowerCase()
      const length = Number(/content-length: (\d+)/.exec(headers)?.[1] ?? 0)
      if (received.length < end + 4 + length) return
      if (!headers.startsWith('http/1.1 200')) {
        socket.destroy()
        return reject(new Error(`answered ${received.toString('utf8').slice(0, 500)}`))
      }
      received = Buffer.alloc(0)
      requests += 1
      const now = performance.now()
      latencies.push(now - sentAt)
      if (now < deadline) return send()
      socket.end()
      resolve(requests)
    })
  })
}
