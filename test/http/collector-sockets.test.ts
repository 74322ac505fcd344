import { connect, type Socket } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { BODY_BYTES_MAX, READING_BYTES_MAX } from '../../src/limits.ts'
import {
  type Collector,
  json,
  pixelEvent,
  post,
  serverEvent,
  startCollector,
} from './collector-fixture.ts'

let collector: Collector

beforeAll(async () => {
  collector = await startCollector()
})
afterAll(() => collector.close())
beforeEach(() => {
  collector.deliveries.length = 0
})

const HEAD =
  'POST /v24.0/1001/events?access_token=good HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'

function open({ port } = collector): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket))
    socket.on('error', () => undefined)
  })
}

/** What the server says until the connection ends, or until a whole answer has come. */
function answerOn(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString()
      if (/\r\n\r\n.*\}$/s.test(text)) resolve(text)
    })
    socket.on('close', () => resolve(text))
  })
}

const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
const stillServes = async () => {
  expect((await post(collector, json({ data: [serverEvent()] }))).status).toBe(200)
}

describe('bodies on the wire', () => {
  it('arrive whole when they come byte by byte, split inside a character', async () => {
    const socket = await open()
    const body = Buffer.from(JSON.stringify({ data: [serverEvent()] }))
    socket.write(`${HEAD}Content-Length: ${body.length}\r\n\r\n`)
    for (let from = 0; from < body.length; from += 7) {
      socket.write(body.subarray(from, from + 7))
      await new Promise((done) => setImmediate(done))
    }
    expect(await answerOn(socket)).toContain('"events_received":1')
    expect(collector.deliveries[0]?.events).toEqual([serverEvent()])
    socket.destroy()
  })

  it('are read in chunks of unknown length', async () => {
    const socket = await open()
    socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`)
    socket.write(chunk('{"data":['))
    socket.write(`${chunk(`${JSON.stringify(serverEvent())}]}`)}0\r\n\r\n`)
    expect(await answerOn(socket)).toContain('"events_received":1')
    socket.destroy()
  })

  it('are refused by their announced size before a byte is read', async () => {
    const socket = await open()
    socket.write(`${HEAD}Content-Length: ${BODY_BYTES_MAX + 1}\r\n\r\n`)
    const answer = await answerOn(socket)
    expect(answer).toContain('HTTP/1.1 413')
    expect(answer.toLowerCase()).toContain('connection: close')
    expect(answer).toContain('"code":100')
    await stillServes()
  })

  it('are refused while they come, when they grow beyond the bound', async () => {
    const socket = await open()
    const answered = answerOn(socket)
    socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`)
    const piece = chunk('x'.repeat(1024 * 1024))
    for (let sent = 0; sent < 12 && socket.writable; sent++) {
      if (!socket.write(piece)) {
        await new Promise((done) => {
          socket.once('drain', done)
          socket.once('close', done)
        })
      }
    }
    expect(await answered).toContain('HTTP/1.1 413')
    await stillServes()
  })

  it('leave nothing behind when the sender hangs up', async () => {
    const sockets = await Promise.all(Array.from({ length: 20 }, open))
    for (const socket of sockets) {
      socket.write(`${HEAD}Content-Length: 1000000\r\n\r\n${'x'.repeat(300_000)}`)
    }
    await new Promise((done) => setTimeout(done, 50))
    for (const socket of sockets) socket.destroy()
    await stillServes()
    expect(collector.deliveries).toHaveLength(1)
    expect(collector.log.join('')).not.toContain('"level":50')
  })

  it('never hold more than the bound together; released memory is free again', async () => {
    const each = BODY_BYTES_MAX - 1024
    const enough = Math.ceil(READING_BYTES_MAX / each) + 1
    const sockets = await Promise.all(Array.from({ length: enough }, open))
    const answers = sockets.map(answerOn)
    for (const socket of sockets) {
      socket.write(`${HEAD}Content-Length: ${each + 1}\r\n\r\n`)
      socket.write(Buffer.alloc(each, 'x'))
    }
    const refused = await Promise.race(answers)
    expect(refused).toContain('HTTP/1.1 503')
    expect(refused).toContain('retry-after: 5')
    for (const socket of sockets) socket.destroy()
    await Promise.all(answers)
    await stillServes()
  })
})

describe('compressed bodies', () => {
  const zeros = Buffer.alloc(64 * 1024 * 1024)

  it.each([
    ['gzip', gzipSync(zeros)],
    ['deflate', deflateSync(zeros)],
    ['br', brotliCompressSync(zeros)],
  ])('that unpack to 64 MB of nothing are refused: %s', async (encoding, body) => {
    expect(body.length).toBeLessThan(100_000)
    const headers = { 'content-encoding': encoding }
    const answer = await post(collector, { type: 'application/json', body, headers })
    expect(answer.status).toBe(413)
    expect(answer.body.error.message).toContain('16 MB here once unpacked')
    await stillServes()
  })

  it('are refused on the door of the pixel as well', async () => {
    const response = await fetch(`${collector.url}/e`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', 'content-encoding': 'gzip' },
      body: gzipSync(zeros),
    })
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ error: { code: 'body_too_large' } })
  })

  it('that end too early are refused', async () => {
    const body = gzipSync(JSON.stringify({ data: [serverEvent()] })).subarray(0, 60)
    const headers = { 'content-encoding': 'gzip' }
    const answer = await post(collector, { type: 'application/json', body, headers })
    expect([answer.status, answer.body.error.code]).toEqual([400, 100])
  })
})

it('a server that stops takes the hits under way, and ends their connections', async () => {
  const stopping = await startCollector()
  const socket = await open(stopping)
  const body = JSON.stringify({ events: [pixelEvent()] })
  const head = 'POST /e HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n'
  socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`)
  // By the time that this one is answered, the head of the other was read.
  await post(stopping, json({ data: [serverEvent()] }))
  const stopped = stopping.close()
  socket.write(body.slice(5))
  const answer = await answerOn(socket)
  expect(answer).toContain('HTTP/1.1 200')
  expect(answer.toLowerCase()).toContain('connection: close')
  await stopped
  expect(stopping.deliveries).toHaveLength(2)
})
