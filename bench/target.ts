/**
 * What the relay sends to in its benches, in a process of its own: answers like Meta and counts,
 * as cheaply as it can, so that the relay is what is measured.
 *
 *   node bench/target.ts PORT [good|poison|dead]
 *
 * poison: a request that holds "poison" is refused whole, without saying which event it was.
 * dead: takes the connection and never answers. GET /stats tells what came.
 */
import { createServer } from 'node:http'

const [port, mood = 'good'] = process.argv.slice(2)

const stats = {
  requests: 0,
  events: 0,
  first_ms: 0,
  last_ms: 0,
  /** Milliseconds from `sent_ms` of an event until it was here. */
  latencies: [] as number[],
}

const EVENT = Buffer.from('"event_name":')
const POISON = Buffer.from('"poison":')

createServer((request, response) => {
  const answer = (status: number, body: object): void => {
    const text = JSON.stringify(body)
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    })
    response.end(text)
  }
  if (request.method === 'GET') return answer(200, stats)
  if (mood === 'dead') return
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = Buffer.concat(chunks)
    stats.requests += 1
    if (mood === 'poison' && body.includes(POISON)) {
      const error = { message: 'Invalid parameter', code: 100, error_subcode: 2804003 }
      return answer(400, { error })
    }
    const events = take(body)
    answer(200, { events_received: events, messages: [], fbtrace_id: 'A' })
  })
}).listen(Number(port), '127.0.0.1')

function take(body: Buffer): number {
  const nowMs = Date.now()
  let events = 0
  for (let at = body.indexOf(EVENT); at >= 0; at = body.indexOf(EVENT, at + EVENT.length)) {
    events += 1
  }
  if (events < 100) {
    for (const [, sentMs] of body.toString('latin1').matchAll(/"sent_ms":(\d+)/g)) {
      stats.latencies.push(nowMs - Number(sentMs))
    }
  }
  stats.events += events
  stats.first_ms ||= nowMs
  stats.last_ms = nowMs
  return events
}
