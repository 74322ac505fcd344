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

/** What comes is looked at before the next read, so that all connections share one. */
const inbox = Buffer.alloc(64 * 1024)

const OK = Buffer.from('HTTP/1.1 200')

function loop(load: Load, deadline: number, latencies: number[]): Promise<number> {
  const { hostname, port } = new URL(load.url)
  const head =
    `POST ${load.path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n` +
    `origin: https://shop.example.com\r\ncontent-type: ${load.contentType}\r\n` +
    'user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36\r\n' +
    `content-length: ${load.body.bytes.length}\r\n\r\n`
  // Nothing of the last request is still being written when its answer is here.
  const message = Buffer.concat([Buffer.from(head), load.body.bytes])
  return new Promise((resolve, reject) => {
    let requests = 0
    let sentAt = 0
    let answer = ''
    /** Bytes of the last answer: the next one is as long, as a rule, and then looked at no closer. */
    let length = 0
    const onread = {
      buffer: inbox,
      callback: (bytes: number): boolean => {
        if (answer !== '' || bytes !== length || OK.compare(inbox, 0, OK.length) !== 0) {
          answer += inbox.toString('latin1', 0, bytes)
          if (!isWhole(answer)) return true
          if (!answer.startsWith('HTTP/1.1 200')) {
            socket.destroy()
            reject(new Error(`answered ${answer.slice(0, 500)}`))
            return false
          }
          length = answer.length
          answer = ''
        }
        requests += 1
        const now = performance.now()
        latencies.push(now - sentAt)
        if (now < deadline) send()
        else {
          socket.end()
          resolve(requests)
        }
        return true
      },
    }
    const socket: Socket = connect({ port: Number(port), host: hostname, onread })
    const send = (): void => {
      load.body.renew(message, message.length - load.body.bytes.length)
      sentAt = performance.now()
      socket.write(message)
    }
    socket.setNoDelay(true)
    socket.once('connect', send)
    socket.once('error', reject)
    // After the last answer it changes nothing.
    socket.once('close', () => reject(new Error('the server ended a connection')))
  })
}

function isWhole(answer: string): boolean {
  const end = answer.indexOf('\r\n\r\n')
  if (end < 0) return false
  const [, length = '0'] = /\r\ncontent-length: (\d+)/i.exec(answer) ?? []
  return answer.length >= end + 4 + Number(length)
}
